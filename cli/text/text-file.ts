import { readFile, stat } from "node:fs/promises";
import { withoutMark } from "./byte-order-mark.js";

/** The text of a file without its BOM, or null when there is no such file. */
export async function readText(path: string): Promise<string | null> {
  try {
    return withoutMark(await readFile(path, "utf8"));
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

export async function isFile(path: string): Promise<boolean> {
  return (await kind(path)) === "file";
}

export async function isFolder(path: string): Promise<boolean> {
  return (await kind(path)) === "folder";
}

async function kind(path: string): Promise<"file" | "folder" | null> {
  try {
    const stats = await stat(path);
    return stats.isDirectory() ? "folder" : stats.isFile() ? "file" : null;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : null;
  return code === "ENOENT" || code === "ENOTDIR" || code === "EISDIR" || code === "ELOOP";
}
