import { type ParserOptions, parse } from "@babel/parser";
import type { File, Node } from "@babel/types";

const dialects: readonly NonNullable<ParserOptions["plugins"]>[] = [["decorators-legacy"], ["decorators"]];

/**
 * Parses a TypeScript or JavaScript file for its positions. `path` decides the dialect. A file that no dialect accepts
 * throws the parser's SyntaxError. Tokens cost time, so they are made only where they are asked for.
 */
export function parseSource(source: string, path: string, { tokens = false }: { tokens?: boolean } = {}): File {
  const language = languagePlugins(path);
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

/** Calls `visit` for `node` and everything below it, in source order. A visit that returns false skips what is below. */
export function walk(node: Node, visit: (node: Node, parents: readonly Node[]) => unknown): void {
  descend(node, [], visit);
}

function descend(node: Node, parents: Node[], visit: (node: Node, parents: readonly Node[]) => unknown): void {
  if (visit(node, parents) === false) return;
  const below = [...parents, node];
  for (const child of childrenOf(node)) descend(child, below, visit);
}

function childrenOf(node: Node): Node[] {
  const children: Node[] = [];
  for (const [key, value] of Object.entries(node)) {
    if (key === "loc" || key === "extra" || key.endsWith("omments")) continue;
    for (const item of Array.isArray(value) ? value : [value]) if (isNode(item)) children.push(item);
  }
  return children;
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}
