import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { upwards } from "../text/repo-path.js";

const name = ".git";

/** Whether a path leads into a folder of git's own, of the project or of a repository inside it. */
export function isGitsOwn(path: string): boolean {
  return path.split("/").some((step) => step.toLowerCase() === name);
}

/** The folder of the repository that `root` is in, or null. Every command asks: a look at the disk is faster than git. */
export async function findGitRoot(root: string): Promise<string | null> {
  return [...upwards(root)].find((folder) => existsSync(join(folder, name))) ?? null;
}

const operations: readonly (readonly [string, string])[] = [
  ["MERGE_HEAD", "a merge"],
  ["rebase-merge", "a rebase"],
  ["rebase-apply", "a rebase"],
  ["CHERRY_PICK_HEAD", "a cherry-pick"],
  ["REVERT_HEAD", "a revert"],
];

/** What git is in the middle of in the repository at `gitRoot`, in words, or null. */
export async function gitOperation(gitRoot: string | null): Promise<string | null> {
  if (gitRoot === null) return null;
  const folder = await gitFolder(gitRoot);
  return operations.find(([file]) => existsSync(join(folder, file)))?.[1] ?? null;
}

/** In a worktree or submodule `.git` is a file that names the folder. */
async function gitFolder(gitRoot: string): Promise<string> {
  const path = join(gitRoot, name);
  const text = await readFile(path, "utf8").catch(() => null);
  const named = /^gitdir: (.+)$/m.exec(text ?? "")?.[1];
  return named === undefined ? path : resolve(gitRoot, named.trim());
}
