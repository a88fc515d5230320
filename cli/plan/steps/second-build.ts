import { posix } from "node:path";
import type { BundlerTool } from "../../project/build/bundler.js";
import { flagValue } from "../../project/build/out-folder.js";
import type { Command } from "../../project/build/script-commands.js";
import type { Project } from "../../project/project.js";
import { buildOutput } from "./build-output.js";

/** One file more that a build has to make. */
export interface SecondBuild {
  readonly source: string;
  readonly built: string;
  /** The packages that must stay outside of it, as package.json calls them. */
  readonly outside: readonly string[];
}

interface Facts extends SecondBuild {
  readonly command: Command;
  /** The folder of `built`, and its name below the folder that the build writes to. */
  readonly folder: string;
  readonly name: string;
  readonly format: "esm" | "cjs";
  /** The text of the settings. */
  readonly settings: string;
}

/** Each tool's command, as words. Packages stay outside where the tool can be told so in one word. */
const commands: Readonly<Record<BundlerTool, (facts: Facts) => readonly string[]>> = {
  esbuild: ({ source, built, format }) => [
    ...["esbuild", source, "--bundle", "--packages=external", "--platform=node"],
    ...[`--format=${format}`, `--outfile=${built}`],
  ],
  tsup: ({ command, source, folder }) => [
    ...[command[0]!, source, ...kept(command, ["--config", "--format"])],
    ...["--out-dir", folder],
  ],
  webpack: ({ command, source, name }) => [
    ...["webpack", ...kept(command, ["--config", "-c", "--mode"]), "--entry-reset", "--entry", `./${source}`],
    ...["--output-filename", name, "--no-output-clean"],
  ],
  ncc: ({ command, source, built, outside }) => [
    ...["ncc", "build", source, "-o", built.replace(/\.js$/, "")],
    ...[...command.filter((word) => word === "--transpile-only"), ...kept(command, ["--target"])],
    ...outside.flatMap((name) => ["-e", name]),
  ],
  rollup: ({ command, source, built, folder, settings }) => [
    ...[...command, "-i", source],
    ...(/\bdir\s*:/.test(settings) ? ["-d", folder] : ["-o", built]),
  ],
  bun: ({ source, built }) => [
    ...["bun", "build", source, "--target=node", "--packages=external", `--outfile=${built}`],
  ],
  vite: ({ command, source, folder }) => [
    ...["vite", "build", ...kept(command, ["--config", "-c", "--mode", "-m"])],
    ...["--ssr", source, "--outDir", folder],
  ],
  lambda: () => [],
};

/** The command that makes one file more beside what the project's bundler has made; null where none is known. */
export function secondBuild(asked: SecondBuild, project: Project): string | null {
  const { bundler, modules } = project;
  if (!bundler || !hasCommand(bundler)) return null;
  const words = commands[bundler.tool]({
    ...asked,
    command: bundler.command,
    folder: posix.dirname(asked.built),
    name: posix.relative(buildOutput(project), asked.built),
    format: modules.format === "esm" ? "esm" : "cjs",
    settings: bundler.text,
  });
  return words.join(" ");
}

/** Not for Lambda, for a script of one's own that calls a tool, nor where the settings and the entry are one command. */
function hasCommand({ tool, command, script, text }: NonNullable<Project["bundler"]>): boolean {
  // A second run of `preserveModules` writes modules of the first again, without what only the first needs of them.
  if (tool === "lambda" || /preserveModules\b/.test(text)) return false;
  if (tool === "esbuild" || tool === "bun") return true;
  const isOwnScript = /^(node|tsx|bun|ts-node|deno)$/.test(command[0] ?? "");
  return !isOwnScript && command[0] !== "rolldown" && (script === null || tool !== "rollup");
}

/** Those of the flags that a command has, with their values. */
function kept(command: Command, flags: readonly string[]): string[] {
  return flags.flatMap((flag) => {
    const value = flagValue(command, [flag]);
    return value === null ? [] : [flag, value];
  });
}
