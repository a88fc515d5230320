import {
  appendListEntry,
  hasListEntry,
  isInBuiltList,
  type ListEntry,
  placeInList,
  removeListEntry,
} from "../../edits/list-entry.js";
import type { Project } from "../../project/project.js";
import type { Appended } from "../../record/schema.js";
import { withMarkOf, withoutMark } from "../../text/byte-order-mark.js";
import type { ManualStep } from "../plan.js";
import { otherSpecifiers, relativeSpecifier } from "../specifiers.js";

/** What tells which entries are installed, and how modules are imported here. */
export type EntryFacts = Pick<Project, "record" | "aliases" | "modules">;

/** The entries that installed items have in lists of this file, in the order in which they came. */
export function entriesIn(path: string, { record }: Pick<Project, "record">): Appended[] {
  const all = Object.values(record?.items ?? {}).flatMap(({ appends = [] }) => appends);
  return all.filter(({ file }) => file === path);
}

/** An entry as the edits take it; `path` where its list has moved. */
export function listEntry(
  { file, list, entry, from }: Appended,
  project: Pick<Project, "aliases" | "modules">,
  path: string = file,
): ListEntry {
  const specifier = relativeSpecifier(path, from, project);
  return { path, list, entry, specifier, sameModule: otherSpecifiers(path, from, project) };
}

/** The text as the item that owns the file would have it: the entries of other items are no edit of the user's. */
export function withoutEntries(text: string, path: string, project: EntryFacts): string {
  return entriesIn(path, project).reduceRight((rest, one) => {
    const edit = removeListEntry(rest, listEntry(one, project));
    return edit.kind === "applied" ? edit.text : rest;
  }, text);
}

/** Whether each entry that was put into this file is in its list. */
export function hasAllEntries(text: string, path: string, project: EntryFacts): boolean {
  return entriesIn(path, project).every((one) => hasListEntry(text, listEntry(one, project)));
}

export interface Carried {
  readonly text: string;
  /** The entries that can't be put there: a person has to. */
  readonly manual: readonly ManualStep[];
}

/** How entries are carried to another text. */
export interface Carrying {
  /** Where the file was, and where it will be. */
  readonly from: string;
  readonly path?: string;
  /** The text that is replaced: its order counts. Null where there is none. */
  readonly like: string | null;
  /** Also those that it has lost. */
  readonly all?: boolean;
}

/** Where the entry is; last, where the user has put it into a list that is built in another way. */
function placeIn(text: string, wanted: ListEntry): number | null {
  return placeInList(text, wanted) ?? (isInBuiltList(text, wanted) ? Number.MAX_SAFE_INTEGER : null);
}

/** Another text for a file, with the entries that the text before it has; without such a text, with all. */
export function withEntries(
  text: string,
  { from, path = from, like, all = like === null }: Carrying,
  project: EntryFacts,
): Carried {
  const manual: ManualStep[] = [];
  const carried = entriesIn(from, project)
    .map((one) => ({ one, place: like === null ? null : placeIn(like, listEntry(one, project)) }))
    .filter(({ place }) => all || place !== null)
    .toSorted((a, b) => (a.place ?? Number.MAX_SAFE_INTEGER) - (b.place ?? Number.MAX_SAFE_INTEGER))
    .map(({ one }) => one)
    .reduce((rest, one) => {
      const edit = appendListEntry(rest, listEntry(one, project, path));
      if (edit.kind === "cannot") manual.push({ path, place: edit.place, reason: edit.reason, lines: edit.paste });
      return edit.kind === "applied" ? edit.text : rest;
    }, withoutMark(text));
  return { text: withMarkOf(text, carried), manual };
}
