import { posix } from "node:path";
import { parseObject } from "../../text/json.js";
import { staysInside } from "../../text/repo-path.js";
import type { PackageJson } from "../project.js";
import type { SourceText } from "../sources/source-files.js";
import { buildCommands } from "./build-tsconfig.js";
import { flagValue, outFolder } from "./out-folder.js";
import { type Command, commandsIn } from "./script-commands.js";

export type BundlerTool = "esbuild" | "tsup" | "webpack" | "ncc" | "rollup" | "bun" | "vite" | "lambda";

/** A tool that writes the program into few files, instead of one for each source. */
export interface Bundler {
  readonly tool: BundlerTool;
  /** What the build runs, as words. */
  readonly command: Command;
  /** The script of package.json that is all of its settings; null where a file has them. */
  readonly script: string | null;
  /** The file that has its settings. */
  readonly path: string;
  /** The command and the settings, for what they name. */
  readonly text: string;
  /** Whether the packages of node_modules go in, too. */
  readonly packs: boolean;
  /** Where it writes, and the folder that this mirrors, as far as the command and the settings say. */
  readonly out: string | null;
  readonly root: string | null;
}

const programs: Readonly<Record<string, BundlerTool>> = {
  esbuild: "esbuild",
  tsup: "tsup",
  "tsup-node": "tsup",
  tsdown: "tsup",
  webpack: "webpack",
  "webpack-cli": "webpack",
  ncc: "ncc",
  rollup: "rollup",
  rolldown: "rollup",
  vite: "vite",
};

const settings: Readonly<Record<BundlerTool, RegExp>> = {
  esbuild: /^esbuild\.config\.[cm]?[jt]s$/,
  tsup: /^(tsup|tsdown)\.config\.([cm]?[jt]s|json)$/,
  webpack: /^webpack\.[\w.]*\.?[cm]?[jt]s$/,
  ncc: /^$/,
  rollup: /^(rollup|rolldown)\.config\.[cm]?[jt]s$/,
  bun: /^$/,
  vite: /^vite\.config\.[cm]?[jt]s$/,
  lambda: /^(serverless\.(ya?ml|ts|js)|template\.ya?ml)$/,
};

/** The bundler of a project's build: by the commands of its scripts, else by the settings that lie at the root. */
export function findBundler(packageJson: PackageJson, configs: readonly SourceText[]): Bundler | null {
  return fromScripts(packageJson, configs) ?? fromLambda(configs);
}

function fromScripts(packageJson: PackageJson, configs: readonly SourceText[]): Bundler | null {
  for (const command of buildCommands(packageJson)) {
    const config = configOf(command, configs);
    const tool = toolOf(command) ?? (config && toolIn(config));
    if (!tool || (tool === "esbuild" && !config && !command.includes("--bundle"))) continue;
    // Without `ssr` it builds what a browser loads.
    if (tool === "vite" && !/\bssr\b/.test(`${command.join(" ")} ${config?.text}`)) continue;
    const member = tool === "tsup" && !config ? memberOf(packageJson, "tsup") : null;
    const script = config || member ? null : scriptOf(command, packageJson);
    return bundler(tool, command, { script, config: config ?? member });
  }
  return null;
}

/** The settings of a command: the file that it runs or names, else the usual one at the root. */
function configOf(command: Command, configs: readonly SourceText[]): SourceText | null {
  const tool = toolOf(command);
  if (!tool) return configs.find(({ path }) => runsFile(command, path)) ?? null;
  if (tool === "esbuild" || tool === "bun") return null;
  const named = flagValue(command, ["--config", "-c"]);
  const own = configs.find(({ path }) => named !== null && posix.normalize(named) === path);
  return own ?? configs.find(({ path }) => settings[tool].test(path)) ?? null;
}

/** The tool that a script of the project's own calls as a library. */
function toolIn({ text }: SourceText): BundlerTool | null {
  const [, name] = /["'](?:@vercel\/)?(esbuild|tsup|tsdown|webpack|ncc|rollup|rolldown|vite)["']/.exec(text) ?? [];
  if (name === undefined || (name !== "esbuild" && !/\b(build|webpack|rollup|ncc)\(/.test(text))) return null;
  return programs[name]!;
}

/** The settings that a tool has in package.json, where it has some; keys without their quotes, as in a file of settings. */
function memberOf({ text }: PackageJson, tool: string): SourceText | null {
  const member = parseObject(text)?.[tool];
  if (member === undefined) return null;
  return { path: "package.json", text: JSON.stringify(member).replace(/"(\w+)":/g, "$1: ") };
}

/** serverless-esbuild, and `BuildMethod: esbuild` of AWS SAM. */
function fromLambda(configs: readonly SourceText[]): Bundler | null {
  const config = configs.find(({ path, text }) => settings.lambda.test(path) && /esbuild/.test(text));
  return config ? bundler("lambda", [], { script: null, config }) : null;
}

function toolOf([program = "", first = ""]: Command): BundlerTool | null {
  if (program === "bun" && first === "build") return "bun";
  return programs[posix.basename(program)] ?? null;
}

/** The files whose text says what the build is: those that its commands run, and settings at the root. */
export function buildFiles(packageJson: PackageJson, names: readonly string[]): string[] {
  const run = buildCommands(packageJson).flatMap((command) => command.filter((word) => /\.[cm]?[jt]s$/.test(word)));
  const known = names.filter((name) => Object.values(settings).some((pattern) => pattern.test(name)));
  return [...new Set([...known, ...run.map((path) => posix.normalize(path))])].filter(staysInside);
}

function runsFile([program = "", ...args]: Command, path: string): boolean {
  return /^(node|tsx|bun|ts-node|deno)$/.test(program) && args.some((arg) => posix.normalize(arg) === path);
}

/** The script whose text runs the command, and nothing else decides. */
function scriptOf(command: Command, { scripts }: PackageJson): string | null {
  const same = (text: string) => commandsIn(text).some((one) => one.join(" ") === command.join(" "));
  return Object.keys(scripts).find((name) => same(scripts[name]!)) ?? null;
}

function bundler(
  tool: BundlerTool,
  command: Command,
  { script, config }: { script: string | null; config: SourceText | null | undefined },
): Bundler {
  const text = [command.join(" "), config?.text ?? ""].join("\n");
  const path = config?.path ?? "package.json";
  return { tool, command, script, path, text, packs: packs(tool, text), ...places(tool, command, config?.text ?? "") };
}

/** Whether what is in node_modules goes into the bundle, as the settings are. */
function packs(tool: BundlerTool, text: string): boolean {
  const leavesAll = /--packages[= ]external|packages:\s*["']external|nodeExternals|node-externals/.test(text);
  if (leavesAll) return false;
  // These two leave dependencies outside unless they are told otherwise.
  if (tool === "tsup") return /noExternal\s*:(?!\s*\[\s*(["'][^"']*["']\s*,?\s*)*\])|--no-?external/i.test(text);
  if (tool === "vite") return /noExternal\s*:\s*true/.test(text);
  if (tool === "rollup")
    return (
      /node-?resolve/i.test(text) &&
      !/external\s*:\s*(\/|\[\s*\/|\(|\w+\s*=>|[^[\n]*dependencies|\[\s*\.\.\.)/i.test(text)
    );
  return tool !== "esbuild" || /--bundle|bundle:\s*true/.test(text);
}

function places(tool: BundlerTool, command: Command, settings: string): Pick<Bundler, "out" | "root"> {
  const out = outFolder(tool, command, settings);
  if (tool !== "esbuild") return { out, root: null };
  const entries = command.slice(1).filter((word) => /\.[cm]?[jt]sx?$/.test(word) && !word.startsWith("-"));
  const folders = new Set(entries.map((entry) => posix.dirname(posix.normalize(entry))));
  const [folder] = folders;
  return { out, root: flagValue(command, ["--outbase"]) ?? (folders.size === 1 ? folder! : null) };
}
