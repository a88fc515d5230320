import { dirname, isAbsolute, join, relative, resolve } from "node:path";
import fs from "fs-extra";
import type { Journal, JournalFile } from "./journal.js";

/**
 * Where a file of the journal is now, or null where that can't be told. One outside of the project (a workspace's lock
 * file, the target of a link) has moved along where the project still lies in the same place below it.
 */
export async function placeOf({ path }: JournalFile, { root }: Journal, now: string): Promise<string | null> {
  if (!isAbsolute(path)) return join(now, path);
  if (root === now) return path;
  const along = resolve(now, relative(root, path));
  const sameWay = relative(dirname(along), now) === relative(dirname(path), root);
  if (sameWay && (await fs.pathExists(along))) return along;
  // The project was copied, not moved: what lies outside belongs to the one that is still there.
  return (await fs.pathExists(root)) ? null : path;
}
