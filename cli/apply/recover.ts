import { join } from "node:path";
import fs from "fs-extra";
import { CliError } from "../errors.js";
import { discardClosed, type Journal, journalPath, readJournal } from "./journal.js";
import { runningOwner } from "./owner.js";
import { putBack } from "./put-back.js";

/** Whether a run was killed in the middle of its work here. */
export async function wasKilled(root: string): Promise<boolean> {
  return fs.pathExists(join(root, journalPath));
}

/**
 * Puts back what a killed run left behind. Returns a line for the user, or null when there was nothing.
 * `first` is done before, as long as the journal is there.
 */
export async function recover(root: string, first?: (journal: Journal) => Promise<void>): Promise<string | null> {
  const real = await fs.realpath(root).catch(() => null);
  if (real === null) return null;
  await discardClosed(real);
  const journal = await readJournal(real);
  if (!journal) return null;
  await refuseWhileRunning(journal);
  await first?.(journal);
  const left = await putBack(journal, real, { careful: true });
  const kept = left.length > 0 ? `; ${left.join(", ")} changed since then and stays` : "";
  return `an earlier run was killed: its changes are put back${kept}`;
}

async function refuseWhileRunning({ folder }: Journal): Promise<void> {
  const owner = await runningOwner(folder);
  if (owner === null) return;
  throw new CliError(
    "FileChanged",
    `another authwright, or the package manager that it started (process ${owner}), is at work here: ` +
      `wait for it, or delete ${journalPath}/owner if it is something else`,
  );
}
