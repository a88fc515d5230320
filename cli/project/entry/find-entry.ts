import { join, resolve } from "node:path";
import { CliError } from "../../errors.js";
import type { InstallRecord } from "../../record/schema.js";
import { repoPath, staysInside } from "../../text/repo-path.js";
import { isFile, readText } from "../../text/text-file.js";
import type { Alias, Entry } from "../project.js";
import { readSourcesBelow } from "../sources/source-files.js";
import { makesExpressApp, withoutComments } from "../sources/source-imports.js";
import { appFiles, busiestFirst, isTest } from "./app-files.js";
import type { StartFile } from "./start-file.js";

export interface FoundEntry {
  readonly entry: Entry;
  /** Other files that make an app of its own too. */
  readonly rivals: readonly string[];
}

/** What the sources are searched with. */
export interface Search {
  readonly root: string;
  readonly aliases: readonly Alias[];
  /** Folders of what the build makes. */
  readonly outputs: readonly string[];
  /** Files that authwright has put there. */
  readonly ours: ReadonlySet<string>;
}

/**
 * The file that calls `express()`: of the first start file that is one, or leads to one; where none does, of all sources.
 * The apps of other scripts are its rivals.
 */
export async function findEntry(starts: readonly StartFile[], search: Search): Promise<FoundEntry | null> {
  const found: FoundEntry[] = [];
  for (const start of starts) {
    if (found.length > 0 && !start.scripted) continue;
    const [best, ...rivals] = await appFiles(search.root, start.path, search.aliases);
    if (best === undefined) continue;
    const because = best === start.path ? start.because : `${start.because}, which imports it`;
    found.push({ entry: { path: best, because }, rivals });
  }
  const [first, ...others] = found;
  if (first === undefined) return findAnywhere(search);
  const rivals = [...first.rivals, ...others.flatMap(({ entry, rivals }) => [entry.path, ...rivals])];
  return { ...first, rivals: [...new Set(rivals)].filter((path) => path !== first.entry.path) };
}

/** Nothing that starts leads there: a script of another kind does, or a tool that is not known here. */
async function findAnywhere({ root, outputs, ours }: Search): Promise<FoundEntry | null> {
  const sources = await readSourcesBelow(root, outputs);
  const makers = sources
    .map(({ path, text }) => ({ path, code: withoutComments(text) }))
    .filter(({ path, code }) => !isTest(path) && !ours.has(path) && makesExpressApp(code));
  const typed = makers.filter(({ path }) => /\.[cm]?tsx?$/.test(path));
  const [best, ...rivals] = busiestFirst(typed.length > 0 ? typed : makers);
  return best === undefined ? null : { entry: { path: best, because: "it calls express()" }, rivals };
}

/** The file of `--entry`, or the one it leads to; the user's word stands where neither calls `express()`. */
export async function namedEntry(cwd: string, named: string, { root, aliases }: Search): Promise<Entry> {
  const path = await existingFile(root, cwd, named);
  const because = `--entry ${named}`;
  const apps = await appFiles(root, path, aliases);
  const [best = path] = apps.includes(path) ? [path] : apps;
  return { path: best, because: best === path ? because : `${because}, which imports it` };
}

/** Where an earlier add has mounted something, as long as that file makes the app or has the lines. */
export async function recordedEntry(root: string, record: InstallRecord | null): Promise<Entry | null> {
  const patches = Object.values(record?.items ?? {}).flatMap((item) => item.patches);
  for (const { path, lines } of patches.filter((patch) => /\.[cm]?[jt]sx?$/.test(patch.path))) {
    const text = (await readText(join(root, path))) ?? "";
    const isIt = makesExpressApp(withoutComments(text)) || lines.some((line) => text.includes(line.trim()));
    if (isIt) return { path, because: "authwright.json" };
  }
  return null;
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
