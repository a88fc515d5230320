import semver from "semver";
import { addIgnoreLines } from "../../edits/gitignore.js";
import { CliError } from "../../errors.js";
import type { InstallRecord, Project } from "../../project/project.js";
import { placeTemplate } from "../../record/paths.js";
import { chosenParts } from "../../registry/choices.js";
import { originsOf } from "../../selection/pins.js";
import { applyEdit } from "../apply-edit.js";
import { type Draft, startDraft } from "../draft.js";
import type { Part, PlanInput } from "../input.js";
import type { Plan } from "../plan.js";
import { extendRecord, writeRecord } from "../record/extend-record.js";
import { sharedWith } from "../record/shared.js";
import { appendedLines, undoFacts, userTexts } from "../record/undo.js";
import { newAppends, planAppends } from "../steps/appends.js";
import { planAttributes } from "../steps/attributes.js";
import { planBuildExclude, planBuildInclude } from "../steps/build-files.js";
import { planBundle } from "../steps/bundle.js";
import { planDependencies } from "../steps/dependencies.js";
import { planEnvironment } from "../steps/environment.js";
import { planLibraryCheck } from "../steps/library-check.js";
import { planMount } from "../steps/mount.js";
import { nextSteps } from "../steps/next-steps.js";
import { planManifest, withManifest } from "../steps/package-json.js";
import { planScripts } from "../steps/scripts.js";
import { isMigration } from "../update/update-file.js";
import { planFiles } from "./files.js";
import { unseenTests } from "./unseen-tests.js";

/** What adding these items changes in this project. Pure: everything that it looks at is in the input. */
export function planAdd(input: PlanInput): Plan {
  const { project, parts, files, install } = input;
  const draft = startDraft(files);
  let record: InstallRecord = project.record ?? { version: 1, items: {} };
  for (const part of parts) record = addPart(part, { ...input, project: withManifest(project, draft) }, record, draft);
  planAttributes(draft);
  writeRecord(record, project.record, draft);
  return {
    selections: parts.map(({ selection }) => selection),
    guesses: project.guesses,
    changes: draft.changes(),
    manual: draft.manual,
    install: install && draft.dependencies.length > 0 ? project.packageManager.install : null,
    warnings: [...project.warnings, ...draft.warnings],
    nextSteps: [...new Set([...mountSteps(parts, draft), ...migrateSteps(parts, project, record), ...draft.nextSteps])],
    record,
    dependencies: draft.dependencies,
    env: draft.env,
    scripts: draft.scripts,
    appends: newAppends(parts, project.record, record),
    companions: newCompanions(parts, project),
    origins: originsOf(parts),
  };
}

/** Until a person has done it, every other step ends in a 404. */
function mountSteps(parts: readonly Part[], { manual }: Draft): string[] {
  return parts.flatMap(({ item: { mount }, selection }) => {
    const isMount = (line: string) => mount && line.includes(`${mount.export})`) && line.includes(`${selection.mount}`);
    const left = manual.find(({ lines }) => lines.some(isMount));
    return left ? [`Not mounted yet: put the lines above into ${left.path}, or ${selection.mount} answers 404`] : [];
  });
}

/** A server's tables are not made by themselves. An item that brings the database itself says so in words of its own. */
function migrateSteps(parts: readonly Part[], project: Project, after: InstallRecord): string[] {
  const { record, packageManager } = project;
  const isServer = project.hasServer === true;
  const isNew =
    ({ item, selection }: Part) =>
    (path: string) =>
      isMigration(path) && !record?.items[item.name]?.files[placeTemplate(path, selection)];
  const fresh = parts.some((part) => part.templates.map(({ path }) => path).some(isNew(part)));
  const scripts = Object.values(after.items).flatMap((item) => Object.keys(item.scripts));
  const script = scripts.find((name) => name.endsWith(":migrate"));
  return isServer && fresh && script ? [`Create the new tables: ${packageManager.run} ${script}`] : [];
}

/** The items of a plan that come by themselves, for people to see. */
export function newCompanions(parts: readonly Part[], { record }: Project): NonNullable<Plan["companions"]> {
  const fresh = parts.filter(({ item }) => !record?.items[item.name]);
  return fresh.flatMap(({ item: { name, comesWith } }) => (comesWith ? [{ item: name, comesWith }] : []));
}

/** Puts what adding one item changes into the draft. Returns the record with it. */
export function addPart(
  part: Part,
  { project, secret, overwrite }: PlanInput,
  record: InstallRecord,
  draft: Draft,
): InstallRecord {
  refuseOtherVersion(part, project);
  const before = userTexts(project, draft);
  const { added, packages, warnings } = planDependencies(part, project);
  const scripts = planScripts(part, project);
  const files = planFiles(part, { project, packages, overwrite }, draft);
  const appends = planAppends(part, { project, record, overwrite }, draft);
  const mounted = planMount(part, project, draft);
  planManifest({ dependencies: added, scripts: scripts.added }, draft);
  const env = planEnvironment(part, { project, secret }, draft);
  const ignored = planIgnores(part, draft);
  const compiled = [
    ...planLibraryCheck(part, project, draft),
    ...planBuildExclude(part, project, draft),
    ...planBuildInclude(part, project, draft),
  ];

  planBundle(part, project, packages, draft);

  draft.dependencies.push(...added);
  Object.assign(draft.scripts, scripts.added);
  const unseen = project.record?.items[part.item.name] ? null : unseenTests(part, project);
  draft.warnings.push(...warnings, ...scripts.warnings, ...leftBehind(part, project), ...(unseen ? [unseen] : []));
  draft.nextSteps.push(...nextSteps(part, { project, record, test: unseen === null ? scripts.test : null }));
  const after = userTexts(project, draft);
  const patches = [
    { path: project.entry?.path ?? "", lines: mounted },
    { path: ".gitignore", lines: ignored },
    { path: project.sampleEnv, lines: appendedLines(project.sampleEnv, before, after) },
    { path: project.tsconfig.path, lines: compiled },
  ];
  const undo = undoFacts(before, after);
  const shared = sharedWith(part, packages, record);
  const installed = { files, patches, env, scripts: scripts.added, dependencies: added, undo, appends, shared };
  return extendRecord(record, part, installed);
}

function refuseOtherVersion({ item, origin }: Part, { record }: Project): void {
  const installed = record?.items[item.name]?.version;
  if (!installed || installed === item.version) return;
  if (!origin && semver.gt(installed, item.version))
    throw new CliError(
      "BadArgument",
      `${item.name} ${installed} is installed, and this authwright is older (it brings ${item.version}): ` +
        `run npx authwright@latest add ${item.name}`,
    );
  throw new CliError(
    "BadArgument",
    `${item.name} ${installed} is installed and ${origin ? origin.source : "this authwright"} brings ${item.version}: ` +
      `"authwright update ${item.name}" moves to it${origin ? "" : `, "npx authwright@${installed}" stays`}`,
  );
}

function planIgnores({ item }: Part, draft: Draft): readonly string[] {
  const edit = addIgnoreLines(draft.read(".gitignore"), item.gitignore);
  return applyEdit(edit, { path: ".gitignore", why: "keeps secrets and data out of git" }, draft) ?? [];
}

/** Dependencies that only the choice before this one needed: the user may use them too, so they stay. */
function leftBehind({ item, selection }: Part, { record, packageJson }: Project): string[] {
  const before = record?.items[item.name];
  if (!before) return [];
  const needs = (choices: Readonly<Record<string, string>>) => {
    const { dependencies, devDependencies } = chosenParts(item, choices);
    return Object.keys({ ...dependencies, ...devDependencies });
  };
  const now = needs(selection.choices);
  const there = { ...packageJson.dependencies, ...packageJson.devDependencies };
  const left = needs(before.choices).filter((name) => !now.includes(name) && there[name]);
  return left.map((name) => `${item.name} no longer needs ${name}: remove it if you don't use it`);
}
