import { posix } from "node:path";
import { staysInside } from "../../text/repo-path.js";
import type { BundlerTool } from "./bundler.js";
import type { Command } from "./script-commands.js";

interface Places {
  /** Flags and settings that name the folder. */
  readonly folder: readonly string[];
  /** Those that name the file in it. */
  readonly file?: readonly string[];
}

const places: Readonly<Record<BundlerTool, Places>> = {
  esbuild: { folder: ["--outdir", "outdir"], file: ["--outfile", "outfile"] },
  tsup: { folder: ["--out-dir", "-d", "outDir"] },
  webpack: { folder: ["--output-path", "-o", "path"] },
  ncc: { folder: ["--out", "-o"] },
  rollup: { folder: ["--dir", "-d", "dir"], file: ["--file", "-o", "file"] },
  bun: { folder: ["--outdir"], file: ["--outfile"] },
  vite: { folder: ["--outDir", "outDir"] },
  lambda: { folder: [] },
};

/** The folder that a bundler writes to, as its command says, else its settings; null where neither does. */
export function outFolder(tool: BundlerTool, command: Command, settings: string): string | null {
  const { folder, file = [] } = places[tool];
  const named = flagValue(command, folder) ?? settingOf(settings, folder);
  const bundle = flagValue(command, file) ?? settingOf(settings, file);
  const out = named ?? (bundle && posix.dirname(bundle));
  const place = out && posix.normalize(out).replace(/\/$/, "");
  return place && staysInside(place) ? place : null;
}

/** The value of the first of these flags that a command has, as `--flag=value` or `--flag value`. */
export function flagValue(command: Command, flags: readonly string[]): string | null {
  const at = command.findIndex((word) => flags.includes(word.split("=")[0]!));
  if (at === -1) return null;
  const [, value = command[at + 1]] = command[at]!.split("=");
  return value ?? null;
}

/** The text of a setting: `dir: "dist"`, or the last text of `path: path.resolve(__dirname, "dist")`. */
function settingOf(settings: string, names: readonly string[]): string | null {
  for (const name of names.filter((one) => !one.startsWith("-"))) {
    const found = new RegExp(`\\b${name}\\s*:\\s*(?:[\\w.]+\\([^)"'\\n]*)?["'\`]([^"'\`\\n]+)["'\`]`).exec(settings);
    if (found) return found[1]!;
  }
  return null;
}
