import { withoutComments } from "../../project/sources/source-imports.js";

/** The line on which a file gives Express's Request an `auth` of its own type: two such types don't compile. */
export function typedLine(text: string): number | null {
  if (!text.includes("auth")) return null;
  const code = withoutComments(text);
  const at = augmentedMember(code);
  return at === null ? null : code.slice(0, at).split("\n").length;
}

/** Where `interface Request { auth... }` of the Express namespace or its core module has the member. */
function augmentedMember(code: string): number | null {
  if (!/\bnamespace\s+Express\b|\bmodule\s+["']express(-serve-static-core)?["']/.test(code)) return null;
  for (const match of code.matchAll(/\binterface\s+Request\b[^{]*\{/g)) {
    const start = match.index + match[0].length;
    const member = memberIn(code, start);
    if (member !== null) return member;
  }
  return null;
}

/** Walks the interface body that opens at `start`; only its own members count, not those of nested types. */
function memberIn(code: string, start: number): number | null {
  let depth = 1;
  for (let at = start; at < code.length && depth > 0; at++) {
    const character = code[at] ?? "";
    if ("{([".includes(character)) depth++;
    else if ("})]".includes(character)) depth--;
    else if (
      depth === 1 &&
      /^auth["']?\s*\??\s*[:(]/.test(code.slice(at, at + 12)) &&
      !/[\w$.]/.test(code[at - 1] ?? "")
    ) {
      return at;
    }
  }
  return null;
}
