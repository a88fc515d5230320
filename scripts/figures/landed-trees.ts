import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fs from "fs-extra";
import { readRegistry } from "../../cli/registry/read-registry.js";
import { type Choices, repo, writeTree } from "../../test/support/template-tree.js";
import { readSourceTree, type SourceTree } from "./source-tree.js";

/** What lands in a user's project. */
export interface LandedTrees {
  /** Of auth-basic alone. */
  readonly base: SourceTree;
  /** Of every item. */
  readonly whole: SourceTree;
}

/** Both trees with the default of each choice. */
export async function readLandedTrees(): Promise<LandedTrees> {
  const everyItem = readRegistry(repo).items.map(({ name }) => name);
  return { base: await landedTree(["auth-basic"]), whole: await landedTree(everyItem) };
}

async function landedTree(items: readonly string[]): Promise<SourceTree> {
  return inTemporaryFolder(async (dir) => {
    await writeTree(dir, items, defaultChoices());
    return readSourceTree(dir, "src");
  });
}

function defaultChoices(): Choices {
  const choices = readRegistry(repo).items.flatMap((item) => Object.entries(item.choices));
  return Object.fromEntries(choices.map(([name, choice]) => [name, choice.default]));
}

export async function inTemporaryFolder<Result>(work: (dir: string) => Promise<Result>): Promise<Result> {
  const dir = await mkdtemp(join(tmpdir(), "authwright-figures-"));
  try {
    return await work(dir);
  } finally {
    await fs.remove(dir);
  }
}
