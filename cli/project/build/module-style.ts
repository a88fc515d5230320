import type { Alias, ModuleStyle } from "../project.js";
import { walkImports } from "../sources/source-walk.js";
import { moduleKind } from "./compiler-defaults.js";
import type { Command } from "./script-commands.js";

export interface ModuleFacts {
  readonly compilerOptions: Readonly<Record<string, unknown>>;
  readonly typescriptMajor: number;
  readonly packageType: "module" | "commonjs";
  readonly buildCommands: readonly Command[];
}

export type Extension = ModuleStyle["extension"];

const sampleSize = 25;

/** What the code runs as, and how a relative import ends in it. `samples` are the endings that the project uses. */
export function moduleStyle(facts: ModuleFacts, samples: readonly Extension[]): ModuleStyle {
  const format = runtimeFormat(facts);
  const kind = moduleKind(facts.compilerOptions, facts.typescriptMajor);
  const needsExtension = kind === "node" && format === "esm";
  const usable = needsExtension ? samples.filter((one) => one !== "") : samples;
  // The setting of projects that Node runs without a build step: only ".ts" is found then.
  const rewrites = facts.compilerOptions["rewriteRelativeImportExtensions"] === true;
  const usual = rewrites ? ".ts" : needsExtension ? ".js" : "";
  return { format, extension: mostCommon(usable) ?? usual };
}

/** The endings of the relative imports in the files that the start file leads to. */
export async function sampleExtensions(root: string, start: string, aliases: readonly Alias[]): Promise<Extension[]> {
  const found: Extension[] = [];
  for await (const { imports } of walkImports(root, start, aliases, sampleSize)) {
    found.push(...imports.flatMap((specifier) => (/^\.\.?\//.test(specifier) ? extensionOf(specifier) : [])));
  }
  return found;
}

/** How a specifier ends: none for what is no script of the usual kinds. */
export function extensionOf(specifier: string): Extension[] {
  if (specifier.endsWith(".js")) return [".js"];
  if (specifier.endsWith(".ts")) return [".ts"];
  return /\.(json|[cm][jt]s|[jt]sx)$/.test(specifier) ? [] : [""];
}

/** tsc writes ES modules for Node only where package.json says so; a bundler writes what its flags say. */
function runtimeFormat({
  compilerOptions,
  typescriptMajor,
  packageType,
  buildCommands,
}: ModuleFacts): "esm" | "commonjs" {
  const kind = moduleKind(compilerOptions, typescriptMajor);
  if (kind === "commonjs") return "commonjs";
  if (packageType === "module") return "esm";
  const bundlesEsm = buildCommands.some((command) => /--format[= ](esm|\w+,esm)\b|\.mjs\b/.test(command.join(" ")));
  return kind !== "node" && bundlesEsm ? "esm" : "commonjs";
}

/** The value that is there most often; the first of equals. */
export function mostCommon<T>(samples: readonly T[]): T | null {
  const count = (wanted: T) => samples.filter((one) => one === wanted).length;
  const [best = null] = [...new Set(samples)].sort((a, b) => count(b) - count(a));
  return best;
}
