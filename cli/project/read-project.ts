import { posix, resolve } from "node:path";
import { readAliases } from "./aliases.js";
import { buildCommands, findBuildTsconfig } from "./build-tsconfig.js";
import { guessDatabase, namedDatabase } from "./database.js";
import { type FoundEntry, findEntry, namedEntry } from "./entry.js";
import { findGitRoot } from "./git-root.js";
import { moduleStyle, sampleExtensions } from "./module-style.js";
import { allDependencies, findPackageRoot, type Manifest, readManifest } from "./package-json.js";
import { detectPackageManager } from "./package-manager.js";
import { findExpress, findTypescript, typescriptMajor } from "./package-versions.js";
import type { Alias, Guess, InstalledItem, InstallRecord, Overrides, Project, TsconfigFacts } from "./project.js";
import { compilerWarnings, entryWarnings } from "./project-warnings.js";
import { readRecord } from "./record.js";
import { findSourceDir, namedSourceDir, type SourceDir } from "./source-dir.js";
import { type BuildLayout, findStartFiles, type StartFile } from "./start-file.js";
import { findTestRunner } from "./test-runner.js";
import { isFolder } from "./text-file.js";
import { nearestTsconfig, readTsconfigs, type Tsconfig, tsconfigFacts, tsconfigFor } from "./tsconfig.js";
import { rejectCompilerOptions, rejectFrameworks } from "./unsupported.js";
import { findWorkspaceRoot, namesWorkspaces } from "./workspace-root.js";

/** Reads the repo around `cwd`. Writes nothing; throws one clear line where it can't be supported. */
export async function readProject(cwd: string, overrides: Overrides): Promise<Project> {
  const root = await findPackageRoot(cwd);
  const manifest = await readManifest(root);
  const own = allDependencies(manifest);
  rejectFrameworks(own);
  const gitRoot = await findGitRoot(root);
  const workspaceRoot = await findWorkspaceRoot(root, gitRoot);
  const dependencies = {
    ...(workspaceRoot === root ? {} : allDependencies(await readManifest(workspaceRoot))),
    ...own,
  };
  const places = { root, workspaceRoot, dependencies, hasWorkspaces: await namesWorkspaces(root) };
  const express = await findExpress(places);
  const typescript = await findTypescript(places);
  const major = typescriptMajor(typescript);
  const { packageManager, guess: managerGuess } = await detectPackageManager(root, workspaceRoot);
  const record = await readRecord(root);
  const sources = await readSources(root, resolve(cwd), manifest, overrides);
  const { tsconfig, aliases, entry } = sources;
  rejectCompilerOptions(tsconfig, major, manifest.packageJson.type);
  const earlier = lastItem(record);
  const sourceDir = await chooseSourceDir(root, sources, overrides.dir, earlier);
  const database =
    overrides.database === undefined
      ? await guessDatabase(root, own, earlier?.choices["database"])
      : namedDatabase(overrides.database);
  const facts = {
    compilerOptions: tsconfig.compilerOptions,
    typescriptMajor: major,
    packageType: manifest.packageJson.type,
    buildCommands: buildCommands(manifest.packageJson),
  };
  const start = entry?.path ?? sources.starts[0]?.path;
  const modules = moduleStyle(facts, start === undefined ? [] : await sampleExtensions(root, start, aliases));
  const testRunner = await findTestRunner(root, manifest.packageJson.scripts, dependencies, manifest.members);
  return {
    root,
    workspaceRoot,
    packageJson: manifest.packageJson,
    packageManager,
    typescript,
    tsconfig,
    modules,
    express,
    entry,
    sourceDir: sourceDir.path,
    aliases,
    testRunner,
    database: database.value,
    git: { root: gitRoot },
    record,
    guesses: [
      entryGuess(sources),
      { what: "source folder", value: sourceDir.path, because: sourceDir.because, flag: "--dir" },
      { what: "database", ...database, flag: "--database" },
      managerGuess,
    ],
    warnings: [...entryWarnings(entry?.path ?? null, sources.rivals), ...compilerWarnings(tsconfig, major)],
  };
}

interface Sources {
  readonly tsconfig: TsconfigFacts;
  readonly aliases: readonly Alias[];
  readonly entry: FoundEntry["entry"] | null;
  readonly rivals: FoundEntry["rivals"];
  readonly starts: readonly StartFile[];
}

/** The entry file needs the tsconfig (aliases, outDir), and a solution's tsconfig is chosen by the entry file. */
async function readSources(root: string, cwd: string, manifest: Manifest, overrides: Overrides): Promise<Sources> {
  const commands = buildCommands(manifest.packageJson);
  const tsconfigs = await readTsconfigs(root, await findBuildTsconfig(root, commands));
  const allAliases = tsconfigs.flatMap((one) => readAliases(root, one, manifest.members["imports"]));
  const layouts = buildLayouts(tsconfigs.map((one) => tsconfigFacts(one, commands)));
  const starts = await findStartFiles(root, manifest, layouts);
  const found =
    overrides.entry === undefined
      ? await findEntry(root, starts, allAliases)
      : { entry: await namedEntry(root, cwd, overrides.entry, allAliases), rivals: [] };
  const entry = found?.entry ?? null;
  const tsconfig = await chooseTsconfig(root, tsconfigs, entry?.path ?? null);
  const aliases = readAliases(root, tsconfig, manifest.members["imports"]);
  return { tsconfig: tsconfigFacts(tsconfig, commands), aliases, entry, rivals: found?.rivals ?? [], starts };
}

/** The one that takes in the entry file: of the build, or (a server beside a web client) nearest to it. */
async function chooseTsconfig(root: string, tsconfigs: readonly Tsconfig[], entry: string | null): Promise<Tsconfig> {
  const file = entry === null ? null : resolve(root, entry);
  const including = file === null ? null : (tsconfigFor(tsconfigs, file) ?? (await nearestTsconfig(root, file)));
  const forSources = tsconfigs.find(({ path }) => !/test|spec|e2e/.test(path));
  return including ?? forSources ?? (tsconfigs[0] as Tsconfig);
}

const usualOutDirs = ["dist", "build", "lib", "out"];

function buildLayouts(tsconfigs: readonly TsconfigFacts[]): BuildLayout[] {
  const written = tsconfigs.flatMap(({ compilerOptions: { outDir, rootDir } }) =>
    typeof outDir === "string" ? [{ outDir, rootDir: typeof rootDir === "string" ? rootDir : null }] : [],
  );
  return [...written, ...usualOutDirs.map((outDir) => ({ outDir, rootDir: null }))];
}

async function chooseSourceDir(
  root: string,
  { entry, aliases, tsconfig }: Sources,
  named: string | undefined,
  earlier: InstalledItem | null,
): Promise<SourceDir> {
  const { rootDir } = tsconfig.compilerOptions;
  const facts = {
    root,
    entry,
    aliases,
    rootDir: typeof rootDir === "string" ? rootDir : null,
    tsconfigPath: tsconfig.path,
    hasSrc: await isFolder(posix.join(root, "src")),
    recorded: earlier?.sourceDir ?? null,
  };
  return named === undefined ? findSourceDir(facts) : namedSourceDir(named, facts);
}

function lastItem(record: InstallRecord | null): InstalledItem | null {
  return Object.values(record?.items ?? {}).at(-1) ?? null;
}

function entryGuess({ entry }: Sources): Guess {
  const value = entry?.path ?? "none";
  return { what: "entry file", value, because: entry?.because ?? "no file calls express()", flag: "--entry" };
}
