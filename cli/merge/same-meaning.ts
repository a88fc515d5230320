import type { File, Node } from "@babel/types";
import { parseSource } from "../edits/syntax.js";
import { attempt } from "../text/attempt.js";
import { withoutMark } from "../text/byte-order-mark.js";
import { splitLines } from "../text/text-lines.js";
import { markdownWords } from "./markdown-words.js";

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

/**
 * Whether a formatter alone stands between two texts: the same lines but for their ends, the same program with the same
 * comments, or the same words of Markdown. Formatters sort imports, too: their order is layout.
 */
export function onlyReformatted(one: string, other: string, path: string): boolean {
  if (sameLines(one, other)) return true;
  if (path.endsWith(".md")) return markdownWords(one) === markdownWords(other);
  if (!isCode(path)) return false;
  const [first, second] = [parsed(one, path), parsed(other, path)];
  return first !== null && second !== null && formatless(first) === formatless(second);
}

/** Whether a text can be parsed. */
export function parses(text: string, path: string): boolean {
  return parsed(text, path) !== null;
}

/** Whether a path names a file with code in it. */
export function isCode(path: string): boolean {
  return /\.[cm]?[jt]s$/.test(path);
}

function sameLines(one: string, other: string): boolean {
  const [first, second] = [splitLines(one).lines, splitLines(other).lines];
  return first.length === second.length && first.every((line, index) => line === second[index]);
}

function formatless({ program, comments }: File): string {
  const isImport = ({ type }: Node) => type === "ImportDeclaration";
  const imports = program.body.filter(isImport).map(treeOf);
  const rest = program.body.filter((node) => !isImport(node)).map(treeOf);
  const said = (comments ?? []).map(({ value }) => value.replace(/\s*\n[\s*]*/g, " ").trim());
  return JSON.stringify([program.directives.map(treeOf), imports.sort(), rest.filter(Boolean), said.sort()]);
}

function meaningOf(text: string, path: string): string | null {
  const file = parsed(text, path);
  return file && treeOf(file.program);
}

function parsed(text: string, path: string): File | null {
  return attempt(() => parseSource(withoutMark(text), path));
}

function treeOf(node: Node): string {
  return JSON.stringify(node, (key, value) => {
    if (layout.has(key)) return undefined;
    if (typeof value === "bigint") return `${value}n`;
    if (Array.isArray(value)) return listOf(value);
    return bare(value);
  });
}

/** Empty statements say nothing; the names in the braces of an import are in no order. */
function listOf(nodes: readonly (Node | null)[]): unknown {
  const list = nodes.filter((node) => node?.type !== "EmptyStatement");
  return list.every((node) => node?.type === "ImportSpecifier") ? list.toSorted(byName) : list;
}

function byName(one: Node | null, other: Node | null): number {
  const [first, second] = [treeOf(one!), treeOf(other!)];
  return first < second ? -1 : first > second ? 1 : 0;
}

/** Templates in which Prettier lays out what they hold. */
const embedded = new Set(["html", "css", "graphql", "gql", "markdown"]);

/** Below what formatters put around a node: brackets around a type, quotes around a key, line breaks in HTML. */
function bare(value: unknown): unknown {
  if (!isNode(value)) return value;
  if (value.type === "TaggedTemplateExpression" && value.tag.type === "Identifier" && embedded.has(value.tag.name)) {
    const texts = value.quasi.quasis.map(({ value: { raw } }) =>
      raw.replace(/\s+/g, " ").replace(/ ?([<>{}]) ?/g, "$1"),
    );
    return [value.tag.name, texts, value.quasi.expressions];
  }
  if (value.type === "TSParenthesizedType") return bare(value.typeAnnotation);
  const { key } = value as { key?: unknown };
  const isQuoted = isNode(key) && key.type === "StringLiteral" && /^[A-Za-z_$][\w$]*$/.test(key.value);
  return isQuoted && !(value as { computed?: boolean }).computed
    ? { ...value, key: { type: "Identifier", name: key.value } }
    : value;
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && typeof (value as { type?: unknown }).type === "string";
}
