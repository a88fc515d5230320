import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fs from "fs-extra";
import { readRegistry } from "../../cli/registry/read-registry.js";
import { repo, writeTree } from "../../test/support/template-tree.js";
import { readSourceTree, type SourceTree } from "./source-tree.js";

/** What lands in a user's project. */
export interface LandedTrees {
  /** Of auth-basic alone. */
  readonly base: SourceTree;
  /** Of every item. */
  readonly whole: SourceTree;
}

/** Both trees on SQLite with the codes of the HTTP standards, as a user gets them by default. */
export async function readLandedTrees(): Promise<LandedTrees> {
  const everyItem = readRegistry(repo).items.map(({ name }) => name);
  return { base: await landedTree(["auth-basic"]), whole: await landedTree(everyItem) };
}

async function landedTree(items: readonly string[]): Promise<SourceTree> {
  return inTemporaryFolder(async (dir) => {
    await writeTree(dir, items, { database: "sqlite", errors: "rfc" });
    return readSourceTree(dir, "src");
  });
}

export async function inTemporaryFolder<Result>(work: (dir: string) => Promise<Result>): Promise<Result> {
  const dir = await mkdtemp(join(tmpdir(), "authwright-figures-"));
  try {
    return await work(dir);
  } finally {
    await fs.remove(dir);
  }
}
