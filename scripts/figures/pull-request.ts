import { readFile } from "node:fs/promises";
import { join, posix } from "node:path";
import fs from "fs-extra";
import { addAuth } from "../../test/support/removed.js";
import { repo } from "../../test/support/template-tree.js";
import { inTemporaryFolder } from "./landed-trees.js";

/**
 * The new files of `add auth-basic` that a review shows open: those that no .gitattributes among them calls generated.
 * A file of secrets isn't committed.
 */
export async function openFiles(): Promise<string[]> {
  return inTemporaryFolder(async (dir) => {
    await fs.copy(join(repo, "test/fixtures/nodenext-esm"), dir);
    const { changes } = await addAuth(dir);
    const created = changes.filter(({ kind, secret }) => kind === "create" && !secret).map(({ path }) => path);
    const folded = await foldedFolders(dir, created);
    return created.filter((path) => !folded.some((folder) => path.startsWith(`${folder}/`)));
  });
}

async function foldedFolders(dir: string, created: readonly string[]): Promise<string[]> {
  const attributes = created.filter((path) => posix.basename(path) === ".gitattributes");
  const texts = await Promise.all(attributes.map((path) => readFile(join(dir, path), "utf8")));
  return attributes
    .filter((_, index) => /^\*.*\blinguist-generated\b(?!=false)/m.test(texts[index]!))
    .map((path) => posix.dirname(path));
}
