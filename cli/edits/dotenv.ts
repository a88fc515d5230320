import { parseEnv } from "node:util";
import { parse } from "dotenv";
import { hasMark, withoutMark } from "../text/byte-order-mark.js";
import { appendLines } from "../text/line-ending.js";
import type { Edit } from "./edit.js";

export interface EnvLine {
  readonly name: string;
  readonly value: string;
  /** Written as a comment above the key. */
  readonly comment?: string;
}

/** The names and values of a `.env` file, as dotenv reads them. */
export function envKeys(text: string): ReadonlyMap<string, string> {
  return new Map(Object.entries(parse(text)));
}

/**
 * Adds the missing keys to the end of a `.env` or `.env.example`; null is a file that does not exist.
 *
 * A line of the user's is never changed. Where a value is wanted and the file has the key with an empty one, the key is
 * added once more at the end: dotenv and `node --env-file` both take the last. A wanted empty value (`.env.example`) is
 * satisfied by the name alone. `added` holds names only, never values.
 */
export function addEnvKeys(text: string | null, keys: readonly EnvLine[]): Edit {
  const before = text ?? "";
  const known = envKeys(before);
  const missing = keys.filter(({ name, value }) => (value === "" ? !known.has(name) : !known.get(name)));
  if (missing.length === 0) return { kind: "already" };

  const openQuote = unclosedQuote(before);
  if (openQuote !== null) return cannot(`the quote opened on line ${openQuote} is never closed`, missing);
  const lines = missing.map(envLine);
  if (lines.includes(null)) return cannot("a value holds characters that .env files cannot carry", missing);

  const separator = /\S/.test(before) && !/\n\r?\n$/.test(before) ? [""] : [];
  const after = appendLines(before, [...separator, ...(lines as string[]).flatMap((line) => line.split("\n"))]);
  const damage = firstDifference(before, after, missing);
  if (damage !== null) return cannot(`${damage} would be read differently afterwards`, missing);
  return { kind: "applied", text: after, added: missing.map(({ name }) => name) };
}

/** What the user should know about a `.env` file; `names` are the keys to compare between its readers. */
export function envWarnings(text: string, names: readonly string[] = []): readonly string[] {
  const warnings: string[] = [];
  const first = [...envKeys(text).keys()][0];
  if (hasMark(text) && first !== undefined)
    warnings.push(`starts with a byte order mark: node --env-file on Node 20 does not find its first key, ${first}`);
  const dotenv = envKeys(text);
  const node = parseEnv(withoutMark(text));
  for (const name of names)
    if (dotenv.get(name) !== node[name]) warnings.push(`${name} is read differently by dotenv and by node --env-file`);
  return warnings;
}

function cannot(reason: string, missing: readonly EnvLine[]): Edit {
  return {
    kind: "cannot",
    reason,
    place: "on lines of their own; .env.example says what each one is",
    paste: missing.map(({ name }) => `${name}=`),
  };
}

/** The line of the first quoted value without an end, or null. */
function unclosedQuote(text: string): number | null {
  const assignment = /^[ \t]*(?:#.*|(?:export[ \t]+)?[\w.-]+[ \t]*=[ \t]*(["'`])?)/gm;
  for (let match = assignment.exec(text); match !== null; match = assignment.exec(text)) {
    const quote = match[1];
    if (quote === undefined) continue;
    const close = text.indexOf(quote, assignment.lastIndex);
    if (close === -1) return text.slice(0, match.index).split("\n").length;
    assignment.lastIndex = close + 1;
  }
  return null;
}

/** The lines of one key, in the first spelling that dotenv and Node both read back exactly; null where there is none. */
function envLine({ name, value, comment }: EnvLine): string | null {
  const bare = /^[\w.-]*$/.test(value) ? [value] : [];
  const spellings = [...bare, ...['"', "'", "`"].map((quote) => quote + value + quote)];
  const spelling = spellings.find((candidate) => {
    const line = `${name}=${candidate}\n`;
    return !/[\r\n]/.test(value) && parse(line)[name] === value && parseEnv(line)[name] === value;
  });
  if (spelling === undefined) return null;
  const note = comment === undefined ? "" : comment.replace(/^/gm, "# ") + "\n";
  return `${note}${name}=${spelling}`;
}

function firstDifference(before: string, after: string, added: readonly EnvLine[]): string | null {
  for (const read of [parse, parseEnv]) {
    const expected = { ...read(before), ...Object.fromEntries(added.map(({ name, value }) => [name, value])) };
    const actual = read(after);
    for (const name of new Set([...Object.keys(expected), ...Object.keys(actual)]))
      if (expected[name] !== actual[name]) return name;
  }
  return null;
}
