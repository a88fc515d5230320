import { createHash, randomBytes } from "node:crypto";
import { dirname, join } from "node:path";
import fs from "fs-extra";
import { CliError } from "../errors.js";
import { reasonOf } from "./failure-text.js";
import type { Target } from "./target.js";

/** Everything that is needed to put the project back, also by another process after this one was killed. */
export interface Journal {
  readonly folder: string;
  readonly token: string;
  readonly files: readonly JournalFile[];
  /** Folders that were not there, outermost first. */
  readonly folders: readonly string[];
}

/** A file as it was. */
export interface JournalFile {
  readonly path: string;
  readonly real: string;
  readonly mode: number;
  /** Where its bytes are kept; null when there was no file. */
  readonly original: string | null;
  readonly link: string | null;
  /** The hash of what is written there; null when that is not known, or when the file is deleted. */
  readonly after: string | null;
}

/** Below the user's project, while something is being written. */
export const journalPath = ".authwright/journal";

/** Keeps the originals of all that may change, before anything does. `extra` is what the package manager may write. */
export async function openJournal(
  root: string,
  targets: readonly Target[],
  extra: readonly string[],
): Promise<Journal> {
  const folder = join(root, journalPath);
  const wanted = [dirname(folder), ...targets.map(({ real }) => dirname(real))];
  const folders = await missingFolders(wanted, root);
  try {
    await fs.ensureDir(dirname(folder));
    await fs.mkdir(folder, { mode: 0o700 });
    await fs.writeFile(join(folder, "owner"), `${process.pid}\n`);
    const files = [...targets.map(fromTarget), ...extra.map(fromPath)].map((file, index) =>
      keepOriginal(file, folder, index),
    );
    const journal = { folder, token: randomBytes(6).toString("hex"), files: await Promise.all(files), folders };
    await fs.writeJson(join(folder, "manifest.tmp"), journal);
    await fs.rename(join(folder, "manifest.tmp"), join(folder, "manifest.json"));
    return journal;
  } catch (error) {
    await closeJournal(folder, folders).catch(() => undefined);
    throw new CliError("WriteFailed", `${journalPath} can't be written (${reasonOf(error)}): nothing was changed`, {
      cause: error,
    });
  }
}

/** The journal is done: it goes, and with it the folders that it made, where they are empty. */
export async function closeJournal(folder: string, folders: readonly string[] = []): Promise<void> {
  await fs.remove(folder);
  for (const made of [dirname(folder), ...folders].toSorted((a, b) => b.length - a.length))
    await fs.rmdir(made).catch(() => undefined);
}

/** The hash by which a recovery knows what this program has written. */
export function hashOf(bytes: string | Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

type Unkept = Omit<JournalFile, "original"> & { readonly keep: boolean };

function fromTarget({ change, real, mode, link }: Target): Unkept {
  const after = change.after === null ? null : hashOf(change.after);
  return { path: change.path, real, mode, link, after, keep: change.before !== null && link === null };
}

function fromPath(path: string): Unkept {
  return { path, real: path, mode: 0o644, link: null, after: null, keep: true };
}

async function keepOriginal({ keep, ...file }: Unkept, folder: string, index: number): Promise<JournalFile> {
  if (!keep) return { ...file, original: null };
  const stat = await fs.stat(file.real).catch(() => null);
  if (!stat?.isFile()) return { ...file, original: null };
  const original = join(folder, String(index));
  await fs.copyFile(file.real, original);
  return { ...file, mode: stat.mode & 0o7777, original };
}

async function missingFolders(wanted: readonly string[], root: string): Promise<string[]> {
  const missing = new Set<string>();
  for (const start of wanted) {
    for (let folder = start; folder.length > root.length && !missing.has(folder); folder = dirname(folder)) {
      if (await fs.pathExists(folder)) break;
      missing.add(folder);
    }
  }
  return [...missing].toSorted((a, b) => a.length - b.length);
}
