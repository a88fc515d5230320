import { dirname, join } from "node:path";
import fs from "fs-extra";
import { CliError } from "../errors.js";
import { reasonOf } from "../text/failure-text.js";
import { upwards } from "../text/repo-path.js";
import { recover } from "./recover.js";

/** Makes the folder and works in it. When the work fails, whatever is left of what was made here goes. */
export async function inNewFolder<T>(root: string, work: () => Promise<T>): Promise<T> {
  const outermost = await makeFolder(root);
  try {
    return await work();
  } catch (error) {
    // There were none before: an install that failed, or was cut short, left them.
    await fs.remove(join(root, "node_modules"));
    if (outermost) await removeEmpty(root, outermost);
    throw error;
  }
}

/** Puts back what a killed run left in a folder that was to become a project. Returns a line for the user, or null. */
export function recoverNewFolder(root: string): Promise<string | null> {
  return recover(root, async ({ files }) => {
    const isNew = files.some(({ path, original }) => path === "package.json" && original === null);
    if (isNew) await fs.remove(join(root, "node_modules"));
  });
}

/** Returns the outermost folder that had to be made. One at a time: where a file system refuses with ENOENT, Node's own loops. */
async function makeFolder(root: string): Promise<string | undefined> {
  const missing: string[] = [];
  for (const folder of upwards(root)) {
    if (await fs.pathExists(folder)) break;
    missing.unshift(folder);
  }
  const made: string[] = [];
  try {
    for (const folder of missing) {
      await fs.promises.mkdir(folder);
      made.unshift(folder);
    }
    return missing[0];
  } catch (error) {
    for (const folder of made) await fs.rmdir(folder).catch(() => undefined);
    throw new CliError("WriteFailed", `${root} can't be made (${reasonOf(error)}): nothing was written`, {
      cause: error,
    });
  }
}

async function removeEmpty(root: string, outermost: string): Promise<void> {
  for (let folder = root; folder.length >= outermost.length; folder = dirname(folder)) {
    await fs.rmdir(folder).catch(() => undefined);
    if (folder === dirname(folder)) return;
  }
}
