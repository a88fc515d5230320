import type { ConflictLabels } from "../../merge/markers.js";
import { type Merge, mergeText, type Versions } from "../../merge/merge-text.js";
import { inLayoutOf } from "../../merge/relayout.js";
import { onlyReformatted } from "../../merge/same-meaning.js";
import type { InstalledItem } from "../../project/project.js";
import { hasHash, installedText } from "../../record/installed-text.js";
import { basePath } from "../../record/paths.js";
import { sha256 } from "../../record/sha256.js";
import { inShapeOf, splitLines } from "../../text/text-lines.js";
import type { Rendered } from "../add/files.js";
import type { Draft } from "../draft.js";
import type { FileOutcome, Unmerged } from "../plan.js";
import { isAsInstalled } from "../record/as-installed.js";
import { inBaseLayout } from "../record/base-layout.js";
import { type EntryFacts, withEntries, withoutEntries } from "../steps/entries.js";
import type { Missing } from "./moved-by-user.js";
import type { ConflictMode } from "./update-input.js";

type Recorded = InstalledItem["files"][string];

/** What one file becomes: its entry in the record, and what there is to say about it. */
export interface FileUpdate {
  readonly recorded: Recorded;
  readonly outcome: FileOutcome | null;
  readonly unmerged?: Unmerged;
  /** It is not where it was installed. */
  readonly missing?: Missing;
}

/** Who updates, and how. */
export interface UpdateWay {
  readonly version: string;
  /** The formatter that laid the installed files out, if any did. */
  readonly format?: string | undefined;
  readonly mode: ConflictMode;
  /** Its entries in lists of the item's files are no edits of the user's. */
  readonly project: EntryFacts;
}

/** Brings one installed file to the new version; the user's edits stay. */
export function updateFile(file: Rendered, from: string, known: Recorded, way: UpdateWay, draft: Draft): FileUpdate {
  const { path } = file;
  const theirs = inBaseLayout(file.text, draft.read(basePath(from)), path, way.format);
  const movedFrom = from === path ? null : from;
  const yours = draft.read(from);
  const outcome = outcomeOf({ path, movedFrom });
  if (isMigration(path) && (movedFrom || !hasHash(theirs, known.sha256)))
    return { recorded: known, outcome: outcome("refused", `${way.version} changes it, but it may be applied already`) };
  if (movedFrom && draft.read(path) !== null) return { recorded: known, outcome: outcome("taken", taken) };
  if (yours === null) {
    const base = draft.read(basePath(from));
    const missing = base === null ? null : { path, base, changed: !onlyReformatted(base, theirs, path) };
    return { ...stayAway(known, outcome, movedFrom, path, draft), ...(missing && { missing }) };
  }

  const own = withoutEntries(yours, from, way.project);
  const base = installedText(known, draft.read(basePath(from)), [own, theirs]);
  const edited = !isAsInstalled(yours, { path: from, recorded: known, base: base.text }, way.project);
  const labels = { yours: "yours", theirs: `authwright ${way.version}` };
  const carried = withEntries(theirs, { from, path, like: yours }, way.project);
  const old = base.text && withEntries(base.text, { from, like: yours }, way.project).text;
  const merge = mergeFile({ base: old, yours, theirs: carried.text, path }, edited, labels);
  if (merge.kind === "conflicts" && way.mode === "refuse")
    return { recorded: known, outcome: { ...outcome("conflict", merge.reason), conflicts: merge.conflicts } };

  const after = merge.kind === "merged" ? merge.text : merge.settled[way.mode as keyof typeof merge.settled];
  draft.manual.push(...carried.manual);
  draft.write(path, after, movedFrom ? `moved from ${movedFrom}` : `update to ${way.version}`);
  if (movedFrom) draft.write(movedFrom, null, `moved to ${path}`);
  keepBase({ ...file, text: theirs }, from, base.damage === null && hasHash(theirs, known.sha256), draft);
  const recorded = { template: file.template, sha256: sha256(theirs) };
  const restored = base.damage && `its text in .authwright/base ${base.damage}: put there again`;
  if (merge.kind === "conflicts") {
    const { conflicts, reason } = merge;
    const told = {
      ...outcome("conflict", settledNote(way.mode, reason)),
      conflicts,
      ...(reason !== null && { reason }),
    };
    if (way.mode !== "inline") return { recorded, outcome: told };
    const alike = (text: string) => inShapeOf(splitLines(text).lines, yours, true);
    const unmerged = { path, base: old === null ? null : alike(old), yours, theirs: alike(carried.text) };
    return { recorded, outcome: told, unmerged };
  }
  if (after === yours && !movedFrom) return { recorded, outcome: restored ? outcome("updated", restored) : null };
  return { recorded, outcome: outcome(edited ? "merged" : "updated", restored || null) };
}

/** A file that was only laid out anew takes the new version, in that layout as far as it can be followed. */
function mergeFile(versions: Versions, edited: boolean, labels: ConflictLabels): Merge {
  const merge = mergeText(versions, labels);
  if (edited || merge.kind === "merged") return merge;
  return { kind: "merged", text: inLayoutOf(versions.theirs, versions.yours, versions.path) };
}

/** A file of the new version that was not there before. */
export function addFile(
  file: Rendered,
  { version, ending }: UpdateWay & { readonly ending: "\n" | "\r\n" },
  draft: Draft,
): FileUpdate {
  const recorded = { template: file.template, sha256: sha256(file.text) };
  const outcome = outcomeOf({ path: file.path, movedFrom: null });
  const current = draft.read(file.path);
  if (current !== null && !onlyReformatted(current, file.text, file.path))
    return { recorded, outcome: outcome("taken", taken) };
  if (current === null) draft.write(file.path, file.text.replace(/\r?\n/g, ending), `new in ${version}`);
  draft.write(basePath(file.path), file.text, "as installed, for updates");
  return { recorded, outcome: outcome("created", null) };
}

/** An installed file that the new version no longer has. Returns its entry where it stays in the record. */
export function dropFile(
  path: string,
  known: Recorded,
  { version, project }: UpdateWay,
  draft: Draft,
): Partial<FileUpdate> {
  const outcome = outcomeOf({ path, movedFrom: null });
  const current = draft.read(path);
  if (isMigration(path) && current !== null)
    return { recorded: known, outcome: outcome("refused", `${version} drops it, but it may be applied already`) };
  const base = current === null ? null : installedText(known, draft.read(basePath(path)), [current]).text;
  draft.write(basePath(path), null, `not in ${version}`);
  if (current === null) return {};
  if (!isAsInstalled(current, { path, recorded: known, base }, project))
    return {
      outcome: outcome("kept", `${version} no longer has it; you have edited it, so it stays and is yours now`),
    };
  draft.write(path, null, `not in ${version}`);
  return { outcome: outcome("deleted", null) };
}

/** An applied migration is history: a change of it would never reach a database. */
export function isMigration(path: string): boolean {
  return /(^|\/)migrations\/\d[^/]*\.ts$/.test(path);
}

const taken = "a file of yours stands there: move it away, or rename it";

/** The user has deleted the file: the record keeps it as it was, so that bringing it back brings the update too. */
function stayAway(
  known: Recorded,
  outcome: ReturnType<typeof outcomeOf>,
  movedFrom: string | null,
  path: string,
  draft: Draft,
): FileUpdate {
  if (movedFrom) {
    draft.write(basePath(path), draft.read(basePath(movedFrom)), "as installed, for updates");
    draft.write(basePath(movedFrom), null, `moved to ${path}`);
  }
  return { recorded: known, outcome: outcome("absent", "you have deleted it, and it stays deleted") };
}

function keepBase({ path, text }: Rendered, from: string, whole: boolean, draft: Draft): void {
  if (from !== path) draft.write(basePath(from), null, `moved to ${path}`);
  if (from === path && whole) return;
  draft.write(basePath(path), text, "as installed, for updates");
}

function settledNote(mode: ConflictMode, reason: string | null): string {
  const notes = {
    inline: "conflict markers are in the file",
    ours: "your lines stay",
    theirs: "the new lines are taken",
  };
  const note = mode === "refuse" ? "" : notes[mode];
  return reason === null ? note : `${reason}; ${note}`;
}

function outcomeOf({ path, movedFrom }: Pick<FileOutcome, "path" | "movedFrom">) {
  return (what: FileOutcome["what"], note: string | null): FileOutcome => ({
    path,
    what,
    note,
    movedFrom,
    conflicts: [],
  });
}
