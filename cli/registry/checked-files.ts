import { sha256 } from "../record/sha256.js";

/** The hashes of this package's JSON files that its build has checked. Nothing is, where it runs from its sources. */
declare const checkedFiles: readonly string[] | undefined;

/** Whether this is the text of a file of the package, as its build has checked it. */
export function wasChecked(text: string): boolean {
  const hashes = typeof checkedFiles === "undefined" ? [] : checkedFiles;
  return hashes.includes(sha256(text));
}
