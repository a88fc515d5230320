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
 * Whether a .gitignore at the root ignores `target`, a name at the root: a folder where it ends in a slash. As in git, the
 * last pattern that matches decides.
 */
export function isIgnored(text: string, target: string): boolean {
  const folder = target.endsWith("/");
  const name = target.replace(/^\/|\/$/g, "");
  let ignored = false;
  for (const line of text.replace(/^\uFEFF/, "").split(/\r?\n/)) {
    const negated = line.startsWith("!");
    if (!line.startsWith("#") && matches(line.replace(/^!/, ""), name, folder)) ignored = !negated;
  }
  return ignored;
}

function matches(line: string, name: string, folder: boolean): boolean {
  const pattern = line
    .replace(/(?<!\\)[ \t]+$/, "")
    .replace(/^(\*\*)?\//, "")
    .replace(folder ? /\/(\*{0,2})$/ : /\/\*\*$/, "");
  return pattern !== "" && !pattern.includes("/") && globToRegExp(pattern).test(name);
}

function globToRegExp(pattern: string): RegExp {
  const source = pattern.replace(/\\(.)|\*+|\?|\[[^\]]+\]|[.+^${}()|[\]\\]/g, (part, escaped: string | undefined) => {
    if (escaped !== undefined) return `\\${escaped}`.replace(/\\([\w ])/, "$1");
    if (part.startsWith("*")) return ".*";
    if (part === "?") return ".";
    return part.startsWith("[") && part.length > 2 ? part.replace("[!", "[^") : `\\${part}`;
  });
  return new RegExp(`^${source}$`);
}
