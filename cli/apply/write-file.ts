import type { Stats } from "node:fs";
import { basename, dirname, join } from "node:path";
import fs from "fs-extra";

/** How a file is written so that nobody ever sees half of it. */
export interface Writing {
  readonly mode: number;
  /** Makes the name of the temporary file beside the target. */
  readonly token: string;
}

/** Writes a temporary file beside the target and renames it there. A hard link is written in place, or it would part. */
export async function writeWhole(path: string, bytes: string | Buffer, { mode, token }: Writing): Promise<void> {
  const existing: Stats | null = await fs.lstat(path).catch(() => null);
  if (existing && existing.nlink > 1) {
    await fs.writeFile(path, bytes);
    return fs.chmod(path, mode);
  }
  const temporary = temporaryBeside(path, token);
  try {
    await fs.writeFile(temporary, bytes, { flag: "wx", mode });
    await fs.chmod(temporary, mode);
    // Under sudo the file must still belong to its owner.
    if (existing) await fs.chown(temporary, existing.uid, existing.gid).catch(() => undefined);
    await fs.rename(temporary, path);
  } catch (error) {
    await fs.rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** The temporary file of a target. */
export function temporaryBeside(path: string, token: string): string {
  return join(dirname(path), `.${basename(path)}.${token}.tmp`);
}
