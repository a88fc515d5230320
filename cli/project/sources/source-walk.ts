import { join, posix } from "node:path";
import { staysInside } from "../../text/repo-path.js";
import { isFile, readText } from "../../text/text-file.js";
import type { Alias } from "../project.js";
import { importsOf, withoutComments } from "./source-imports.js";

/** A source file met while following imports. */
export interface SourceFile {
  /** Relative to the root. */
  readonly path: string;
  /** Without comments. */
  readonly code: string;
  readonly imports: readonly string[];
  /** How many imports away from the start. */
  readonly depth: number;
}

/** Follows the imports of the project's own files, breadth first; cycles and big trees end it. */
export async function* walkImports(
  root: string,
  start: string,
  aliases: readonly Alias[],
  limit: number,
): AsyncGenerator<SourceFile> {
  const seen = new Set([start]);
  const queue = [{ path: start, depth: 0 }];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const text = await readText(join(root, next.path));
    if (text === null) continue;
    const code = withoutComments(text);
    const imports = importsOf(code);
    yield { ...next, code, imports };
    for (const specifier of imports) {
      const path = await resolveImport(root, next.path, specifier, aliases);
      if (path === null || seen.has(path) || seen.size >= limit) continue;
      seen.add(path);
      queue.push({ path, depth: next.depth + 1 });
    }
  }
}

/** The source file of a relative or aliased import; null for a package, or when there is none. */
export async function resolveImport(
  root: string,
  from: string,
  specifier: string,
  aliases: readonly Alias[],
): Promise<string | null> {
  if (specifier.startsWith(".")) return findSource(root, posix.join(posix.dirname(from), specifier));
  for (const { prefix, target } of aliases) {
    if (!specifier.startsWith(prefix)) continue;
    const path = await findSource(root, target + specifier.slice(prefix.length));
    if (path !== null) return path;
  }
  return null;
}

const scriptExtensions = [".ts", ".mts", ".cts", ".tsx", ".js", ".mjs", ".cjs"];

/** `src/app.js`, `src/app` or `src` (its index) as the source file that is there; TypeScript before JavaScript. */
export async function findSource(root: string, path: string): Promise<string | null> {
  const normal = posix.normalize(path).replace(/\/$/, "");
  if (!staysInside(normal) || normal.split("/").includes("node_modules")) return null;
  for (const candidate of sourceCandidates(normal)) {
    if (await isFile(join(root, candidate))) return candidate;
  }
  return null;
}

/** Where the source file of an import may stand, best first. */
export function sourceCandidates(path: string): string[] {
  const typed = path.replace(/\.([cm]?)jsx?$/, ".$1ts");
  const exact = typed === path ? [path] : [typed, typed.replace(/\.ts$/, ".tsx"), path];
  const index = posix.join(path, "index");
  return [...exact, ...scriptExtensions.map((ext) => path + ext), ...scriptExtensions.map((ext) => index + ext)];
}
