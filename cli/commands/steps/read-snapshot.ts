import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { CliError } from "../../errors.js";
import type { Snapshot } from "../../plan/draft.js";
import { reasonOf } from "../../text/failure-text.js";

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Reads the files that a plan may touch, byte for byte; null where there is none. One after the other takes a third of the time. */
export async function readSnapshot(root: string, paths: readonly string[]): Promise<Snapshot> {
  return new Map(paths.map((path) => [path, readText(root, path)]));
}

function readText(root: string, path: string): string | null {
  const bytes = readBytes(root, path);
  if (bytes === null) return null;
  try {
    return decoder.decode(bytes);
  } catch (error) {
    throw new CliError("Collision", `${path} is no UTF-8 text: save it as UTF-8, or move it away`, { cause: error });
  }
}

/** Most are not there before an `add`: a look at each costs less than an error. */
function readBytes(root: string, path: string): Buffer | null {
  const full = join(root, path);
  try {
    return statSync(full, { throwIfNoEntry: false }) ? readFileSync(full) : null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw new CliError("Collision", `${path} can't be used: ${reasonOf(error)}`, { cause: error });
  }
}
