import ignore from "ignore";
import { appendLines } from "../text/line-ending.js";
import type { Edit } from "./edit.js";

/** Makes sure that git ignores each of `lines` (`.env`, `.data/`): the ones that no pattern covers are added at the end. */
export function addIgnoreLines(text: string | null, lines: readonly string[]): Edit {
  const before = text ?? "";
  const missing = lines.filter((line) => !isIgnored(before, line));
  if (missing.length === 0) return { kind: "already" };
  return { kind: "applied", text: appendLines(before, missing), added: missing };
}

/**
 * Whether a .gitignore ignores `target`, a path relative to its folder: a folder where it ends in a slash, which counts as
 * ignored where only all that may be in it is.
 */
export function isIgnored(text: string, target: string): boolean {
  const rules = ignore({ ignorecase: false, allowRelativePaths: true }).add(text);
  const path = target.replace(/^\/+/, "");
  if (path === "") return false;
  return rules.ignores(path) || (path.endsWith("/") && rules.ignores(`${path}${anyName}`));
}

/** A name that no pattern is written for. */
const anyName = "\u0001";
