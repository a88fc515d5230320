import type { Stats } from "node:fs";
import { dirname, join } from "node:path";
import fs from "fs-extra";

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
  const existing: Stats | null = await fs.lstat(path).catch(() => null);
  await fs.writeFile(stage, bytes, { mode });
  if (existing && existing.nlink > 1) {
    await fs.writeFile(path, bytes);
    await fs.chmod(path, mode);
    return fs.unlink(stage);
  }
  await dress(stage, mode, existing);
  await fs.rename(stage, path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EXDEV") throw error;
    return writeAcross(path, bytes, writing, existing);
  });
}

/** What a killed run has left beside a file on another file system than the journal's. */
export async function clearBeside(path: string, token: string): Promise<void> {
  const folder = besideOf(path, token);
  for (const name of ["file", ".gitignore"]) await fs.unlink(join(folder, name)).catch(() => undefined);
  await fs.rmdir(folder).catch(() => undefined);
}

async function writeAcross(
  path: string,
  bytes: string | Buffer,
  { mode, token, stage }: Writing,
  existing: Stats | null,
): Promise<void> {
  const folder = besideOf(path, token);
  try {
    await fs.mkdir(folder, { mode: 0o700 });
    await fs.writeFile(join(folder, ".gitignore"), "*\n");
    await fs.writeFile(join(folder, "file"), bytes, { mode });
    await dress(join(folder, "file"), mode, existing);
    await fs.rename(join(folder, "file"), path);
    await fs.unlink(stage);
  } finally {
    await clearBeside(path, token);
  }
}

/** Under sudo the file must still belong to its owner. */
async function dress(path: string, mode: number, existing: Stats | null): Promise<void> {
  await fs.chmod(path, mode);
  if (existing) await fs.chown(path, existing.uid, existing.gid).catch(() => undefined);
}

function besideOf(path: string, token: string): string {
  return join(dirname(path), `.authwright.${token}`);
}
