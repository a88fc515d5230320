import { posix } from "node:path";
import { isWithin } from "../../text/repo-path.js";
import type { PackageJson } from "../project.js";
import { buildCommands } from "./build-tsconfig.js";
import { commonFolder } from "./compiled-root.js";
import { flagValue } from "./out-folder.js";
import type { Command } from "./script-commands.js";

/** Where a tool writes each source as a file of its own, and the folder that this mirrors. */
export interface Transpiled {
  readonly out: string;
  readonly root: string;
}

/** What Babel, swc or esbuild makes of the source folder, where the build runs one: they know nothing of the tsconfig's folders. */
export function findTranspiled(packageJson: PackageJson, sourceDir: string): Transpiled | null {
  const command = buildCommands(packageJson).find(([program = ""]) =>
    /^(babel|swc|esbuild)$/.test(posix.basename(program)),
  );
  if (!command) return null;
  const out = outFolder(command);
  if (posix.basename(command[0]!) === "esbuild")
    return out === null ? null : { out, root: esbuildRoot(command, sourceDir) };
  const source = command
    .slice(1)
    .map((word) => posix.normalize(word).replace(/\/$/, ""))
    .find((word) => word !== out && isWithin(sourceDir, word));
  if (out === null || source === undefined) return null;
  // swc keeps the folder that it is given, unless it is told to strip it; Babel never does.
  const isStripped = posix.basename(command[0]!) === "babel" || command.includes("--strip-leading-paths");
  return { out, root: isStripped ? source : "." };
}

/** What esbuild's output mirrors: `--outbase`, else the folder that all of its entries are in, where the command names them. */
function esbuildRoot(command: Command, sourceDir: string): string {
  const entries = command.slice(1).filter((word) => /\.[cm]?[jt]sx?$/.test(word) && !word.startsWith("-"));
  const folders = entries.map((entry) => posix.dirname(posix.normalize(entry.replace(/[*{[].*/, "x"))));
  const named = flagValue(command, ["--outbase"]);
  if (named !== null) return posix.normalize(named);
  return folders.length === 0 ? sourceDir : folders.reduce(commonFolder);
}

function outFolder(command: Command): string | null {
  const at = command.findIndex((word) => /^(-d|--out-?dir)(=|$)/.test(word));
  const folder = at === -1 ? undefined : (command[at]!.split("=")[1] ?? command[at + 1]);
  return folder === undefined ? null : posix.normalize(folder).replace(/\/$/, "");
}
