import { readFileSync, statSync } from "node:fs";
import { withoutMark } from "./byte-order-mark.js";

/** The text of a file without its BOM, or null when there is no such file. */
export async function readText(path: string): Promise<string | null> {
  try {
    return withoutMark(readFileSync(path, "utf8"));
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

export async function isFile(path: string): Promise<boolean> {
  return kind(path) === "file";
}

export async function isFolder(path: string): Promise<boolean> {
  return kind(path) === "folder";
}

function kind(path: string): "file" | "folder" | null {
  try {
    const stats = statSync(path);
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
