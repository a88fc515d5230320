import { join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import fs from "fs-extra";
import { rewriteTemplateImports } from "../../cli/edits/imports.js";
import { appendListEntry } from "../../cli/edits/list-entry.js";
import { withRequired } from "../../cli/registry/choices.js";
import { readRegistry } from "../../cli/registry/read-registry.js";
import type { ListAppend, Registry } from "../../cli/registry/registry.js";
import { readTemplates } from "../../cli/registry/templates.js";
import { dueCompanions } from "../../cli/selection/companions.js";

/** The clone. */
export const repo = fileURLToPath(new URL("../..", import.meta.url));

/** Choice name -> value, e.g. `{ database: "sqlite", errors: "rfc" }`. */
export type Choices = Readonly<Record<string, string>>;

/**
 * Every combination of the choice values that registry.json names for an item; the first is that of the first values. A
 * choice that is fixed keeps its default: its other values are tried in trees of their own.
 */
export async function everyCombination(itemName: string): Promise<Choices[]> {
  const registry: Registry = await fs.readJson(join(repo, "registry.json"));
  const item = registry.items.find(({ name }) => name === itemName);
  if (!item) throw new Error(`registry.json has no item ${itemName}`);
  return Object.entries(item.choices).reduce<Choices[]>(
    (combinations, [name, { values, default: usual, fixed }]) =>
      combinations.flatMap((chosen) =>
        (fixed ? [usual] : Object.keys(values)).map((value) => ({ ...chosen, [name]: value })),
      ),
    [{}],
  );
}

/** Writes the tree that a user gets of these items and all that they require, with relative imports that end as in their project. */
export async function writeTree(
  dir: string,
  items: string | readonly string[],
  choices: Choices,
  extension: ".js" | ".ts" | "" = ".js",
): Promise<void> {
  const registry = readRegistry(repo);
  const named = withRequired(registry, [items].flat());
  const names = named.map(({ name }) => name);
  const parts = [...named, ...dueCompanions(registry.items, names)];
  for (const item of parts) {
    const own = Object.entries(item.choices).map(([name, choice]) => [name, choices[name] ?? choice.default]);
    for (const { path, text } of await readTemplates(repo, item.name, Object.fromEntries(own))) {
      const place = (templatePath: string): string => templatePath;
      const imports = { from: path, place, extension, packages: {} };
      await fs.outputFile(join(dir, path), path.endsWith(".ts") ? rewriteTemplateImports(text, imports) : text);
    }
  }
  for (const { appends = [] } of parts) for (const append of appends) await appendEntry(dir, append, extension);
}

async function appendEntry(dir: string, { file, list, entry, from }: ListAppend, extension: string): Promise<void> {
  const relative = posix.relative(posix.dirname(file), from).replace(/\.ts$/, extension);
  const specifier = relative.startsWith("../") ? relative : `./${relative}`;
  const edit = appendListEntry(await fs.readFile(join(dir, file), "utf8"), { path: file, list, entry, specifier });
  if (edit.kind !== "applied") throw new Error(`${entry} can't be appended to ${list} of ${file}: ${edit.kind}`);
  await fs.writeFile(join(dir, file), edit.text);
}

/** Lets the tree import the packages of the clone. */
export async function linkPackages(dir: string): Promise<void> {
  await fs.ensureSymlink(join(repo, "node_modules"), join(dir, "node_modules"), "junction");
}
