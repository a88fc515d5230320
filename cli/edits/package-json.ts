import type { Node } from "jsonc-parser";
import type { Edit } from "./edit.js";
import { cutItem } from "./json-cut.js";
import { editJson, type JsonText, keysOf, memberOf, rootOf } from "./json-edit.js";
import { indentUnit, insertItem, splice } from "./json-splice.js";

export interface PackageJsonAdditions {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly scripts?: Readonly<Record<string, string>>;
  /** Ranges to raise, by package: written wherever the package is listed. */
  readonly setRanges?: Readonly<Record<string, string>>;
  /** Scripts that are there and change. */
  readonly setScripts?: Readonly<Record<string, string>>;
}

type Block = "dependencies" | "devDependencies" | "optionalDependencies" | "peerDependencies" | "scripts";
type Json = Record<string, unknown> & Partial<Record<Block, Record<string, string>>>;
type Change =
  | { readonly do: "set" | "add"; readonly block: Block; readonly key: string; readonly value: string }
  | { readonly do: "remove"; readonly block: Block; readonly key: string };

const blocks: readonly Block[] = [
  "dependencies",
  "devDependencies",
  "optionalDependencies",
  "peerDependencies",
  "scripts",
];

/**
 * Adds what is missing from a package.json and nothing else. A package counts as there in any of the four lists; only what
 * is needed at run time and stands in `devDependencies` moves to `dependencies`, with the user's own range, because
 * `npm prune --omit=dev` would take it away. npm's placeholder test script counts as none. `added` names the places:
 * `dependencies.zod`, `scripts.test`.
 */
export function addToPackageJson(text: string, additions: PackageJsonAdditions): Edit {
  return editJson<Json>(text, {
    read,
    splice: (before) => {
      const changes = changesFor(before.value, additions);
      if (changes.length === 0) return null;
      const added = changes.filter((change) => change.do !== "remove").map(({ block, key }) => `${block}.${key}`);
      const value = changes.reduce(applyToValue, structuredClone(before.value));
      return { text: changes.reduce(applyToText, before.text), value, added };
    },
    refuse: (reason) => cannot(reason, additions),
  });
}

/** Whether a test script is the one that `npm init` writes, or none. */
export function isPlaceholderTest(script: string | undefined): boolean {
  return script === undefined || /^\s*$|^echo\s+\\?["']?Error: no test specified\\?["']?\s*&&\s*exit 1$/.test(script);
}

function changesFor(json: Json, additions: PackageJsonAdditions): readonly Change[] {
  const { dependencies = {}, devDependencies = {}, scripts = {}, setRanges = {}, setScripts = {} } = additions;
  const listed = (name: string, from: readonly Block[]) => from.find((block) => has(json[block], name));
  const changes: Change[] = [];
  for (const [key, range] of Object.entries(dependencies)) {
    if (listed(key, ["dependencies", "optionalDependencies"])) continue;
    const own = json.devDependencies?.[key];
    if (own === undefined && listed(key, ["peerDependencies"])) continue;
    changes.push({ do: "add", block: "dependencies", key, value: setRanges[key] ?? own ?? range });
    if (own !== undefined) changes.push({ do: "remove", block: "devDependencies", key });
  }
  for (const [key, value] of Object.entries(devDependencies))
    if (!has(dependencies, key) && !listed(key, blocks.slice(0, 4)))
      changes.push({ do: "add", block: "devDependencies", key, value });
  for (const [key, value] of Object.entries(setRanges))
    for (const block of ["dependencies", "devDependencies", "optionalDependencies"] as const)
      if (
        has(json[block], key) &&
        json[block]?.[key] !== value &&
        !changes.some((c) => c.key === key && c.block === block)
      )
        changes.push({ do: "set", block, key, value });
  for (const [key, value] of Object.entries(scripts)) {
    if (!has(json.scripts, key)) changes.push({ do: "add", block: "scripts", key, value });
    else if (key === "test" && isPlaceholderTest(json.scripts?.[key]) && json.scripts?.[key] !== value)
      changes.push({ do: "set", block: "scripts", key, value });
  }
  for (const [key, value] of Object.entries(setScripts))
    if (has(json.scripts, key) && json.scripts?.[key] !== value)
      changes.push({ do: "set", block: "scripts", key, value });
  return changes;
}

function has(record: Readonly<Record<string, string>> | undefined, key: string): boolean {
  return record !== undefined && Object.hasOwn(record, key);
}

function applyToValue(json: Json, change: Change): Json {
  const block: Record<string, string> = json[change.block] ?? {};
  if (change.do === "remove") delete block[change.key];
  else block[change.key] = change.value;
  return { ...json, [change.block]: block };
}

function applyToText(text: string, change: Change): string {
  const root = rootOf(text);
  const block = memberOf(root, change.block);
  if (change.do === "remove") return cutItem(text, block!, keysOf(block!).indexOf(change.key));
  if (change.do === "set") {
    const value = memberOf(block!, change.key)!;
    return splice(text, value.offset, value.offset + value.length, JSON.stringify(change.value));
  }
  const colon = text.trim().includes("\n") ? ": " : ":";
  const item = JSON.stringify(change.key) + colon + JSON.stringify(change.value);
  if (block !== undefined) return insertItem(text, block, placeOfKey(block, change), item);
  const unit = indentUnit(text);
  const inner = colon === ":" ? `{${item}}` : `{\n${unit}${unit}${item}\n${unit}}`;
  return insertItem(text, root, placeOfBlock(root, change.block), JSON.stringify(change.block) + colon + inner);
}

/** In order where the list is in order; scripts go last unless they are clearly sorted. */
function placeOfKey(block: Node, { block: name, key }: Change): number {
  const keys = keysOf(block);
  if (name === "scripts" && keys.length < 5) return keys.length;
  const order = [inEnglish, byCode].find((compare) =>
    keys.every((other, at) => at === 0 || compare(keys[at - 1]!, other) <= 0),
  );
  if (order === undefined) return keys.length;
  const at = keys.findIndex((other) => order(other, key) > 0);
  return at === -1 ? keys.length : at;
}

/** Names whose characters stand in the same order in a dictionary and in Unicode; loading a dictionary takes 4 ms. */
const sameInBoth = /^@?[a-z][a-z0-9./-]*$/;

/** As npm orders its lists. */
export function inEnglish(a: string, b: string): number {
  return sameInBoth.test(a) && sameInBoth.test(b) ? byCode(a, b) : a.localeCompare(b, "en");
}

function byCode(a: string, b: string): number {
  return a < b ? -1 : Number(a !== b);
}

function placeOfBlock(root: Node, block: Block): number {
  const keys = keysOf(root);
  const followers: readonly Block[] = block === "devDependencies" ? [] : ["dependencies", "devDependencies"];
  const at = keys.findIndex((key) => followers.some((follower) => follower === key && follower !== block));
  if (at !== -1) return at;
  const dependencies = keys.indexOf("dependencies");
  return dependencies === -1 ? keys.length : dependencies + 1;
}

/** What can be edited of a package.json, or why it can't. */
function read(text: string): JsonText<Json> | string {
  try {
    const value = JSON.parse(text) as Json;
    const root = rootOf(text);
    if (root.type !== "object") return "it does not hold a JSON object";
    return duplicateIn(root, "") ?? wrongBlock(root) ?? { text, root, value };
  } catch (error) {
    return `it is not valid JSON (${(error as Error).message})`;
  }
}

function duplicateIn(node: Node, where: string): string | null {
  const names = keysOf(node);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) return `"${twice}" stands there twice${where}`;
  if (where !== "") return null;
  for (const block of blocks) {
    const value = memberOf(node, block);
    const problem = value?.type === "object" ? duplicateIn(value, ` in "${block}"`) : null;
    if (problem !== null) return problem;
  }
  return null;
}

function wrongBlock(root: Node): string | null {
  const wrong = blocks.find((block) => (memberOf(root, block)?.type ?? "object") !== "object");
  return wrong === undefined ? null : `"${wrong}" is not an object`;
}

function cannot(reason: string, { dependencies, devDependencies, scripts }: PackageJsonAdditions): Edit {
  const parts = Object.entries({ dependencies, devDependencies, scripts }).flatMap(([block, entries]) =>
    Object.entries(entries ?? {}).map(([key, value]) => `${block}: ${JSON.stringify(key)}: ${JSON.stringify(value)}`),
  );
  return { kind: "cannot", reason, place: "in the block that each line names", paste: parts };
}
