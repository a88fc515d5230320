import { join, resolve } from "node:path";
import { findGitRoot } from "../git/git-folder.js";
import { readRecord } from "../record/read-record.js";
import { recordedPaths } from "../record/recorded-paths.js";
import type { InstalledItem, InstallRecord } from "../record/schema.js";
import { isFolder } from "../text/text-file.js";
import { buildCommands } from "./build/build-tsconfig.js";
import { findBundler } from "./build/bundler.js";
import { compiledRoot } from "./build/compiled-root.js";
import { moduleStyle, sampleExtensions } from "./build/module-style.js";
import { findSourceDir, namedSourceDir, type SourceDir } from "./build/source-dir.js";
import { guessValue } from "./choices/guess-value.js";
import { databaseChoice, decided, isFileDatabase, ownChoices } from "./choices/own-choices.js";
import { databaseWarnings, guessDatabase, namedDatabase, neighbourWarnings } from "./database/find-database.js";
import { importSpelling } from "./entry/import-spelling.js";
import { allDependencies, findPackageRoot, type Manifest, readManifest } from "./packages/package-json.js";
import { detectPackageManager } from "./packages/package-manager.js";
import { findExpress, findTypescript, resolvedVersions, typescriptMajor } from "./packages/package-versions.js";
import { untypedPackages } from "./packages/untyped-packages.js";
import { findWorkspaceRoot, namesWorkspaces } from "./packages/workspace-root.js";
import type { Guess, ModuleStyle, Overrides, Project } from "./project.js";
import { entryWarnings } from "./project-warnings.js";
import { defaultSample, findSamples } from "./sample-env.js";
import { readBuildFiles, readTexts, sourcePaths } from "./sources/source-files.js";
import { readSources, type Sources } from "./sources/sources.js";
import { readTestLookup } from "./tests/read-test-lookup.js";
import { findTestPlace, type TestPlace, usualPlace } from "./tests/test-place.js";
import { findTestRunner, otherRunner } from "./tests/test-runner.js";
import { rejectCompilerOptions, rejectFrameworks } from "./unsupported.js";

/** Reads the repo around `cwd`. Writes nothing; throws one clear line where it can't be supported. */
export async function readProject(cwd: string, overrides: Overrides): Promise<Project> {
  const root = await findPackageRoot(cwd);
  const manifest = await readManifest(root);
  const packages = await readPackages(root, manifest);
  const { workspaceRoot, git, shared, dependencies, express, typescript, packageManager } = packages;
  const record = await readRecord(root);
  const sources = await readSources(root, resolve(cwd), manifest, overrides, record);
  const { tsconfig, aliases, entry } = sources;
  const major = typescriptMajor(typescript);
  rejectCompilerOptions(tsconfig, major, manifest.packageJson.type);
  const earlier = lastItem(record);
  const sourceDir = await chooseSourceDir(root, sources, overrides.dir, earlier);
  const recorded = recordedValue(record, "database");
  const database =
    overrides.database === undefined
      ? await guessDatabase(root, allDependencies(manifest), recorded)
      : namedDatabase(overrides.database);
  const isSettled = recorded === database.value;
  const others = await guessOthers(root, manifest, overrides, record);
  const modules = await readModuleStyle(root, manifest, sources, major);
  const { scripts } = manifest.packageJson;
  const bundler = findBundler(manifest.packageJson, await readBuildFiles(root, manifest.packageJson));
  const paths = await sourcePaths({ root, tsconfig });
  const compiled = compiledRoot(root, tsconfig, paths);
  const ours = recordedPaths(record);
  const theirPaths = paths.filter((path) => !ours.has(path));
  const theirs = await readTexts(root, theirPaths);
  const testRunner = await findTestRunner(root, scripts, dependencies, manifest.members);
  const tests = testRunner === "none" ? null : await readTestLookup(root, testRunner, manifest);
  const rival = testRunner === "none" ? otherRunner(scripts) : null;
  const testPlace =
    (tests && findTestPlace(tests)) ?? (rival === null ? usualPlace : { ...usualPlace, dir: "auth-tests" });
  return {
    root,
    workspaceRoot,
    packageJson: manifest.packageJson,
    resolved: await resolvedVersions(manifest.packageJson, root, workspaceRoot),
    shared,
    untyped: await untypedPackages(theirs, { root, workspaceRoot, tsconfig, typescriptMajor: major, dependencies }),
    packageManager,
    typescript,
    tsconfig,
    compiledRoot: compiled,
    bundler,
    modules,
    express,
    entry,
    otherApps: sources.rivals,
    sourceDir: sourceDir.path,
    aliases,
    entryImports: entry === null ? null : await importSpelling(root, entry.path, aliases),
    testRunner,
    tests,
    otherRunner: rival,
    testPlace,
    database: database.value,
    hasServer: recorded !== undefined && isServer(recorded),
    chosen: Object.fromEntries(others.map(({ what, value }) => [what, value])),
    git,
    sampleEnv: (await findSamples(root))[0] ?? defaultSample,
    record,
    guesses: [
      entryGuess(sources),
      { what: "source folder", value: sourceDir.path, because: sourceDir.because, flag: "--dir" },
      { what: "database", value: database.value, because: database.because, flag: "--database" },
      ...others,
      packages.managerGuess,
      moduleGuess(modules, tsconfig.path),
      ...testGuesses(testPlace, tests?.from ?? null, rival),
    ],
    warnings: [
      ...entryWarnings(entry?.path ?? null, sources.rivals),
      ...(isSettled ? [] : await databaseWarnings(root, database.value)),
      ...(isSettled ? [] : await neighbourWarnings(root, allDependencies(manifest), database.value)),
    ],
  };
}

/** The packages around and below the project, with their versions checked. */
async function readPackages(root: string, manifest: Manifest) {
  const own = allDependencies(manifest);
  rejectFrameworks(own);
  const gitRoot = await findGitRoot(root);
  const workspaceRoot = await findWorkspaceRoot(root, gitRoot);
  const shared = workspaceRoot === root ? {} : allDependencies(await readManifest(workspaceRoot));
  const dependencies = { ...shared, ...own };
  const places = { root, workspaceRoot, dependencies, hasWorkspaces: await namesWorkspaces(root) };
  const express = await findExpress(places);
  const typescript = await findTypescript(places);
  const { packageManager, guess: managerGuess } = await detectPackageManager(root, workspaceRoot);
  return {
    workspaceRoot,
    git: { root: gitRoot },
    shared,
    dependencies,
    express,
    typescript,
    packageManager,
    managerGuess,
  };
}

async function readModuleStyle(
  root: string,
  { packageJson }: Manifest,
  { tsconfig, aliases, start }: Sources,
  typescriptMajor: number,
): Promise<ModuleStyle> {
  const { compilerOptions } = tsconfig;
  const facts = {
    compilerOptions,
    typescriptMajor,
    packageType: packageJson.type,
    buildCommands: buildCommands(packageJson),
  };
  return moduleStyle(facts, start === null ? [] : await sampleExtensions(root, start, aliases));
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
    hasSrc: await isFolder(join(root, "src")),
    recorded: earlier?.sourceDir ?? null,
  };
  return named === undefined ? findSourceDir(facts) : namedSourceDir(named, facts);
}

function lastItem(record: InstallRecord | null): InstalledItem | null {
  return Object.values(record?.items ?? {}).at(-1) ?? null;
}

/** Of the items that have the choice: not each of them does. */
function recordedValue(record: InstallRecord | null, choice: string): string | undefined {
  return Object.values(record?.items ?? {}).findLast(({ choices }) => choices[choice])?.choices[choice];
}

/** What of the project decides choices of a second catalogue's items; an earlier add has settled some. */
async function guessOthers(
  root: string,
  manifest: Manifest,
  { choices = {} }: Overrides,
  record: InstallRecord | null,
): Promise<Guess[]> {
  const known = ownChoices();
  const isOpen = (name: string) => !known[name] && recordedValue(record, name) === undefined;
  const open = Object.entries(decided(choices)).filter(([name]) => isOpen(name));
  const dependencies = allDependencies(manifest);
  return Promise.all(
    open.map(async ([what, choice]) => {
      return { what, ...(await guessValue(root, dependencies, choice)), flag: `--${what}` };
    }),
  );
}

function isServer(database: string): boolean {
  const choice = databaseChoice();
  return Object.hasOwn(choice.values, database) && !isFileDatabase(choice, database);
}

function entryGuess({ entry }: Sources): Guess {
  const value = entry?.path ?? "none";
  return { what: "entry file", value, because: entry?.because ?? "no file calls express()", flag: "--entry" };
}

function testGuesses({ dir, ending }: TestPlace, from: string | null, rival: string | null): Guess[] {
  if (dir === usualPlace.dir && ending === usualPlace.ending) return [];
  const because = rival === null ? `where ${from} looks` : `out of the way of ${rival}, which runs yours`;
  return [{ what: "tests", value: `${dir}/**/*${ending}`, because, flag: "--tests" }];
}

function moduleGuess({ format, extension }: ModuleStyle, tsconfigPath: string): Guess {
  const imports = extension === "" ? "imports without an extension" : `imports that end in ${extension}`;
  const value = `${format === "esm" ? "ES modules" : "CommonJS"}, ${imports}`;
  return { what: "module style", value, because: `${tsconfigPath} and the project's own imports`, flag: null };
}
