import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { CliError } from "../../errors.js";
import type { Snapshot } from "../../plan/draft.js";
import { reasonOf } from "../../text/failure-text.js";

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Reads the files that a plan may touch, byte for byte; null where there is none. */
export async function readSnapshot(root: string, paths: readonly string[]): Promise<Snapshot> {
  const texts = await Promise.all(paths.map(async (path) => [path, await readText(root, path)] as const));
  return new Map(texts);
}

async function readText(root: string, path: string): Promise<string | null> {
  const bytes = await readFile(join(root, path)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw new CliError("Collision", `${path} can't be used: ${reasonOf(error)}`, { cause: error });
  });
  if (bytes === null) return null;
  try {
    return decoder.decode(bytes);
  } catch (error) {
    throw new CliError("Collision", `${path} is no UTF-8 text: save it as UTF-8, or move it away`, { cause: error });
  }
}
