import type { Project } from "../project/project.js";
import type { InstalledItem, InstallRecord, Undo } from "../record/schema.js";
import type { Draft } from "./draft.js";
import { othersTests, unseenTests } from "./files/unseen-tests.js";
import type { Part, PlanInput } from "./input.js";
import { type Dependencies, planDependencies } from "./packages/dependencies.js";
import { leftBehind } from "./packages/left-behind.js";
import type { FileOutcome, Unmerged } from "./plan.js";
import { extendRecord, writeRecord } from "./record/extend-record.js";
import { withMovedLists } from "./record/moved-lists.js";
import { sharedWith } from "./record/shared.js";
import { appendedLines, type Texts, undoFacts, userTexts } from "./record/undo.js";
import { planAppends } from "./steps/appends.js";
import { planAttributes } from "./steps/attributes.js";
import { planBuildExclude, planBuildInclude } from "./steps/build-files.js";
import { planBundle } from "./steps/bundle.js";
import { planEnvironment } from "./steps/environment.js";
import { planIgnores } from "./steps/ignores.js";
import { planLibraryCheck } from "./steps/library-check.js";
import { planManifest, withManifest } from "./steps/package-json.js";
import type { Scripts } from "./steps/scripts.js";
import type { Missing } from "./update/moved-by-user.js";

/** In what adding an item and bringing it to a new version differ. */
export interface Policy {
  /** What an earlier version has asked for: where that is gone, the user has taken it out. Null asks for all of it again. */
  readonly settled: InstalledItem | null;
  /** Puts entries back into lists that the user has taken out. */
  readonly overwrite: boolean;
  /** Throws where the part can't be had in this way. */
  refuse(part: Part, project: Project): void;
  scripts(part: Part, project: Project): Scripts;
  files(part: Part, facts: Pick<Facts, "project" | "packages">, draft: Draft): Files;
  mount(part: Part, project: Project, draft: Draft): Mount;
  nextSteps(part: Part, facts: Facts): readonly string[];
}

/** What becomes of the item's files. */
export interface Files {
  readonly files: InstalledItem["files"];
  readonly outcomes: readonly FileOutcome[];
  readonly unmerged: readonly Unmerged[];
  readonly missing: readonly Missing[];
}

/** What becomes of the item's lines in the entry file. */
export interface Mount {
  readonly lines: readonly string[];
  /** What the record says of the item without the lines that these replace; null where they replace none. */
  readonly without: InstalledItem | null;
}

/** What the lines for a person to read are told from. */
export interface Facts {
  readonly project: Project;
  /** With the items that this one requires in it. */
  readonly record: InstallRecord;
  readonly packages: Readonly<Record<string, string>>;
  readonly outcomes: readonly FileOutcome[];
  /** The script that runs the tests; null where the runner does not find them. */
  readonly test: string | null;
}

/** What each part does, and the record with all of them in it. */
export interface PlannedParts extends Omit<Files, "files"> {
  readonly record: InstallRecord;
}

/** Plans each part upon what those before it leave, and the record of all. */
export function planParts(
  { project, parts, secret }: Pick<PlanInput, "project" | "parts" | "secret">,
  policyOf: (part: Part) => Policy,
  draft: Draft,
): PlannedParts {
  let record: InstallRecord = project.record ?? { version: 1, items: {} };
  const planned = parts.map((part) => {
    const done = planPart(part, { project: withManifest(project, draft), secret, record }, policyOf(part), draft);
    record = done.record;
    return done;
  });
  planAttributes(draft);
  writeRecord(record, project.record, draft);
  return {
    record,
    outcomes: planned.flatMap(({ outcomes }) => outcomes),
    unmerged: planned.flatMap(({ unmerged }) => unmerged),
    missing: planned.flatMap(({ missing }) => missing),
  };
}

interface PartInput extends Pick<PlanInput, "project" | "secret"> {
  readonly record: InstallRecord;
}

/** Puts what one item changes into the draft. */
function planPart(part: Part, { record, ...input }: PartInput, policy: Policy, draft: Draft): PlannedParts {
  const { project } = input;
  policy.refuse(part, project);
  const before = userTexts(project, draft);
  const needs = planDependencies(part, project);
  const scripts = policy.scripts(part, project);
  const files = policy.files(part, { project, packages: needs.packages }, draft);
  const now = { ...input, record: withMovedLists(record, files.outcomes) };
  const edits = planEdits(part, now, { needs, scripts, policy }, draft);
  tell(part, now, { needs, scripts, policy, files }, draft);
  const after = userTexts(project, draft);
  const done = { needs, scripts, files, edits, policy };
  return { ...files, record: recordPart(part, now, done, { before, after }) };
}

interface Done {
  readonly needs: Dependencies;
  readonly scripts: Scripts;
  readonly files: Files;
  readonly edits: ReturnType<typeof planEdits>;
  readonly policy: Policy;
}

/** The edits of files that are the user's, or another item's. */
function planEdits(
  part: Part,
  { project, secret, record }: PartInput,
  { needs, scripts, policy }: Pick<Done, "needs" | "scripts" | "policy">,
  draft: Draft,
) {
  const { settled, overwrite } = policy;
  const appends = planAppends(part, { project, record, overwrite }, draft);
  const mount = policy.mount(part, project, draft);
  planManifest({ dependencies: needs.added, scripts: scripts.added, setScripts: scripts.changed }, draft);
  const env = planEnvironment(part, { project, secret, settled: settled?.env ?? [] }, draft);
  const ignored = planIgnores(part, settled, draft);
  const compiled = [
    ...(settled ? [] : planLibraryCheck(part, project, draft)),
    ...planBuildExclude(part, project, draft),
    ...planBuildInclude(part, project, draft),
  ];
  planBundle(part, project, needs.packages, draft);
  return { appends, mount, env, ignored, compiled };
}

/** Says what there is to know and to do beyond the edits. */
function tell(
  part: Part,
  { project, record }: PartInput,
  { needs, scripts, files: { outcomes }, policy }: Omit<Done, "edits">,
  draft: Draft,
): void {
  const unseen = project.record?.items[part.item.name] ? null : unseenTests(part, project);
  const test = unseen === null ? scripts.test : null;
  draft.dependencies.push(...needs.added);
  Object.assign(draft.scripts, scripts.added, scripts.changed);
  draft.warnings.push(
    ...needs.warnings,
    ...scripts.warnings,
    ...othersTests(part, project),
    ...leftBehind(part, project),
    ...(unseen ? [unseen] : []),
  );
  draft.nextSteps.push(...policy.nextSteps(part, { project, record, packages: needs.packages, outcomes, test }));
}

function recordPart(
  part: Part,
  { project, record }: PartInput,
  { needs, scripts, files, edits, policy }: Done,
  { before, after }: { readonly before: Texts; readonly after: Texts },
): InstallRecord {
  const { mount, ignored, compiled, env, appends } = edits;
  const patches = [
    { path: project.entry?.path ?? "", lines: mount.lines },
    { path: ".gitignore", lines: ignored },
    { path: project.sampleEnv, lines: appendedLines(project.sampleEnv, before, after) },
    { path: project.tsconfig.path, lines: compiled },
  ];
  const items = { ...record.items, ...(mount.without && { [part.item.name]: mount.without }) };
  return extendRecord({ ...record, items }, part, {
    files: files.files,
    patches,
    env,
    scripts: { ...scripts.added, ...scripts.changed },
    dependencies: needs.added,
    undo: withoutSettled(undoFacts(before, after), policy.settled),
    appends,
    shared: sharedWith(part, needs.packages, record),
    unmerged: files.unmerged.map(({ path }) => path),
  });
}

/** What an earlier version had put there is nothing that a removal has to bring back. */
function withoutSettled(undo: Undo, settled: InstalledItem | null): Undo {
  return { ...undo, replaced: undo.replaced.filter(({ list, key }) => settled?.[list][key] === undefined) };
}
