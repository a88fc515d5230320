import { join } from "node:path";
import fs from "fs-extra";
import { CliError } from "../errors.js";
import { closeJournal, type Journal, journalPath } from "./journal.js";
import { putBack } from "./put-back.js";

/** Whether a run was killed in the middle of its work here. */
export async function wasKilled(root: string): Promise<boolean> {
  return fs.pathExists(join(root, journalPath));
}

/** Puts back what a killed run left behind. Returns a line for the user, or null when there was nothing. */
export async function recover(root: string): Promise<string | null> {
  const folder = join(root, journalPath);
  if (!(await wasKilled(root))) return null;
  await refuseWhileRunning(folder);
  // Without a manifest the run was killed before it wrote anything.
  const journal: Journal | null = await fs.readJson(join(folder, "manifest.json")).catch(() => null);
  if (!journal) {
    await closeJournal(folder);
    return null;
  }
  const left = await putBack(journal, { careful: true });
  const kept = left.length > 0 ? `; ${left.join(", ")} changed since then and stays` : "";
  return `an earlier run was killed: its changes are put back${kept}`;
}

async function refuseWhileRunning(folder: string): Promise<void> {
  const owner = Number(await fs.readFile(join(folder, "owner"), "utf8").catch(() => "0"));
  if (!isRunning(owner)) return;
  throw new CliError(
    "FileChanged",
    `another authwright (process ${owner}) is at work here: wait for it, or delete ${journalPath}/owner if it is something else`,
  );
}

function isRunning(pid: number): boolean {
  if (!pid || pid === process.pid) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
