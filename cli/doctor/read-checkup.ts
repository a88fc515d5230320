import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Advisory } from "../advisories/advisory.js";
import { isIgnored } from "../edits/gitignore.js";
import { ignoredPaths, pastTexts, trackedAndIgnored } from "../git/git-facts.js";
import { findMadeDatabase } from "../project/database/made-database.js";
import type { Project } from "../project/project.js";
import { filesBelow } from "../project/sources/files-below.js";
import { outputFolders, readSourceFiles, readTexts, type SourceText } from "../project/sources/source-files.js";
import { basePath } from "../record/paths.js";
import { recordedPaths } from "../record/recorded-paths.js";
import type { InstallRecord } from "../record/schema.js";
import type { Facts } from "../registry/facts/facts.js";
import type { RegistryItem } from "../registry/registry.js";
import { readText } from "../text/text-file.js";
import { askForHoles } from "./audit.js";
import type { Checkup, DatabaseFacts, EnvFile, GitFacts } from "./checkup.js";
import { readDeployFiles } from "./deploy/deploy-files.js";
import { readKeyFiles } from "./deploy/key-files.js";
import { privateKeyNames } from "./deploy/secrets.js";
import { missingCompanions } from "./missing-companions.js";
import { followMoves } from "./moved.js";

const mostOutputs = 2_000;
const mostBytes = 20_000_000;

export interface CheckupOptions {
  readonly items: readonly RegistryItem[];
  readonly facts: Facts;
  readonly advisories: readonly Advisory[];
  readonly offline: boolean;
}

/** Reads all that the checks look at. Runs nothing of the project. */
export async function readCheckup(
  project: Project,
  recorded: InstallRecord,
  { items, facts, advisories, offline }: CheckupOptions,
): Promise<Checkup> {
  const [read, installed, outputs, files, database, audit, deploy, missing] = await Promise.all([
    readSourceFiles(project),
    readBases(project.root, recorded),
    readOutputs(project),
    readEnvFiles(project.root),
    readDatabase(project.root, recorded),
    askForHoles(project, offline),
    readDeployFiles(project),
    missingCompanions(project.root, recorded, items),
  ]);
  const { env, git } = await readGit(project, files);
  const keyFiles = privateKeyNames({ facts }).length > 0 ? await readKeyFiles(project, files) : [];
  const sources = await withoutIgnored(read, project, installed);
  const { record, bases } = followMoves(recorded, installed, sources);
  return {
    project,
    record,
    items,
    facts,
    missing,
    advisories,
    sources,
    bases,
    outputs,
    env,
    git,
    keyFiles,
    now: new Date(),
    database,
    audit,
    deploy,
  };
}

/** What git ignores is made from other files: a bundle beside the sources. Installed files are read wherever they are. */
async function withoutIgnored(
  sources: readonly SourceText[],
  { root, git }: Project,
  installed: ReadonlyMap<string, string>,
): Promise<SourceText[]> {
  const ignored = git.root === null ? null : await ignoredPaths(root);
  const text = (await readText(join(root, ".gitignore"))) ?? "";
  const isHidden = (path: string) =>
    ignored
      ? ignored.some((one) => one === path || (one.endsWith("/") && path.startsWith(one)))
      : isIgnored(text, path);
  return sources.filter(({ path }) => installed.has(path) || !isHidden(path));
}

async function readBases(root: string, record: InstallRecord): Promise<Map<string, string>> {
  const texts = await Promise.all(
    [...recordedPaths(record)].map(async (path) => [path, await readText(join(root, basePath(path)))] as const),
  );
  return new Map(texts.filter((entry): entry is [string, string] => entry[1] !== null));
}

async function readEnvFiles(root: string): Promise<SourceText[]> {
  const entries = await readdir(root, { withFileTypes: true });
  const names = entries.filter((entry) => !entry.isDirectory() && /^\.env(\.[\w.-]+)?$/.test(entry.name));
  const texts = await Promise.all(
    names.map(async ({ name }) => ({ path: name, text: await readText(join(root, name)) })),
  );
  return texts.flatMap(({ path, text }) => (text === null ? [] : [{ path, text }]));
}

async function readGit(
  { root, git }: Project,
  files: readonly SourceText[],
): Promise<{ env: EnvFile[]; git: GitFacts }> {
  const there = await present(root, [".env", ".data/"]);
  const asked = git.root === null ? null : await trackedAndIgnored(root, [...files.map(({ path }) => path), ...there]);
  if (asked === null) {
    const ignore = (await readText(join(root, ".gitignore"))) ?? "";
    const exposed = there.filter((path) => !isIgnored(ignore, path));
    return { env: files.map((file) => ({ ...file, tracked: false, past: [] })), git: { known: false, exposed } };
  }
  const env = await Promise.all(
    files.map(async (file) => {
      const tracked = asked.tracked.includes(file.path);
      return { ...file, tracked, past: tracked ? [] : await pastTexts(root, file.path) };
    }),
  );
  const exposed = there.filter((path) => !asked.ignored.includes(path) && !asked.tracked.includes(path));
  return { env, git: { known: true, exposed } };
}

async function present(root: string, paths: readonly string[]): Promise<string[]> {
  const found = await Promise.all(paths.map((path) => stat(join(root, path)).catch(() => null)));
  return paths.filter((_, at) => found[at] !== null);
}

/** Text that the build has made; pictures and the like are left out. */
async function readOutputs({ root, tsconfig }: Project): Promise<SourceText[]> {
  const folders = [...new Set([...outputFolders(tsconfig), "build", ".next"])];
  const found = await Promise.all(
    folders.map(async (from) => {
      const paths = (await filesBelow(root, { from, made: true })).filter((path) => isText.test(path));
      return readTexts(root, paths.slice(0, mostOutputs), mostBytes);
    }),
  );
  return found.flat();
}

const isText = /\.([cm]?js|json|html|map|css|txt|env)$/;

async function readDatabase(root: string, { items }: InstallRecord): Promise<DatabaseFacts | null> {
  const env = await readText(join(root, ".env"));
  for (const installed of Object.values(items)) {
    const made = await findMadeDatabase(root, installed, env);
    if (!made?.files[0]) continue;
    const parts = await Promise.all(made.files.map(({ path }) => readPlain(join(root, path))));
    const isPlain = parts[0]?.startsWith("SQLite format 3") ?? false;
    return { path: made.name, content: isPlain && !parts.includes(null) ? parts.join("") : null };
  }
  return null;
}

async function readPlain(path: string): Promise<string | null> {
  return (await stat(path)).size > mostBytes ? null : readFile(path, "latin1");
}
