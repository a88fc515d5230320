import { join, resolve } from "node:path";
import { CliError } from "../../errors.js";
import { isFile, isFolder } from "../../text/text-file.js";
import type { PackageJson } from "../project.js";
import { type Command, commandsOf } from "./script-commands.js";
import { tscProject } from "./tsconfig.js";

/** The commands of `scripts.build`; of every script where there is no build. */
export function buildCommands({ scripts }: PackageJson): Command[] {
  const names = scripts["build"] === undefined ? Object.keys(scripts) : ["build"];
  return names.flatMap((name) => commandsOf(scripts, name));
}

/** The tsconfig that the build names, else tsconfig.json. Absolute. */
export async function findBuildTsconfig(root: string, commands: readonly Command[]): Promise<string> {
  for (const command of commands) {
    const named = tscProject(command);
    const file = named === null ? null : await tsconfigAt(resolve(root, named));
    if (file !== null) return file;
  }
  for (const name of ["tsconfig.json", "tsconfig.build.json", "tsconfig.server.json", "tsconfig.app.json"]) {
    if (await isFile(join(root, name))) return join(root, name);
  }
  throw new CliError(
    "UnsupportedProject",
    `no tsconfig.json in ${root}: authwright adds TypeScript; make one with \`npx tsc --init\``,
  );
}

async function tsconfigAt(path: string): Promise<string | null> {
  if (await isFolder(path)) return tsconfigAt(join(path, "tsconfig.json"));
  return (await isFile(path)) ? path : null;
}
