import { isDeepStrictEqual } from "node:util";
import { type Node, type ParseError, parse, parseTree } from "jsonc-parser";
import { isObject } from "../text/json.js";
import type { Edit } from "./edit.js";
import { cutItem } from "./json-cut.js";

/** A JSON text of the user's that holds an object, with its places and its value. */
export interface JsonText<Value> {
  readonly text: string;
  readonly root: Node;
  readonly value: Value;
}

/** A text with something spliced into it or out of it, and the value that it must have then. */
export interface Spliced<Value> {
  readonly text: string;
  readonly value: Value;
  /** What was done, in the words of the edit. */
  readonly added: readonly string[];
}

/** One edit of a JSON file. Where it can't be made, it says why in words. */
export interface JsonEdit<Value> {
  read(text: string): JsonText<Value> | string;
  /** Null where all is there already. */
  splice(before: JsonText<Value>): Spliced<Value> | string | null;
  /** `before` is null where the text can't be read. */
  refuse(reason: string, before: JsonText<Value> | null): Edit;
}

/** Makes an edit by splicing, so that comments, layout and line endings stay; it says what was meant, or is not made. */
export function editJson<Value>(text: string, { read, splice, refuse }: JsonEdit<Value>): Edit {
  const before = read(text);
  if (typeof before === "string") return refuse(before, null);
  const spliced = splice(before);
  if (spliced === null) return { kind: "already" };
  if (typeof spliced === "string") return refuse(spliced, before);
  const after = read(spliced.text);
  if (typeof after === "string" || !isDeepStrictEqual(after.value, spliced.value))
    return refuse("its layout is too unusual to edit", before);
  return { kind: "applied", text: spliced.text, added: spliced.added };
}

/** Reads JSON with comments and trailing commas; a text that is none, or no object, is called `problem`. */
export function readCommented<Value>(text: string, problem: string): JsonText<Value> | string {
  const errors: ParseError[] = [];
  const value: unknown = parse(text, errors, { allowTrailingComma: true });
  return errors.length === 0 && isObject(value) ? { text, root: rootOf(text), value: value as Value } : problem;
}

/** The outermost object or array of a text that is known to be JSON. */
export function rootOf(text: string): Node {
  return parseTree(text, [], { allowTrailingComma: true })!;
}

/** The names in an object, in their order. */
export function keysOf(node: Node): string[] {
  return (node.children ?? []).map(({ children }) => String(children?.[0]?.value));
}

/** The value of a member of an object. */
export function memberOf(node: Node, name: string): Node | undefined {
  return node.children?.find(({ children }) => children?.[0]?.value === name)?.children?.[1];
}

/** The text without this member of the outermost object, where nothing is left in it. */
export function cutEmptied(text: string, name: string): string {
  const root = rootOf(text);
  const inside = memberOf(root, name);
  const isEmpty = inside?.children?.length === 0;
  return isEmpty ? cutItem(text, root, keysOf(root).indexOf(name)) : text;
}

/** The same for the value. */
export function dropEmptied(value: Record<string, unknown>, name: string): void {
  const inside = value[name];
  if (typeof inside === "object" && inside !== null && Object.keys(inside).length === 0) delete value[name];
}
