import { dirname } from "node:path";
import { createPathsMatcher } from "get-tsconfig";
import { isObject } from "../../text/json.js";
import { repoPath, staysInside } from "../../text/repo-path.js";
import type { Tsconfig } from "../build/tsconfig.js";
import type { Alias } from "../project.js";

const probe = "authwright-probe";

/** The prefixes of `compilerOptions.paths` (`@/*`) and of package.json's `imports` (`#*`), with where they point. */
export function readAliases(root: string, tsconfig: Tsconfig, imports: unknown): Alias[] {
  return [...tsconfigAliases(root, tsconfig), ...importsAliases(imports)];
}

function tsconfigAliases(root: string, { file, config }: Tsconfig): Alias[] {
  const match = createPathsMatcher({ path: file, config });
  const prefixes = Object.keys(config.compilerOptions?.paths ?? {})
    .filter((pattern) => pattern.endsWith("*") && pattern !== "*")
    .map((pattern) => pattern.slice(0, -1));
  return prefixes.flatMap((prefix) => {
    const [found] = match?.(prefix + probe) ?? [];
    if (found === undefined || !found.endsWith(probe)) return [];
    return inside(prefix, repoPath(root, dirname(found)), found);
  });
}

/** Only a pattern that is a whole folder, `src/*`, can be used as a prefix. */
function inside(prefix: string, folder: string, found: string): Alias[] {
  const wholeFolder = found.endsWith(`/${probe}`) || found.endsWith(`\\${probe}`);
  return wholeFolder && staysInside(folder) ? [{ prefix, target: folder === "." ? "" : `${folder}/` }] : [];
}

function importsAliases(imports: unknown): Alias[] {
  if (!isObject(imports)) return [];
  return Object.entries(imports).flatMap(([pattern, value]) => {
    const [target] = targets(value).filter((one) => one.startsWith("./") && /\/\*(\.[cm]?[jt]s)?$/.test(one));
    if (!pattern.startsWith("#") || !pattern.endsWith("*") || target === undefined) return [];
    return [{ prefix: pattern.slice(0, -1), target: target.slice(2, target.indexOf("*")) }];
  });
}

/** Conditions may name the source (`development`, `types`) before the build. */
function targets(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return isObject(value) ? Object.values(value).flatMap(targets) : [];
}
