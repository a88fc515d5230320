import { type ParserOptions, parse } from "@babel/parser";
import type { File, Node } from "@babel/types";

const dialects: readonly NonNullable<ParserOptions["plugins"]>[] = [["decorators-legacy"], ["decorators"]];

/** How many parsed files are kept: checks that follow each other read the same ones. */
const mostKept = 100;
const kept = new Map<string, File>();

/**
 * Parses a TypeScript or JavaScript file for its positions. `path` decides the dialect. A file that no dialect accepts
 * throws the parser's SyntaxError. Tokens cost time, so they are made only where they are asked for. Nobody changes
 * what is returned: who parses the same text again gets the same.
 */
export function parseSource(source: string, path: string, { tokens = false }: { tokens?: boolean } = {}): File {
  const language = languagePlugins(path);
  const key = [...language, tokens, source].join("\0");
  const known = kept.get(key);
  if (known) return known;
  const file = parseWith(language, source, tokens);
  if (kept.size >= mostKept) kept.delete(kept.keys().next().value!);
  kept.set(key, file);
  return file;
}

function parseWith(language: NonNullable<ParserOptions["plugins"]>, source: string, tokens: boolean): File {
  let failure: unknown;
  for (const dialect of dialects) {
    try {
      return parse(source, {
        sourceType: "unambiguous",
        tokens,
        allowReturnOutsideFunction: true,
        allowAwaitOutsideFunction: true,
        allowUndeclaredExports: true,
        plugins: [...language, ...dialect, "decoratorAutoAccessors", "explicitResourceManagement"],
      });
    } catch (error) {
      failure ??= error;
    }
  }
  throw failure;
}

/** Why a text does not parse, with the line and the column as editors count them, both from 1. */
export function syntaxProblem(error: unknown): string {
  const { message, loc } = error as SyntaxError & { loc?: { line: number; column: number } };
  const reason = message
    .split("\n", 1)[0]!
    .replace(/ \(\d+:\d+\)$/, "")
    .replace(/\.$/, "");
  return loc ? `line ${loc.line}, column ${loc.column + 1} does not parse: ${reason}` : `it does not parse: ${reason}`;
}

function languagePlugins(path: string): NonNullable<ParserOptions["plugins"]> {
  if (/\.[cm]?ts$/.test(path)) return ["typescript"];
  if (/\.tsx$/.test(path)) return ["typescript", "jsx"];
  return ["jsx"];
}

/**
 * Calls `visit` for `node` and everything below it, in source order. A visit that returns false skips what is below.
 * `parents` is one list that grows and shrinks with the walk: who keeps it copies it.
 */
export function walk(node: Node, visit: (node: Node, parents: readonly Node[]) => unknown): void {
  descend(node, [], visit);
}

function descend(node: Node, parents: Node[], visit: (node: Node, parents: readonly Node[]) => unknown): void {
  if (visit(node, parents) === false) return;
  parents.push(node);
  const members = node as unknown as Readonly<Record<string, unknown>>;
  for (const key in members) {
    if (key === "loc" || key === "extra" || key.endsWith("omments")) continue;
    const value = members[key];
    if (!Array.isArray(value)) {
      if (isNode(value)) descend(value, parents, visit);
    } else for (const item of value) if (isNode(item)) descend(item, parents, visit);
  }
  parents.pop();
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}
