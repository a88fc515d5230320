import { join } from "node:path";
import { readText } from "../../text/text-file.js";
import { type Extension, extensionOf, mostCommon } from "../build/module-style.js";
import type { Alias, ImportSpelling } from "../project.js";
import { importsOf, withoutComments } from "../sources/source-imports.js";
import { resolveImport, walkImports } from "../sources/source-walk.js";

const sampleSize = 25;

/**
 * The alias by which the entry file imports the project's own modules; where it does as often without one, what the files
 * that it leads to do. Null where imports are relative.
 */
export async function importSpelling(
  root: string,
  entry: string,
  aliases: readonly Alias[],
): Promise<ImportSpelling | null> {
  if (aliases.length === 0) return null;
  const own = await spellingsIn(root, entry, aliases);
  const decided = balance(own);
  if (decided !== 0) return decided > 0 ? usual(own) : null;
  const all: Spelling[] = [];
  for await (const { path } of walkImports(root, entry, aliases, sampleSize))
    all.push(...(await spellingsIn(root, path, aliases)));
  return balance(all) > 0 ? usual(all) : null;
}

interface Spelling {
  /** Null for a relative import. */
  readonly alias: Alias | null;
  readonly extension: Extension;
}

/** Of types alone nothing is left at run time: they don't show that the alias works there. */
async function spellingsIn(root: string, path: string, aliases: readonly Alias[]): Promise<Spelling[]> {
  const code = withoutComments((await readText(join(root, path))) ?? "").replace(
    /\b(?:import|export)\s+(?:type\b[^;"']*|\{\s*(?:type\s+[\w$]+(?:\s+as\s+[\w$]+)?\s*,?\s*)+\}\s*)from\s*["'][^"']+["']/g,
    "",
  );
  const found: Spelling[] = [];
  for (const specifier of importsOf(code)) {
    const [extension] = extensionOf(specifier);
    if (extension === undefined || (await resolveImport(root, path, specifier, aliases)) === null) continue;
    const alias = aliases.find(({ prefix }) => specifier.startsWith(prefix)) ?? null;
    found.push({ alias: specifier.startsWith(".") ? null : alias, extension });
  }
  return found;
}

function balance(found: readonly Spelling[]): number {
  return found.reduce((sum, { alias }) => sum + (alias === null ? -1 : 1), 0);
}

function usual(found: readonly Spelling[]): ImportSpelling | null {
  const aliased = found.flatMap(({ alias, extension }) => (alias === null ? [] : [{ alias, extension }]));
  const alias = mostCommon(aliased.map((one) => one.alias));
  const extension = mostCommon(aliased.map((one) => one.extension));
  return alias === null || extension === null ? null : { alias, extension };
}
