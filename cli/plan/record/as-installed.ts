import { onlyReformatted } from "../../merge/same-meaning.js";
import { hasHash, installedText } from "../../record/installed-text.js";
import { basePath } from "../../record/paths.js";
import type { InstalledItem } from "../../record/schema.js";
import type { Draft } from "../draft.js";
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

/** The same by the text that is kept of the installation, as long as the draft has it. */
export function isUntouched(
  text: string,
  { path, recorded }: Omit<InstalledFile, "base">,
  project: EntryFacts,
  draft: Draft,
): boolean {
  const base = installedText(recorded, draft.read(basePath(path)), [text]).text;
  return isAsInstalled(text, { path, recorded, base }, project);
}
