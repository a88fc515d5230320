import type { Stats } from "node:fs";
import { dirname, join } from "node:path";
import fs from "fs-extra";
import { attempt } from "../text/attempt.js";
import { renameEntry } from "./rename-entry.js";

/** How a file is written so that nobody ever sees half of it. */
export interface Writing {
  readonly mode: number;
  /** Where its bytes stand first: a file of the journal, which git does not see. */
  readonly stage: string;
  /** Makes a name beside the file, where the journal is on another file system. */
  readonly token: string;
}

/** Writes the bytes to the stage and renames that. A hard link is written in place, or it would part. */
export async function writeWhole(path: string, bytes: string | Buffer, writing: Writing): Promise<void> {
  const { mode, stage } = writing;
  const existing = entryAt(path);
  fs.writeFileSync(stage, bytes, { mode });
  if (existing && existing.nlink > 1) {
    fs.writeFileSync(path, bytes);
    fs.chmodSync(path, mode);
    fs.unlinkSync(stage);
    return;
  }
  dress(stage, mode, existing);
  try {
    await renameEntry(stage, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EXDEV") throw error;
    await writeAcross(path, bytes, writing, existing);
  }
}

/** What a killed run has left beside a file on another file system than the journal's. */
export function clearBeside(path: string, token: string): void {
  const folder = besideOf(path, token);
  if (!entryAt(folder)) return;
  for (const name of ["file", ".gitignore"]) attempt(() => fs.unlinkSync(join(folder, name)));
  attempt(() => fs.rmdirSync(folder));
}

async function writeAcross(
  path: string,
  bytes: string | Buffer,
  { mode, token, stage }: Writing,
  existing: Stats | null,
): Promise<void> {
  const folder = besideOf(path, token);
  try {
    fs.mkdirSync(folder, { mode: 0o700 });
    fs.writeFileSync(join(folder, ".gitignore"), "*\n");
    fs.writeFileSync(join(folder, "file"), bytes, { mode });
    dress(join(folder, "file"), mode, existing);
    await renameEntry(join(folder, "file"), path);
    fs.unlinkSync(stage);
  } finally {
    clearBeside(path, token);
  }
}

/** Under sudo the file must still belong to its owner. */
function dress(path: string, mode: number, existing: Stats | null): void {
  fs.chmodSync(path, mode);
  if (existing) attempt(() => fs.chownSync(path, existing.uid, existing.gid));
}

function entryAt(path: string): Stats | null {
  return attempt(() => fs.lstatSync(path, { throwIfNoEntry: false })) ?? null;
}

function besideOf(path: string, token: string): string {
  return join(dirname(path), `.authwright.${token}`);
}
