import semver from "semver";
import { addIgnoreLines } from "../../edits/gitignore.js";
import { CliError } from "../../errors.js";
import type { InstalledItem, InstallRecord, Project, Undo } from "../../project/project.js";
import { originsOf } from "../../selection/pins.js";
import { addPart, newCompanions } from "../add/plan-add.js";
import { applyEdit } from "../apply-edit.js";
import { type Draft, startDraft } from "../draft.js";
import type { Part } from "../input.js";
import type { FileOutcome, Plan, Unmerged } from "../plan.js";
import { extendRecord, writeRecord } from "../record/extend-record.js";
import { sharedWith } from "../record/shared.js";
import { appendedLines, undoFacts, userTexts } from "../record/undo.js";
import { newAppends, planAppends } from "../steps/appends.js";
import { planAttributes } from "../steps/attributes.js";
import { planBuildExclude, planBuildInclude } from "../steps/build-files.js";
import { planDependencies } from "../steps/dependencies.js";
import { planEnvironment } from "../steps/environment.js";
import { planManifest, withManifest } from "../steps/package-json.js";
import { planOutdatedImports } from "./dangling-imports.js";
import { type Missing, planMovedByUser } from "./moved-by-user.js";
import { putBackImported } from "./still-imported.js";
import { isMigration } from "./update-file.js";
import { planFilesUpdate } from "./update-files.js";
import type { UpdateInput } from "./update-input.js";
import { planMountUpdate } from "./update-mount.js";
import { planScriptsUpdate } from "./update-scripts.js";

/**
 * What bringing these installed items to the versions at hand changes, and adding the companions among them that are due
 * now. Pure. With a conflict in the way, nothing.
 */
export function planUpdate(input: UpdateInput): Plan {
  const { project, parts, files, install } = input;
  const draft = startDraft(files);
  const outcomes: FileOutcome[] = [];
  const unmerged: Unmerged[] = [];
  const missing: Missing[] = [];
  let record: InstallRecord = project.record ?? { version: 1, items: {} };
  for (const part of parts) {
    const now = { ...input, project: withManifest(project, draft) };
    if (!project.record?.items[part.item.name]) {
      record = addPart(part, { ...now, overwrite: false }, record, draft);
      continue;
    }
    const update = planPart(part, now, record, draft);
    record = update.record;
    outcomes.push(...update.outcomes);
    unmerged.push(...update.unmerged);
    missing.push(...update.missing);
  }
  planAttributes(draft);
  writeRecord(record, project.record, draft);
  keepImported(outcomes, project, draft);
  draft.manual.push(...planMovedByUser(missing, foreignSources(input), outcomes));
  const blocked = isBlocked(outcomes, input.conflicts);
  if (!blocked) planOutdatedImports({ project, sources: input.sources ?? [], outcomes }, draft);
  return {
    selections: parts.map(({ selection }) => selection),
    guesses: [],
    changes: blocked ? [] : draft.changes(),
    manual: draft.manual,
    install: install && !blocked && draft.dependencies.length > 0 ? project.packageManager.install : null,
    warnings: [...project.warnings, ...draft.warnings],
    nextSteps: draft.nextSteps,
    record,
    dependencies: draft.dependencies,
    env: draft.env,
    scripts: draft.scripts,
    appends: newAppends(parts, project.record, record),
    companions: newCompanions(parts, project),
    origins: originsOf(parts),
    versions: parts.flatMap(({ item: { name: item, version: to } }) => {
      const installed = project.record?.items[item];
      return installed ? [{ item, from: installed.version, to }] : [];
    }),
    outcomes,
    unmerged: blocked ? [] : unmerged,
  };
}

/** The sources that no item has brought. */
function foreignSources({ project, sources = [] }: UpdateInput) {
  const ours = new Set(Object.values(project.record?.items ?? {}).flatMap(({ files }) => Object.keys(files)));
  return sources.filter(({ path }) => !ours.has(path));
}

/** What an edited file still imports is not dropped with the new version. */
function keepImported(outcomes: FileOutcome[], project: Project, draft: Draft): void {
  const dropped = outcomes.filter(({ what }) => what === "deleted").map(({ path }) => path);
  for (const { path, by } of putBackImported(dropped, project, draft)) {
    const at = outcomes.findIndex((outcome) => outcome.path === path);
    const note = `the new version no longer has it, but ${by} imports it: it stays, and is yours now`;
    outcomes[at] = { ...outcomes[at]!, what: "kept", note };
  }
}

/** Whether something keeps the whole update from being written. */
export function isBlocked(outcomes: readonly FileOutcome[], mode: UpdateInput["conflicts"]): boolean {
  return outcomes.some(({ what }) => what === "taken" || (what === "conflict" && mode === "refuse"));
}

function planPart(part: Part, input: UpdateInput, record: InstallRecord, draft: Draft) {
  const { project, secret, conflicts: mode } = input;
  const { name, version } = part.item;
  const before = record.items[name]!;
  refuseDowngrade(part, before);
  refuseLostChoice(part, before);
  const texts = userTexts(project, draft);
  const { added, packages, warnings } = planDependencies(part, project);
  const scripts = planScriptsUpdate(part, project, before);
  const { files, outcomes, unmerged, missing } = planFilesUpdate(
    part,
    { project, packages, way: { version, mode, format: before.format } },
    draft,
  );
  const moved = withMovedLists(record, outcomes);
  const appends = planAppends(part, { project, record: moved, overwrite: false }, draft);
  const mount = planMountUpdate(part, project, before, draft);
  planManifest({ dependencies: added, scripts: scripts.added, setScripts: scripts.changed }, draft);
  const env = planEnvironment(part, { project, secret, settled: before.env }, draft);
  const ignored = planIgnores(part, before, draft);
  const compiled = [...planBuildExclude(part, project, draft), ...planBuildInclude(part, project, draft)];
  const after = userTexts(project, draft);
  const patches = [
    { path: project.entry?.path ?? "", lines: mount.lines },
    { path: ".gitignore", lines: ignored },
    { path: project.sampleEnv, lines: appendedLines(project.sampleEnv, texts, after) },
    { path: project.tsconfig.path, lines: compiled },
  ];
  draft.dependencies.push(...added);
  Object.assign(draft.scripts, scripts.added, scripts.changed);
  draft.warnings.push(...warnings, ...scripts.warnings, ...leftBehind(part, before, project));
  draft.nextSteps.push(...migrateStep(part, outcomes, project));
  const changed = { ...scripts.added, ...scripts.changed };
  const current = { ...moved, items: { ...moved.items, [name]: mount.installed } };
  const undo = withoutOurs(undoFacts(texts, after), before);
  const shared = sharedWith(part, packages, record);
  const installed = { files, patches, env, scripts: changed, dependencies: added, undo, appends, shared };
  const extended = extendRecord(current, part, installed);
  return { record: withUnmerged(extended, name, unmerged), outcomes, unmerged, missing };
}

/** The entries of other items stand where the new version has their lists. */
function withMovedLists(record: InstallRecord, outcomes: readonly FileOutcome[]): InstallRecord {
  const moved = outcomes.filter(({ what, movedFrom }) => movedFrom && !["taken", "refused"].includes(what));
  if (moved.length === 0) return record;
  const places = new Map(moved.map(({ path, movedFrom }) => [movedFrom, path]));
  const items = Object.entries(record.items).map(([name, item]): [string, InstalledItem] => {
    const appends = item.appends?.map((one) => ({ ...one, file: places.get(one.file) ?? one.file }));
    return [name, { ...item, ...(appends && { appends }) }];
  });
  return { ...record, items: Object.fromEntries(items) };
}

/** What an earlier version had put there is nothing that a removal has to bring back. */
function withoutOurs(undo: Undo, before: InstalledItem): Undo {
  return { ...undo, replaced: undo.replaced.filter(({ list, key }) => before[list][key] === undefined) };
}

function withUnmerged(record: InstallRecord, name: string, unmerged: readonly Unmerged[]): InstallRecord {
  if (unmerged.length === 0) return record;
  const item = { ...record.items[name]!, unmerged: unmerged.map(({ path }) => path) };
  return { ...record, items: { ...record.items, [name]: item } };
}

function refuseDowngrade({ item, origin }: Part, { version }: InstalledItem): void {
  if (semver.lte(version, item.version)) return;
  throw new CliError(
    "BadArgument",
    origin
      ? `${item.name} ${version} is installed, and ${origin.source} brings only ${item.version}: nothing goes back to an older version`
      : `${item.name} ${version} is installed, and this authwright is older (it brings only ${item.version}): run npx authwright@latest update`,
  );
}

function refuseLostChoice({ item }: Part, { choices }: InstalledItem): void {
  const lost = Object.entries(choices).find(([name, value]) => !item.choices[name]?.values[value]);
  if (!lost) return;
  throw new CliError(
    "BadArgument",
    `${item.name} ${item.version} has no ${lost[0]} ${lost[1]} any more: choose another with "authwright add" first`,
  );
}

/** Only lines that no earlier version has asked for: the user may have taken those out. */
function planIgnores({ item }: Part, { patches }: InstalledItem, draft: Draft): readonly string[] {
  const known = patches.filter(({ path }) => path === ".gitignore").flatMap(({ lines }) => lines);
  const wanted = item.gitignore.filter((line) => !known.includes(line));
  const edit = addIgnoreLines(draft.read(".gitignore"), wanted);
  return applyEdit(edit, { path: ".gitignore", why: "keeps secrets and data out of git" }, draft) ?? [];
}

/** Dependencies that an earlier version added: the user may use them too, so they stay. */
function leftBehind({ item, selection }: Part, before: InstalledItem, { packageJson }: Project): string[] {
  if (before.version === item.version) return [];
  const values = Object.entries(selection.choices).map(([name, value]) => item.choices[name]?.values[value]);
  const needed = [item, ...values].flatMap((of) => Object.keys({ ...of?.dependencies, ...of?.devDependencies }));
  const there = { ...packageJson.dependencies, ...packageJson.devDependencies };
  return Object.keys({ ...before.dependencies, ...before.devDependencies })
    .filter((name) => there[name] && !needed.some((other) => name === other || name.startsWith(`${other}-`)))
    .map((name) => `${item.name} no longer needs ${name}: remove it if you don't use it`);
}

function migrateStep({ item }: Part, outcomes: readonly FileOutcome[], { packageManager }: Project): string[] {
  const fresh = outcomes.filter(({ what, path }) => what === "created" && isMigration(path));
  const script = Object.keys(item.scripts).find((name) => name.endsWith(":migrate"));
  if (fresh.length === 0 || !script) return [];
  return [`Bring your databases up to date: ${packageManager.run} ${script}`];
}
