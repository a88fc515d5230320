import { readdir } from "node:fs/promises";
import { join, posix } from "node:path";
import { isObject } from "../../text/json.js";
import { staysInside } from "../../text/repo-path.js";
import { isFolder, readText } from "../../text/text-file.js";
import { type Command, commandsOf } from "../build/script-commands.js";
import type { Manifest } from "../packages/package-json.js";
import { exportedValue, isRecord, member, unknown, type Value } from "./config-values.js";
import { jestSearches } from "./jest-searches.js";
import { testFolders } from "./test-place.js";
import type { TestLookup, TestSearch } from "./test-search.js";
import { vitestSearches } from "./vitest-searches.js";

type Runner = TestLookup["runner"];

interface Config {
  readonly from: string;
  readonly folder: string;
  readonly value: Value;
}

/** What the configuration of the runner, and the flags of `scripts.test`, say of where tests are. */
export async function readTestLookup(root: string, runner: Runner, manifest: Manifest): Promise<TestLookup> {
  const command = commandsOf(manifest.packageJson.scripts, "test").find(([program = ""]) => program.endsWith(runner));
  const config = await findConfig(root, runner, manifest, flag(command, "--config", "-c"));
  const read = await withProjects(root, runner, withFlags(config, runner, command));
  const searches = (runner === "jest" ? jestSearches : vitestSearches)(read.value, read.folder);
  const narrowed = searches && filtered(searches, runner, command);
  return { runner, from: read.from, searches: narrowed, folders: await testFolders(root, narrowed ?? []) };
}

const names = {
  jest: /^jest\.config\.(js|ts|mjs|cjs|mts|cts|json)$/,
  vitest: /^vite(?:st)?\.config\.(js|ts|mjs|cjs|mts|cts)$/,
};

async function findConfig(root: string, runner: Runner, { members }: Manifest, typed: string | null): Promise<Config> {
  const inPackage = runner === "jest" ? members["jest"] : undefined;
  if (typed === null && isObject(inPackage)) return { from: "package.json", folder: ".", value: inPackage as Value };
  const found = (await readdir(root)).filter((name) => names[runner].test(name)).toSorted();
  const usual = found.find((name) => name.startsWith(runner)) ?? found[0];
  const path = typed ?? (typeof inPackage === "string" ? inPackage : usual);
  return path === undefined ? { from: runner, folder: ".", value: {} } : readConfig(root, posix.normalize(path));
}

async function readConfig(root: string, path: string): Promise<Config> {
  const folder = posix.dirname(path);
  const text = staysInside(path) ? await readText(join(root, path)) : null;
  if (text === null) return { from: path, folder, value: unknown };
  return { from: path, folder, value: path.endsWith(".json") ? parsed(text) : exportedValue(text, path, folder) };
}

function parsed(text: string): Value {
  try {
    return JSON.parse(text) as Value;
  } catch {
    return unknown;
  }
}

/** Flags win over the configuration. */
function withFlags(config: Config, runner: Runner, command: Command | undefined): Config {
  if (!isRecord(config.value)) return config;
  if (runner === "jest") {
    const rootDir = flag(command, "--rootDir");
    return rootDir === null ? config : { ...config, folder: ".", value: { ...config.value, rootDir } };
  }
  const [root, dir] = [flag(command, "--root", "-r"), flag(command, "--dir")];
  const test = { ...(member(config.value, "test") as object), ...(dir !== null && { dir }) };
  return { ...config, value: { ...config.value, ...(root !== null && { root }), test } as Value };
}

/** Projects that are named by a path, and those of a `vitest.workspace` file, are read too. */
async function withProjects(root: string, runner: Runner, config: Config): Promise<Config> {
  if (!isRecord(config.value)) return config;
  const holder = runner === "jest" ? config.value : member(config.value, "test");
  const inWorkspace = runner === "vitest" ? await readWorkspace(root) : null;
  const projects = inWorkspace?.value ?? member(holder, "projects") ?? member(holder, "workspace");
  if (!Array.isArray(projects)) return config;
  const read = await Promise.all(projects.map((one: Value) => projectNamed(root, runner, one, config.folder)));
  const filled = { ...(isRecord(holder) ? holder : {}), projects: read };
  const value = runner === "jest" ? filled : { ...config.value, test: filled };
  return { ...config, ...(inWorkspace && { from: inWorkspace.from }), value };
}

async function readWorkspace(root: string): Promise<Config | null> {
  const name = (await readdir(root)).find((one) => /^vitest\.(workspace|projects)\.(js|ts|mjs|mts|json)$/.test(one));
  return name === undefined ? null : readConfig(root, name);
}

async function projectNamed(root: string, runner: Runner, named: Value, folder: string): Promise<Value> {
  if (typeof named !== "string") return named;
  const path = posix.join(folder, named.replace("<rootDir>", "."));
  if (!staysInside(path)) return unknown;
  if (!(await isFolder(join(root, path)))) return placed(await readConfig(root, path), runner);
  const found = (await readdir(join(root, path))).find((name) => names[runner].test(name));
  const own =
    found === undefined ? { from: "", folder: path, value: {} } : await readConfig(root, posix.join(path, found));
  return placed(own, runner);
}

/** The configuration of a folder further down, as if it stood at the root. */
function placed({ value, folder }: Config, runner: Runner): Value {
  if (!isRecord(value)) return unknown;
  const name = runner === "jest" ? "rootDir" : "root";
  const own = value[name] ?? ".";
  return typeof own === "string"
    ? { ...value, [name]: own.startsWith(folder) ? own : posix.join(folder, own) }
    : unknown;
}

const withValue =
  /^(-c|--config|-r|--root|--rootDir|--dir|--roots|-w|--maxWorkers|--minWorkers|-t|--testNamePattern|--testTimeout|--hookTimeout|--reporter|--reporters|--outputFile|--coverageDirectory|--project|--projects|--selectProjects|--env|--environment|--testEnvironment|--pool|--shard|--mode|--setupFiles)$/;
const subcommand = /^(run|watch|dev|related|bench|list)$/;

/** What `jest unit` and `vitest run unit` are narrowed to. */
function filtered(searches: readonly TestSearch[], runner: Runner, command: Command | undefined): TestSearch[] {
  const words = (command ?? [])
    .slice(1)
    .filter((word, at, all) => !word.startsWith("-") && !withValue.test(all[at - 1] ?? ""));
  const only = words.filter((word, at) => !(at === 0 && subcommand.test(word)) && /[a-z]/i.test(word));
  const patterns = only.map((word) => (runner === "jest" ? word : word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")));
  return searches.map((search) => ({ ...search, only: patterns }));
}

function flag(command: Command | undefined, ...spelled: readonly string[]): string | null {
  for (const [at, word] of (command ?? []).entries()) {
    const [name = "", value] = word.split("=", 2);
    if (spelled.includes(name)) return value ?? command![at + 1] ?? null;
  }
  return null;
}
