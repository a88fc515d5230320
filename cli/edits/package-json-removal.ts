import { isDeepStrictEqual } from "node:util";
import { type Node, parseTree } from "jsonc-parser";
import type { Replaced } from "../project/project.js";
import { isObject } from "../text/json.js";
import type { Edit } from "./edit.js";
import { cutItem } from "./json-cut.js";
import { insertItem, splice } from "./json-splice.js";

export interface PackageJsonRemovals {
  /** Entries to take away. */
  readonly entries: readonly { readonly list: Replaced["list"]; readonly key: string }[];
  /** Entries that get their old value, or their old place, again. */
  readonly restored: readonly Replaced[];
  /** Lists that go where nothing is left in them. */
  readonly emptied: readonly string[];
}

type Json = Record<string, Record<string, string> | undefined>;
const bom = "\uFEFF";

/** The reverse of `addToPackageJson`: takes entries away and nothing else. `added` names what went: `scripts.test`. */
export function removeFromPackageJson(text: string, removals: PackageJsonRemovals): Edit {
  const start = text.startsWith(bom) ? bom : "";
  const body = text.slice(start.length);
  const before = read(body);
  if (!before) return cannot("it is no valid JSON object", removals);
  const entries = removals.entries.filter(({ list, key }) => before[list]?.[key] !== undefined);
  const restored = removals.restored.filter(({ list, key, value }) => before[list]?.[key] !== value);
  if (entries.length === 0 && restored.length === 0) return { kind: "already" };

  const cut = entries.reduce(cutEntry, body);
  const whole = restored.toSorted((a, b) => a.index - b.index).reduce(restore, cut);
  const after = removals.emptied.reduce(cutEmptied, whole);
  const expected = expectedValue(before, { ...removals, entries, restored });
  if (!isDeepStrictEqual(read(after), expected)) return cannot("its layout is too unusual to edit", removals);
  return { kind: "applied", text: start + after, added: entries.map(({ list, key }) => `${list}.${key}`) };
}

function expectedValue(before: Json, { entries, restored, emptied }: PackageJsonRemovals): Json {
  const value = structuredClone(before);
  for (const { list, key } of entries) delete value[list]![key];
  for (const one of restored) value[one.list] = { ...value[one.list], [one.key]: one.value };
  for (const name of emptied) if (value[name] && Object.keys(value[name]).length === 0) delete value[name];
  return value;
}

function cutEntry(text: string, { list, key }: { list: string; key: string }): string {
  const block = member(text, list)!;
  return cutItem(text, block, keysOf(block).indexOf(key));
}

function restore(text: string, { list, key, value, index }: Replaced): string {
  const block = member(text, list);
  const at = block ? keysOf(block).indexOf(key) : -1;
  if (!block) return text;
  if (at === -1) {
    const colon = text.trim().includes("\n") ? ": " : ":";
    const item = JSON.stringify(key) + colon + JSON.stringify(value);
    return insertItem(text, block, Math.min(index, block.children?.length ?? 0), item);
  }
  const old = block.children![at]!.children![1]!;
  return splice(text, old.offset, old.offset + old.length, JSON.stringify(value));
}

function cutEmptied(text: string, name: string): string {
  const root = parseTree(text)!;
  const block = member(text, name);
  return block?.type === "object" && !block.children?.length ? cutItem(text, root, keysOf(root).indexOf(name)) : text;
}

function member(text: string, name: string): Node | undefined {
  return parseTree(text)?.children?.find(({ children }) => children?.[0]?.value === name)?.children?.[1];
}

function keysOf(node: Node): string[] {
  return (node.children ?? []).map(({ children }) => String(children?.[0]?.value));
}

function read(text: string): Json | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? (value as Json) : null;
  } catch {
    return null;
  }
}

function cannot(reason: string, { entries }: PackageJsonRemovals): Edit {
  const paste = entries.map(({ list, key }) => `${list}.${key}`);
  return { kind: "cannot", reason, place: "take these entries out by hand", paste };
}
