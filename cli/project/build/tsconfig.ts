import { dirname, join, posix, resolve } from "node:path";
import { createFilesMatcher, parseTsconfig, type TsConfigJsonResolved } from "get-tsconfig";
import { type ParseError, parse } from "jsonc-parser";
import { CliError } from "../../errors.js";
import { isObject } from "../../text/json.js";
import { repoPath, upwards } from "../../text/repo-path.js";
import { isFile, isFolder, readText } from "../../text/text-file.js";
import type { TsconfigFacts } from "../project.js";
import type { Command } from "./script-commands.js";

/** One tsconfig after `extends`. */
export interface Tsconfig {
  /** Absolute. */
  readonly file: string;
  /** Relative to the project. */
  readonly path: string;
  readonly config: TsConfigJsonResolved;
  /** Whether somebody wrote `exclude`: the reader fills it in from `outDir`. */
  readonly writesExclude: boolean;
}

const maxReferences = 20;

/** Reads a tsconfig; a solution (`files: []` with references) gives the tsconfigs that it stands for. */
export async function readTsconfigs(root: string, file: string): Promise<Tsconfig[]> {
  const found: Tsconfig[] = [];
  const queue = [file];
  for (let next = queue.shift(); next !== undefined && found.length < maxReferences; next = queue.shift()) {
    const tsconfig = await readTsconfig(root, next);
    const references = isSolution(tsconfig) ? referencedFiles(tsconfig) : [];
    if (references.length === 0) found.push(tsconfig);
    for (const path of references) {
      const reference = (await isFolder(path)) ? join(path, "tsconfig.json") : path;
      if (reference !== file && (await isFile(reference))) queue.push(reference);
    }
  }
  return found;
}

/** The tsconfig whose `files` and `include` take in the file. */
export function tsconfigFor(tsconfigs: readonly Tsconfig[], file: string): Tsconfig | null {
  return tsconfigs.find(({ file: path, config }) => createFilesMatcher({ path, config })(file) !== undefined) ?? null;
}

/** The tsconfig.json of the file's own folder, or of a parent up to the root. */
export async function nearestTsconfig(root: string, file: string): Promise<Tsconfig | null> {
  for (const folder of upwards(dirname(file), root)) {
    const path = join(folder, "tsconfig.json");
    if (await isFile(path)) return (await readTsconfigs(root, path))[0] ?? null;
  }
  return null;
}

/** What the rest of the CLI may know about it, paths relative to the project; `buildCommands` tell whether the build emits with tsc. */
export function tsconfigFacts(
  { path, config, writesExclude }: Tsconfig,
  buildCommands: readonly Command[],
): TsconfigFacts {
  const here = (one: string) => posix.join(posix.dirname(path), one);
  const compilerOptions: Record<string, unknown> = { ...config.compilerOptions };
  for (const name of ["rootDir", "outDir", "baseUrl", "declarationDir"]) {
    const value = compilerOptions[name];
    if (typeof value === "string") compilerOptions[name] = folder(here(value));
  }
  Object.assign(compilerOptions, tscFlags(buildCommands));
  const compiles = compilerOptions["noEmit"] !== true && compilerOptions["emitDeclarationOnly"] !== true;
  return {
    path,
    compilerOptions,
    include: config.include?.map(here) ?? null,
    exclude: writesExclude ? (config.exclude?.map(here) ?? null) : null,
    files: config.files?.map(here) ?? null,
    emits: compiles && buildCommands.some(compilesWithTsc),
  };
}

function folder(path: string): string {
  return posix.normalize(path).replace(/(?<=.)\/$/, "");
}

/** `tsc --outDir dist` beats the tsconfig, and is read from where the command runs. */
function tscFlags(buildCommands: readonly Command[]): Record<string, string> {
  const flags: Record<string, string> = {};
  for (const command of buildCommands.filter(compilesWithTsc)) {
    for (const name of ["rootDir", "outDir"]) {
      const value = command[command.findIndex((word) => word.toLowerCase() === `--${name.toLowerCase()}`) + 1];
      if (value !== undefined && value !== command[0]) flags[name] = folder(value);
    }
  }
  return flags;
}

/** The project that a `tsc -p X`, `tsc --project X` or `tsc -b X` names. */
export function tscProject(command: Command): string | null {
  if (!isTsc(command)) return null;
  const flag = command.findIndex((word) => ["-p", "--project", "-b", "--build"].includes(word));
  // `--build` may have flags of its own before the project.
  return flag === -1 ? null : (command.slice(flag + 1).find((word) => !word.startsWith("-")) ?? null);
}

function compilesWithTsc(command: Command): boolean {
  const noEmit = command.indexOf("--noEmit");
  return isTsc(command) && (noEmit === -1 || command[noEmit + 1] === "false");
}

function isTsc([program = ""]: Command): boolean {
  return ["tsc", "tspc", "ttsc", "node_modules/.bin/tsc", "./node_modules/.bin/tsc"].includes(program);
}

async function readTsconfig(root: string, file: string): Promise<Tsconfig> {
  const path = repoPath(root, file);
  const writesExclude = await checkChain(root, file);
  try {
    return { file, path, config: parseTsconfig(file), writesExclude };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CliError(
      "UnsupportedProject",
      `${path} can't be read (${oneLine(reason)}): install the project's packages, or correct it`,
    );
  }
}

/** TypeScript refuses a syntax error that lenient readers skip. Says whether a file of the chain writes `exclude`. */
async function checkChain(root: string, file: string, depth = 0): Promise<boolean> {
  const text = await readText(file);
  if (text === null || depth > maxReferences) return false;
  const errors: ParseError[] = [];
  const value: unknown = parse(text, errors, { allowTrailingComma: true, allowEmptyContent: true });
  const [error] = errors;
  if (error) {
    const line = text.slice(0, error.offset).split("\n").length;
    throw new CliError(
      "UnsupportedProject",
      `${repoPath(root, file)}:${line} has a syntax error: correct it, then run this again`,
    );
  }
  const members = isObject(value) ? value : {};
  const parents = [members["extends"]].flat().filter((one) => typeof one === "string" && one.startsWith("."));
  const inherited = await Promise.all(
    parents.map((one) => checkChain(root, extendedFile(file, String(one)), depth + 1)),
  );
  return "exclude" in members || inherited.includes(true);
}

function extendedFile(file: string, specifier: string): string {
  const path = resolve(dirname(file), specifier);
  return path.endsWith(".json") ? path : `${path}.json`;
}

function isSolution({ config }: Tsconfig): boolean {
  return config.files?.length === 0 && (config.references?.length ?? 0) > 0 && (config.include?.length ?? 0) === 0;
}

function referencedFiles({ file, config }: Tsconfig): string[] {
  return (config.references ?? []).map(({ path }) => resolve(dirname(file), path));
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").replace(/\.$/, "");
}
