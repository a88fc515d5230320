import { dirname, join } from "node:path";
import fs from "fs-extra";
import { CliError } from "../errors.js";
import { unmark } from "../git/git-index.js";
import { gitReason } from "../git/run-git.js";
import { sha256 } from "../record/sha256.js";
import { reasonOf } from "../text/failure-text.js";
import { closeJournal, type Journal, type JournalFile, journalPath } from "./journal.js";
import { placeOf } from "./place.js";
import { clearBeside, writeWhole } from "./write-file.js";

/** The stage of what is written, and of what is put back: two, so that a half-written file is known by its own. */
export const stageName = "incoming";
const restoreName = "outgoing";

/** Puts every byte, mode and link back, and then forgets the journal. Returns the files that it had to leave. */
export async function putBack(journal: Journal, root: string, { careful }: { careful: boolean }): Promise<string[]> {
  const left: string[] = [];
  const failed: string[] = [];
  for (const file of journal.files.toReversed()) {
    try {
      const real = await placeOf(file, journal, root);
      if (real === null || !(await putFileBack(file, real, journal, careful))) left.push(file.name);
    } catch (error) {
      failed.push(`${file.name} (${reasonOf(error)})`);
    }
  }
  await unmark(root, journal.staged).catch((error) => failed.push(`git's index (${gitReason(error)})`));
  if (failed.length > 0) {
    throw new CliError(
      "WriteFailed",
      `could not put back ${failed.join(", ")}: the originals are in ${journalPath}, and the next run tries again`,
    );
  }
  await closeJournal(journal, root);
  return left;
}

async function putFileBack(file: JournalFile, real: string, journal: Journal, careful: boolean): Promise<boolean> {
  clearBeside(real, journal.token);
  if (careful && (await changedSince(file, real, journal))) return false;
  await restore(file, real, journal);
  return true;
}

async function restore(file: JournalFile, real: string, { folder, token }: Journal): Promise<void> {
  const { mode, original, link } = file;
  if (link !== null) {
    if (!(await entryAt(real))) await fs.ensureDir(dirname(real)).then(() => fs.symlink(link, real));
    return;
  }
  if (original === null) return removeOurs(file, real);
  const bytes = await fs.readFile(join(folder, original));
  const now = await fs.readFile(real).catch(() => null);
  if (now === null) await fs.ensureDir(dirname(real));
  if (now === null || !now.equals(bytes))
    return writeWhole(real, bytes, { mode, token, stage: join(folder, restoreName) });
  if (((await fs.stat(real)).mode & 0o7777) !== mode) await fs.chmod(real, mode);
}

/** Takes away what this program made there; what somebody else put there in the meantime is theirs. */
async function removeOurs({ after }: JournalFile, real: string): Promise<void> {
  if (!(await entryAt(real))?.isFile()) return;
  if (after === "unknown" || sha256(await fs.readFile(real)) === after) await fs.unlink(real);
}

/** Whether somebody has written this file after the run that was killed: then it is theirs. */
async function changedSince({ original, after, link }: JournalFile, real: string, { folder }: Journal) {
  if (link !== null || after === "unknown") return false;
  const now = await fs.readFile(real).catch(() => null);
  if (now === null || sha256(now) === after) return false;
  const before = original === null ? null : await fs.readFile(join(folder, original));
  const incoming = await fs.readFile(join(folder, stageName)).catch(() => null);
  // A hard link is written in place: a kill leaves the beginning of it.
  return ![before, incoming].some((whole) => whole?.subarray(0, now.length).equals(now));
}

function entryAt(path: string) {
  return fs.lstat(path).catch(() => null);
}
