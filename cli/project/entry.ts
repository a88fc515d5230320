import { join, posix, resolve } from "node:path";
import { CliError } from "../errors.js";
import type { Alias, Entry } from "./project.js";
import { repoPath, staysInside } from "./repo-path.js";
import { countRegistrations, makesExpressApp } from "./source-imports.js";
import { type SourceFile, walkImports } from "./source-walk.js";
import type { StartFile } from "./start-file.js";
import { isFile } from "./text-file.js";

export interface FoundEntry {
  readonly entry: Entry;
  /** Other files that make an app too, at the same distance. */
  readonly rivals: readonly string[];
}

const maxFiles = 150;

/** The file that calls `express()`: the first start file that is one, or leads to one. */
export async function findEntry(
  root: string,
  starts: readonly StartFile[],
  aliases: readonly Alias[],
): Promise<FoundEntry | null> {
  for (const start of starts) {
    const [best, ...rivals] = await appFiles(root, start.path, aliases);
    if (best === undefined) continue;
    const because = best === start.path ? start.because : `${start.because}, which imports it`;
    return { entry: { path: best, because }, rivals };
  }
  return null;
}

/** The file of `--entry`, or the one it leads to; the user's word stands where neither calls `express()`. */
export async function namedEntry(root: string, cwd: string, named: string, aliases: readonly Alias[]): Promise<Entry> {
  const path = await existingFile(root, cwd, named);
  const found = await findEntry(root, [{ path, because: `--entry ${named}` }], aliases);
  return found?.entry ?? { path, because: `--entry ${named}` };
}

async function existingFile(root: string, cwd: string, named: string): Promise<string> {
  for (const folder of [cwd, root]) {
    const path = repoPath(root, resolve(folder, named));
    if (staysInside(path) && (await isFile(join(root, path)))) return path;
  }
  throw new CliError(
    "BadArgument",
    `--entry: there is no file ${named} in ${root}; name the file that calls express()`,
  );
}

/** The nearest files that make an app; of several at one distance, the busiest first. */
async function appFiles(root: string, start: string, aliases: readonly Alias[]): Promise<string[]> {
  const found: SourceFile[] = [];
  for await (const file of walkImports(root, start, aliases, maxFiles)) {
    if (found[0] !== undefined && file.depth > found[0].depth) break;
    if (makesExpressApp(file.code) && !isTest(file.path)) found.push(file);
  }
  return found.sort((a, b) => countRegistrations(b.code) - countRegistrations(a.code)).map(({ path }) => path);
}

function isTest(path: string): boolean {
  return /\.(test|spec)\.[cm]?[jt]s$/.test(posix.basename(path));
}
