import { resolve } from "node:path";
import { recordedPaths } from "../../record/recorded-paths.js";
import type { InstallRecord } from "../../record/schema.js";
import { buildCommands, findBuildTsconfig } from "../build/build-tsconfig.js";
import { nearestTsconfig, readTsconfigs, type Tsconfig, tsconfigFacts, tsconfigFor } from "../build/tsconfig.js";
import { readAliases } from "../entry/aliases.js";
import { findEntry, namedEntry, recordedEntry } from "../entry/find-entry.js";
import { type BuildLayout, findStartFiles } from "../entry/start-file.js";
import type { Manifest } from "../packages/package-json.js";
import type { Alias, Entry, Overrides, TsconfigFacts } from "../project.js";
import { outputFolders } from "./source-files.js";

/** The tsconfig and the entry file, which are found together. */
export interface Sources {
  readonly tsconfig: TsconfigFacts;
  readonly aliases: readonly Alias[];
  readonly entry: Entry | null;
  /** Other files that make an app too. */
  readonly rivals: readonly string[];
  /** Where following the imports begins: the entry file, else what the scripts start. */
  readonly start: string | null;
}

/** The entry file needs the tsconfig (aliases, outDir), and a solution's tsconfig is chosen by the entry file. */
export async function readSources(
  root: string,
  cwd: string,
  manifest: Manifest,
  overrides: Overrides,
  record: InstallRecord | null,
): Promise<Sources> {
  const commands = buildCommands(manifest.packageJson);
  const { imports } = manifest.members;
  const tsconfigs = await readTsconfigs(root, await findBuildTsconfig(root, commands));
  const facts = tsconfigs.map((one) => tsconfigFacts(one, commands));
  const reachable = [...tsconfigs.flatMap((one) => readAliases(root, one, imports)), ...baseUrls(facts)];
  const starts = await findStartFiles(root, manifest, buildLayouts(facts));
  const outputs = facts.flatMap(outputFolders);
  const ours = recordedPaths(record);
  const search = { root, aliases: reachable, outputs, ours };
  const named = overrides.entry;
  const known = named === undefined ? await recordedEntry(root, record) : await namedEntry(cwd, named, search);
  const found = known === null ? await findEntry(starts, search) : { entry: known, rivals: [] };
  const entry = found?.entry ?? null;
  const tsconfig = await chooseTsconfig(root, tsconfigs, entry?.path ?? null);
  return {
    tsconfig: tsconfigFacts(tsconfig, commands),
    aliases: readAliases(root, tsconfig, imports),
    entry,
    rivals: found?.rivals ?? [],
    start: entry?.path ?? starts[0]?.path ?? null,
  };
}

/** The one that takes in the entry file: of the build, or (a server beside a web client) nearest to it. */
async function chooseTsconfig(root: string, tsconfigs: readonly Tsconfig[], entry: string | null): Promise<Tsconfig> {
  const file = entry === null ? null : resolve(root, entry);
  const including = file === null ? null : (tsconfigFor(tsconfigs, file) ?? (await nearestTsconfig(root, file)));
  const forSources = tsconfigs.find(({ path }) => !/test|spec|e2e/.test(path));
  return including ?? forSources ?? (tsconfigs[0] as Tsconfig);
}

/** With `baseUrl: "src"`, `import "web/app"` means src/web/app. */
function baseUrls(tsconfigs: readonly TsconfigFacts[]): Alias[] {
  return tsconfigs.flatMap(({ compilerOptions: { baseUrl } }) =>
    typeof baseUrl === "string" ? [{ prefix: "", target: baseUrl === "." ? "" : `${baseUrl}/` }] : [],
  );
}

const usualOutDirs = ["dist", "build", "lib", "out"];

function buildLayouts(tsconfigs: readonly TsconfigFacts[]): BuildLayout[] {
  const written = tsconfigs.flatMap(({ compilerOptions: { outDir, rootDir } }) =>
    typeof outDir === "string" ? [{ outDir, rootDir: typeof rootDir === "string" ? rootDir : null }] : [],
  );
  return [...written, ...usualOutDirs.map((outDir) => ({ outDir, rootDir: null }))];
}
