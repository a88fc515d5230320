import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repo } from "./template-tree.js";

/** What registry.json says of an item's place among the others, as it stands there. */
export interface ItemJson {
  readonly name: string;
  readonly requires?: readonly string[];
  /** A companion: it comes by itself when all of these are there. */
  readonly comesWith?: readonly string[];
  readonly choices?: Readonly<Record<string, { readonly values: Readonly<Record<string, unknown>> }>>;
  /** List -> the file that declares it. */
  readonly lists?: Readonly<Record<string, string>>;
  readonly appends?: readonly AppendJson[];
}

export interface AppendJson {
  /** Left out where an item declares the list. */
  readonly file?: string;
  readonly list: string;
  readonly entry: string;
  readonly from: string;
}

export function readItems(): ItemJson[] {
  return (JSON.parse(readFileSync(join(repo, "registry.json"), "utf8")) as { items: ItemJson[] }).items;
}

/** An entry that an item puts into a list: names, and paths without their extension. */
export interface ListedEntry {
  readonly list: string;
  readonly file: string;
  readonly entry: string;
  readonly from: string;
}

export function listedEntries(): ListedEntry[] {
  const items = readItems();
  const declared = new Map(items.flatMap(({ lists = {} }) => Object.entries(lists)));
  return items.flatMap(({ appends = [] }) =>
    appends.map(({ list, entry, from, file = declared.get(list) ?? "" }) => ({
      list,
      entry,
      file: modulePath(file),
      from: modulePath(from),
    })),
  );
}

/** Every list that an item declares or appends to: "src/auth/purge purges". */
export function listNames(): Set<string> {
  const declared = readItems().flatMap(({ lists = {} }) => Object.entries(lists));
  const appended = listedEntries().map(({ list, file }) => `${file} ${list}`);
  return new Set([...appended, ...declared.map(([list, file]) => `${modulePath(file)} ${list}`)]);
}

function modulePath(file: string): string {
  return file.replace(/\.ts$/, "");
}
