import { inLayoutOf } from "../../merge/relayout.js";
import { onlyReformatted } from "../../merge/same-meaning.js";

/** Where the project's formatter laid a file out before it became the base, a new version of it is compared in that layout. */
export function inBaseLayout(text: string, base: string | null, path: string, format: string | undefined): string {
  if (format === undefined || base === null) return text;
  return onlyReformatted(text, base, path) ? base : inLayoutOf(text, base, path);
}
