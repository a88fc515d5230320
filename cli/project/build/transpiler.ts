import { posix } from "node:path";
import { isWithin } from "../../text/repo-path.js";
import type { PackageJson } from "../project.js";
import { buildCommands } from "./build-tsconfig.js";
import type { Command } from "./script-commands.js";

/** Where a tool writes each source as a file of its own, and the folder that this mirrors. */
export interface Transpiled {
  readonly out: string;
  readonly root: string;
}

/** What Babel or swc makes of the source folder, where the build runs one: they know nothing of the tsconfig. */
export function findTranspiled(packageJson: PackageJson, sourceDir: string): Transpiled | null {
  const command = buildCommands(packageJson).find(([program = ""]) => /^(babel|swc)$/.test(posix.basename(program)));
  if (!command) return null;
  const out = outFolder(command);
  const source = command
    .slice(1)
    .map((word) => posix.normalize(word).replace(/\/$/, ""))
    .find((word) => word !== out && isWithin(sourceDir, word));
  if (out === null || source === undefined) return null;
  // swc keeps the folder that it is given, unless it is told to strip it; Babel never does.
  const isStripped = posix.basename(command[0]!) === "babel" || command.includes("--strip-leading-paths");
  return { out, root: isStripped ? source : "." };
}

function outFolder(command: Command): string | null {
  const at = command.findIndex((word) => /^(-d|--out-dir)(=|$)/.test(word));
  const folder = at === -1 ? undefined : (command[at]!.split("=")[1] ?? command[at + 1]);
  return folder === undefined ? null : posix.normalize(folder).replace(/\/$/, "");
}
