import { join, posix } from "node:path";
import { isObject, parseObject } from "../../text/json.js";
import { isWithin } from "../../text/repo-path.js";
import { readText } from "../../text/text-file.js";
import { type Command, commandsIn, commandsOf } from "../build/script-commands.js";
import type { Manifest } from "../packages/package-json.js";
import { findSource } from "../sources/source-walk.js";

/** Where the build puts what it compiles. */
export interface BuildLayout {
  readonly outDir: string;
  readonly rootDir: string | null;
}

/** A source file that starts the program, and how we know. */
export interface StartFile {
  readonly path: string;
  readonly because: string;
  /** Whether a script or package.json's `main` names it. */
  readonly scripted: boolean;
}

const conventional = ["server", "app", "index", "main"];
const sourceFolders = ["src", ".", "server"];

/** The files that may start the program, best first: scripts, then `main`, then names that people use. */
export async function findStartFiles(
  root: string,
  manifest: Manifest,
  layouts: readonly BuildLayout[],
): Promise<StartFile[]> {
  const found: StartFile[] = [];
  for (const { words, because } of await startWords(root, manifest)) {
    for (const word of words) {
      const path = await sourceOf(root, word, layouts);
      if (path !== null) found.push({ path, because: `${because} ${word}`, scripted: true });
    }
  }
  for (const name of conventionalNames()) {
    const path = await findSource(root, name);
    if (path !== null) found.push({ path, because: "the usual name", scripted: false });
  }
  return found.filter(({ path }, index) => found.findIndex((other) => other.path === path) === index);
}

interface Words {
  readonly words: readonly string[];
  readonly because: string;
}

async function startWords(root: string, { packageJson, members }: Manifest): Promise<Words[]> {
  const { scripts } = packageJson;
  const others = Object.keys(scripts).filter((name) => /^(dev|start|serve|server|watch|develop)\b/.test(name));
  const names = [...new Set(["dev", "start", "serve", ...others])];
  const main = typeof members["main"] === "string" ? [members["main"]] : [];
  const nodemon = await nodemonExec(root, members["nodemonConfig"]);
  const fromScripts = names.map((name) => ({
    because: `scripts.${name} runs`,
    words: commandsOf(scripts, name).flatMap((command) => fileWords(command, nodemon, main)),
  }));
  return [...fromScripts, { because: "package.json main is", words: main }];
}

const runners = new Set([
  ..."node nodemon tsx ts-node ts-node-esm ts-node-dev tsnd bun deno vite-node swc-node node-dev esno esr".split(" "),
]);
const flagsWithValue = new Set([
  ..."-r --require --import --loader --experimental-loader --env-file --env-file-if-exists -w --watch-path --ignore".split(
    " ",
  ),
  ..."-i -e --ext -P -p --project --tsconfig --config -c --out-dir --outdir -d --outfile -o --dir --delay --signal".split(
    " ",
  ),
]);

/** The words of a command that may be the program: `tsx watch --clear-screen=false src/server.ts` -> src/server.ts */
function fileWords(command: Command, nodemon: readonly string[], main: readonly string[]): string[] {
  const [program = "", ...args] = command;
  const name = posix.basename(program);
  const positional = args.filter((arg, index) => !arg.startsWith("-") && !flagsWithValue.has(args[index - 1] ?? ""));
  const files = positional.filter((arg) => /\.[cm]?[jt]sx?$/.test(arg));
  if (!runners.has(name)) return files;
  const extensionless = positional.filter(
    (arg) => !files.includes(arg) && arg !== "." && !["watch", "run"].includes(arg),
  );
  const implied = positional.includes(".") || positional.length === 0 ? main : [];
  return [...files, ...extensionless, ...(name === "nodemon" && files.length === 0 ? nodemon : []), ...implied];
}

/** What nodemon.json (or package.json's nodemonConfig) executes. */
async function nodemonExec(root: string, inPackageJson: unknown): Promise<string[]> {
  const config = inPackageJson ?? parseObject((await readText(join(root, "nodemon.json"))) ?? "");
  const exec = isObject(config) ? config["exec"] : null;
  return typeof exec === "string" ? commandsIn(exec).flatMap((command) => fileWords(command, [], [])) : [];
}

/** The source of a file that may be a build result: dist/server.js -> src/server.ts */
async function sourceOf(root: string, word: string, layouts: readonly BuildLayout[]): Promise<string | null> {
  const path = posix.normalize(word).replace(/\/$/, "");
  const built = layouts.filter(({ outDir }) => isWithin(path, outDir) && outDir !== ".");
  const candidates = built.flatMap(({ outDir, rootDir }) => {
    const rest = posix.relative(outDir, path);
    return [...(rootDir === null ? [] : [rootDir]), ...sourceFolders].map((folder) => posix.join(folder, rest));
  });
  for (const candidate of built.length > 0 ? candidates : [path]) {
    const source = await findSource(root, candidate);
    if (source !== null) return source;
  }
  return null;
}

function conventionalNames(): string[] {
  const inFolders = sourceFolders.flatMap((folder) => conventional.map((name) => `${posix.join(folder, name)}.ts`));
  return [...inFolders, "bin/www.ts", "src/bin/www.ts"];
}
