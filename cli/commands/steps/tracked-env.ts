import { readFile } from "node:fs/promises";
import { join, relative, resolve, sep } from "node:path";
import type { Project } from "../../project/project.js";

/** The lower bits of the two bytes before a path in git's index hold its length. */
const lengthMask = 0x0fff;

/** A `.env` that git tracks would carry the new secrets into the next commit. Returns the line that says so, or null. */
export async function trackedEnvWarning({ root, git }: Project): Promise<string | null> {
  if (git.root === null) return null;
  const index = await readFile(join(await gitFolder(git.root), "index")).catch(() => null);
  const path = relative(git.root, join(root, ".env")).split(sep).join("/");
  if (!index || !isTracked(index, path)) return null;
  return 'git tracks .env: take it out with "git rm --cached .env" before you commit, it holds secrets now';
}

/** In a worktree or submodule `.git` is a file that says where the folder is. */
async function gitFolder(root: string): Promise<string> {
  const link = await readFile(join(root, ".git"), "utf8").catch(() => "");
  const folder = /^gitdir: (.+)/.exec(link)?.[1]?.trim();
  return resolve(root, folder ?? ".git");
}

/** Whether git's index names the path. (Version 4 of the index shortens paths: then nothing is found.) */
export function isTracked(index: Buffer, path: string): boolean {
  const name = Buffer.from(`${path}\0`);
  for (let at = index.indexOf(name); at > 1; at = index.indexOf(name, at + 1)) {
    if ((index.readUInt16BE(at - 2) & lengthMask) === name.length - 1) return true;
  }
  return false;
}
