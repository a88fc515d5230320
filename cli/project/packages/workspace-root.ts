import { join } from "node:path";
import { LOCKS } from "package-manager-detector";
import { upwards } from "../../text/repo-path.js";
import { isFile, readText } from "../../text/text-file.js";
import { readManifest } from "./package-json.js";

/** The folder of the monorepo that the package belongs to: a package with its own lock file belongs to none. */
export async function findWorkspaceRoot(root: string, gitRoot: string | null): Promise<string> {
  if (await hasLockFile(root)) return root;
  for (const folder of upwards(root, gitRoot ?? undefined)) {
    if (await namesWorkspaces(folder)) return folder;
  }
  return root;
}

async function hasLockFile(folder: string): Promise<boolean> {
  const found = await Promise.all(Object.keys(LOCKS).map((lock) => isFile(join(folder, lock))));
  return found.includes(true);
}

/** Whether a folder is the root of a monorepo. */
export async function namesWorkspaces(folder: string): Promise<boolean> {
  const pnpm = await readText(join(folder, "pnpm-workspace.yaml"));
  if (pnpm !== null) return /^packages\s*:/m.test(pnpm);
  if (!(await isFile(join(folder, "package.json")))) return false;
  return (await readManifest(folder)).members["workspaces"] !== undefined;
}
