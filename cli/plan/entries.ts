import { appendListEntry, hasListEntry, type ListEntry, removeListEntry } from "../edits/list-entry.js";
import type { Appended, Project } from "../project/project.js";
import type { ManualStep } from "./plan.js";
import { otherSpecifiers, relativeSpecifier } from "./specifiers.js";

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

/** Another text for a file, with the entries that `like`, the text it replaces, has; without that text, with all. */
export function withEntries(
  text: string,
  { from, path = from, like }: { from: string; path?: string; like: string | null },
  project: EntryFacts,
): Carried {
  const manual: ManualStep[] = [];
  const carried = entriesIn(from, project)
    .filter((one) => like === null || hasListEntry(like, listEntry(one, project)))
    .reduce((rest, one) => {
      const edit = appendListEntry(rest, listEntry(one, project, path));
      if (edit.kind === "cannot") manual.push({ path, place: edit.place, reason: edit.reason, lines: edit.paste });
      return edit.kind === "applied" ? edit.text : rest;
    }, text);
  return { text: carried, manual };
}
