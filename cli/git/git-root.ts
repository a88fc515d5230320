import { stat } from "node:fs/promises";
import { join } from "node:path";
import { upwards } from "../text/repo-path.js";

/** The folder that holds `.git` (which is a file in a worktree or submodule), at or above `root`. */
export async function findGitRoot(root: string): Promise<string | null> {
  for (const folder of upwards(root)) {
    const found = await stat(join(folder, ".git")).catch(() => null);
    if (found !== null) return folder;
  }
  return null;
}
