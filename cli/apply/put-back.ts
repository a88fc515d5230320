import { dirname } from "node:path";
import fs from "fs-extra";
import { CliError } from "../errors.js";
import { reasonOf } from "./failure-text.js";
import { closeJournal, hashOf, type Journal, type JournalFile, journalPath } from "./journal.js";
import { temporaryBeside, writeWhole } from "./write-file.js";

/** Puts every byte, mode and link back, and then forgets the journal. Returns the files that it had to leave. */
export async function putBack(journal: Journal, { careful }: { careful: boolean }): Promise<string[]> {
  const left: string[] = [];
  const failed: string[] = [];
  for (const file of journal.files.toReversed()) {
    await fs.rm(temporaryBeside(file.real, journal.token), { force: true }).catch(() => undefined);
    try {
      if (careful && (await changedSince(file))) left.push(file.path);
      else await restore(file, journal.token);
    } catch (error) {
      failed.push(`${file.path} (${reasonOf(error)})`);
    }
  }
  if (failed.length > 0) {
    throw new CliError(
      "WriteFailed",
      `could not put back ${failed.join(", ")}: the originals are in ${journalPath}, and the next run tries again`,
    );
  }
  await closeJournal(journal.folder, journal.folders);
  return left;
}

async function restore(file: JournalFile, token: string): Promise<void> {
  const { real, mode, original, link } = file;
  if (link !== null) {
    if (!(await fs.pathExists(real))) await fs.symlink(link, real);
    return;
  }
  if (original === null) return removeOurs(file);
  const bytes = await fs.readFile(original);
  const now = await fs.readFile(real).catch(() => null);
  if (now === null) await fs.ensureDir(dirname(real));
  if (now === null || !now.equals(bytes)) return writeWhole(real, bytes, { mode, token });
  if (((await fs.stat(real)).mode & 0o7777) !== mode) await fs.chmod(real, mode);
}

/** Takes away what this program made there; what somebody else put there in the meantime is theirs. */
async function removeOurs({ real, after }: JournalFile): Promise<void> {
  const entry = await fs.lstat(real).catch(() => null);
  if (!entry?.isFile()) return;
  if (after === null || hashOf(await fs.readFile(real)) === after) await fs.rm(real);
}

/** Whether somebody has written this file after the run that was killed: then it is theirs. */
async function changedSince({ real, original, after, link }: JournalFile): Promise<boolean> {
  if (link !== null) return false;
  const now = await fs.readFile(real).catch(() => null);
  if (now === null || after === null) return false;
  const before = original === null ? null : hashOf(await fs.readFile(original));
  return ![before, after].includes(hashOf(now));
}
