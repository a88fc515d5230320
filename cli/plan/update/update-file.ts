import type { ConflictLabels } from "../../merge/markers.js";
import { type Merge, mergeText, type Versions } from "../../merge/merge-text.js";
import { inLayoutOf } from "../../merge/relayout.js";
import { onlyReformatted } from "../../merge/same-meaning.js";
import { hasHash, installedText } from "../../record/installed-text.js";
import { basePath } from "../../record/paths.js";
import type { InstalledItem } from "../../record/schema.js";
import { sha256 } from "../../record/sha256.js";
import { inShapeOf, splitLines } from "../../text/text-lines.js";
import type { Draft } from "../draft.js";
import { isMigration } from "../files/migrations.js";
import type { Rendered } from "../files/rendered-files.js";
import type { FileOutcome, Unmerged } from "../plan.js";
import { isAsInstalled, isUntouched } from "../record/as-installed.js";
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

/** One installed file on its way to the new version. */
interface Way extends UpdateWay {
  /** The new version, in the layout in which the file was installed. */
  readonly file: Rendered;
  /** Where it stands now. */
  readonly from: string;
  readonly movedFrom: string | null;
  readonly known: Recorded;
  readonly outcome: ReturnType<typeof outcomeOf>;
}

/** Brings one installed file to the new version; the user's edits stay. */
export function updateFile(file: Rendered, from: string, known: Recorded, how: UpdateWay, draft: Draft): FileUpdate {
  const { path } = file;
  const text = inBaseLayout(file.text, draft.read(basePath(from)), path, how.format);
  const movedFrom = from === path ? null : from;
  const way = { ...how, file: { ...file, text }, from, movedFrom, known, outcome: outcomeOf({ path, movedFrom }) };
  const yours = draft.read(from);
  return inTheWay(way, draft) ?? (yours === null ? stayAway(way, draft) : bring(yours, way, draft));
}

/** What keeps the file as it is and where it is. */
function inTheWay({ file: { path, text }, movedFrom, known, version, outcome }: Way, draft: Draft): FileUpdate | null {
  if (isMigration(path) && (movedFrom || !hasHash(text, known.sha256)))
    return { recorded: known, outcome: outcome("refused", `${version} changes it, but it may be applied already`) };
  return movedFrom && draft.read(path) !== null ? { recorded: known, outcome: outcome("taken", taken) } : null;
}

/** The user has deleted the file: the record keeps it as it was, so that bringing it back brings the update too. */
function stayAway({ file, from, movedFrom, known, outcome }: Way, draft: Draft): FileUpdate {
  const base = draft.read(basePath(from));
  const changed = base !== null && !onlyReformatted(base, file.text, file.path);
  if (movedFrom) {
    draft.write(basePath(file.path), base, "as installed, for updates");
    draft.write(basePath(movedFrom), null, `moved to ${file.path}`);
  }
  const stays = { recorded: known, outcome: outcome("absent", "you have deleted it, and it stays deleted") };
  return base === null ? stays : { ...stays, missing: { path: file.path, base, changed } };
}

/** Merges the user's text with the new version. */
function bring(yours: string, way: Way, draft: Draft): FileUpdate {
  const { file, from, movedFrom, known, version, mode, outcome } = way;
  const { kept, edited, base, carried } = textsOf(yours, way, draft);
  const labels = { yours: "yours", theirs: `authwright ${version}` };
  const merge = mergeFile({ base, yours, theirs: carried.text, path: file.path }, edited, labels);
  if (merge.kind === "conflicts" && mode === "refuse")
    return { recorded: known, outcome: { ...outcome("conflict", merge.reason), conflicts: merge.conflicts } };

  const after = merge.kind === "merged" ? merge.text : merge.settled[mode as keyof typeof merge.settled];
  draft.manual.push(...carried.manual);
  draft.write(file.path, draft.asIn(from, after), movedFrom ? `moved from ${movedFrom}` : `update to ${version}`);
  if (movedFrom) draft.write(movedFrom, null, `moved to ${file.path}`);
  keepBase(file, from, kept.damage === null && hasHash(file.text, known.sha256), draft);
  const recorded = { template: file.template, sha256: sha256(file.text) };
  if (merge.kind === "conflicts")
    return { recorded, ...settled(merge, { base, yours, theirs: carried.text }, way, draft) };
  const restored = kept.damage && `its text in .authwright/base ${kept.damage}: put there again`;
  if (after === yours && !movedFrom) return { recorded, outcome: restored ? outcome("updated", restored) : null };
  return { recorded, outcome: outcome(edited ? "merged" : "updated", restored || null) };
}

/** The text as installed and the new one, each with the entries of other items that the user's has. */
function textsOf(yours: string, { file: { path, text }, from, known, project }: Way, draft: Draft) {
  const kept = installedText(known, draft.read(basePath(from)), [withoutEntries(yours, from, project), text]);
  return {
    kept,
    edited: !isAsInstalled(yours, { path: from, recorded: known, base: kept.text }, project),
    base: kept.text && withEntries(kept.text, { from, like: yours }, project).text,
    carried: withEntries(text, { from, path, like: yours }, project),
  };
}

/** What there is to say of conflicts that the mode has settled; with markers, also the three texts for git. */
function settled(
  { conflicts, reason }: Extract<Merge, { kind: "conflicts" }>,
  { base, yours, theirs }: Omit<Versions, "path">,
  { file: { path }, from, mode, outcome }: Way,
  draft: Draft,
): Pick<FileUpdate, "outcome" | "unmerged"> {
  const note = outcome("conflict", settledNote(mode, reason));
  const told = { ...note, conflicts, ...(reason !== null && { reason }) };
  if (mode !== "inline") return { outcome: told };
  const alike = (text: string) => draft.asIn(from, inShapeOf(splitLines(text).lines, yours, true));
  const texts = { base: base === null ? null : alike(base), yours: draft.asIn(from, yours), theirs: alike(theirs) };
  return { outcome: told, unmerged: { path, ...texts } };
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
  const untouched = current !== null && isUntouched(current, { path, recorded: known }, project, draft);
  draft.write(basePath(path), null, `not in ${version}`);
  if (current === null) return {};
  if (!untouched)
    return {
      outcome: outcome("kept", `${version} no longer has it; you have edited it, so it stays and is yours now`),
    };
  draft.write(path, null, `not in ${version}`);
  return { outcome: outcome("deleted", null) };
}

const taken = "a file of yours stands there: move it away, or rename it";

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
