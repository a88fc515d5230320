import type { Replaced } from "../record/schema.js";
import { parseObject } from "../text/json.js";
import type { Edit } from "./edit.js";
import { cutItem } from "./json-cut.js";
import { cutEmptied, dropEmptied, editJson, keysOf, memberOf, rootOf } from "./json-edit.js";
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

/** The reverse of `addToPackageJson`: takes entries away and nothing else. `added` names what went: `scripts.test`. */
export function removeFromPackageJson(text: string, removals: PackageJsonRemovals): Edit {
  return editJson<Json>(text, {
    read,
    splice: (before) => {
      const entries = removals.entries.filter(({ list, key }) => before.value[list]?.[key] !== undefined);
      const restored = removals.restored.filter(({ list, key, value }) => before.value[list]?.[key] !== value);
      if (entries.length === 0 && restored.length === 0) return null;
      const cut = entries.reduce(cutEntry, before.text);
      const whole = restored.toSorted((a, b) => a.index - b.index).reduce(restore, cut);
      return {
        text: removals.emptied.reduce(cutEmptied, whole),
        value: expectedValue(before.value, { ...removals, entries, restored }),
        added: entries.map(({ list, key }) => `${list}.${key}`),
      };
    },
    refuse: (reason) => cannot(reason, removals),
  });
}

function read(text: string) {
  const value = parseObject(text) as Json | null;
  return value ? { text, root: rootOf(text), value } : "it is no valid JSON object";
}

function expectedValue(before: Json, { entries, restored, emptied }: PackageJsonRemovals): Json {
  const value = structuredClone(before);
  for (const { list, key } of entries) delete value[list]![key];
  for (const one of restored) value[one.list] = { ...value[one.list], [one.key]: one.value };
  for (const name of emptied) dropEmptied(value, name);
  return value;
}

function cutEntry(text: string, { list, key }: { list: string; key: string }): string {
  const block = memberOf(rootOf(text), list)!;
  return cutItem(text, block, keysOf(block).indexOf(key));
}

function restore(text: string, { list, key, value, index }: Replaced): string {
  const block = memberOf(rootOf(text), list);
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

function cannot(reason: string, { entries }: PackageJsonRemovals): Edit {
  const paste = entries.map(({ list, key }) => `${list}.${key}`);
  return { kind: "cannot", reason, place: "take these entries out by hand", paste };
}
