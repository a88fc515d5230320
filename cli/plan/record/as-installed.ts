import { onlyReformatted } from "../../merge/same-meaning.js";
import type { InstalledItem } from "../../project/project.js";
import { hasHash } from "../../record/installed-text.js";
import { type EntryFacts, entriesIn, withEntries, withoutEntries } from "../steps/entries.js";

/** A file of an item in the user's repo. */
export interface InstalledFile {
  readonly path: string;
  readonly recorded: InstalledItem["files"][string];
  /** Its text as it was installed; null where that is not known any more. */
  readonly base: string | null;
}

/**
 * Whether a file says what it said when it was installed. Its layout is the formatter's, and the entries of other items in
 * its lists are theirs; the order of a list and the comments in it are the user's.
 */
export function isAsInstalled(text: string, { path, recorded, base }: InstalledFile, project: EntryFacts): boolean {
  if (hasHash(text, recorded.sha256)) return true;
  if (base === null) return hasHash(withoutEntries(text, path, project), recorded.sha256);
  const expected =
    entriesIn(path, project).length === 0 ? base : withEntries(base, { from: path, like: text }, project).text;
  return onlyReformatted(text, expected, path);
}
