import { mkdtemp, readFile, realpath } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fs from "fs-extra";
import { afterAll } from "vitest";
import { repo } from "./template-tree.js";

/** The files that docs/registry.md tells a reader to write, by path. */
export async function documentedCatalogue(): Promise<Map<string, string>> {
  const text = await readFile(join(repo, "docs/registry.md"), "utf8");
  const blocks = [...text.matchAll(/^`([^`\n]+)`:\n\n```\w+\n([\s\S]*?)^```$/gm)];
  return new Map(blocks.map(([, path, content]) => [path!, content!]));
}

/** What it tells to add to them, so that the item says something of itself. */
export async function documentedFacts(): Promise<Map<string, string>> {
  const text = await readFile(join(repo, "docs/registry.md"), "utf8");
  const blocks = [...text.matchAll(/^Then `([^`\n]+)`:\n\n```\w+\n([\s\S]*?)^```$/gm)];
  return new Map(blocks.map(([, path, content]) => [path!, content!]));
}

/** The catalogue whose item says something of itself. */
export async function writeCatalogueWithFacts(): Promise<string> {
  const folder = await writeCatalogue();
  for (const [path, content] of await documentedFacts()) await fs.outputFile(join(folder, path), content);
  return folder;
}

/** Writes them to a folder of their own. */
export async function writeCatalogue(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "authwright-company-")));
  afterAll(() => fs.remove(folder));
  for (const [path, content] of await documentedCatalogue()) await fs.outputFile(join(folder, path), content);
  return folder;
}

// biome-ignore lint/suspicious/noExplicitAny: what a test breaks has no type
type Anything = any;

/** Changes an item of a catalogue in its registry.json. */
export async function changeItem(folder: string, change: (item: Anything) => void, name = "audit-log"): Promise<void> {
  const registry = await fs.readJson(join(folder, "registry.json"));
  change(registry.items.find((item: Anything) => item.name === name));
  await fs.writeJson(join(folder, "registry.json"), registry, { spaces: 2 });
}
