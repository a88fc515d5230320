import { parseSource } from "../edits/syntax.js";

const layout = new Set([
  "start",
  "end",
  "loc",
  "range",
  "extra",
  "leadingComments",
  "trailingComments",
  "innerComments",
  "comments",
  "tokens",
  "errors",
]);

/** Whether two texts are the same program: equal syntax trees, whatever the layout. Comments don't count. */
export function sameMeaning(one: string, other: string, path: string): boolean {
  const [first, second] = [meaningOf(one, path), meaningOf(other, path)];
  return first !== null && first === second;
}

/** Whether a formatter alone stands between two texts: they are the same program, with the same comments. */
export function onlyReformatted(one: string, other: string, path: string): boolean {
  return sameMeaning(one, other, path) && commentsOf(one, path) === commentsOf(other, path);
}

function commentsOf(text: string, path: string): string {
  const comments = parseSource(text, path).comments ?? [];
  return JSON.stringify(comments.map(({ value }) => value.replace(/\s*\n[\s*]*/g, " ").trim()));
}

/** Whether a text can be parsed. */
export function parses(text: string, path: string): boolean {
  return meaningOf(text, path) !== null;
}

function meaningOf(text: string, path: string): string | null {
  try {
    return JSON.stringify(parseSource(text, path).program, (key, value) => {
      if (layout.has(key)) return undefined;
      if (typeof value === "bigint") return `${value}n`;
      return Array.isArray(value) ? value.filter((node) => node?.type !== "EmptyStatement") : value;
    });
  } catch {
    return null;
  }
}
