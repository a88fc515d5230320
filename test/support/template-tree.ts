import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fs from "fs-extra";
import { rewriteTemplateImports } from "../../cli/edits/imports.js";
import type { Registry } from "../../cli/registry/registry.js";
import { readTemplates } from "../../cli/registry/templates.js";

/** The clone. */
export const repo = fileURLToPath(new URL("../..", import.meta.url));

/** Choice name -> value, e.g. `{ database: "sqlite", errors: "rfc" }`. */
export type Choices = Readonly<Record<string, string>>;

/** Every combination of the choice values that registry.json names for an item; the first is that of the first values. */
export async function everyCombination(itemName: string): Promise<Choices[]> {
  const registry: Registry = await fs.readJson(join(repo, "registry.json"));
  const item = registry.items.find(({ name }) => name === itemName);
  if (!item) throw new Error(`registry.json has no item ${itemName}`);
  return Object.entries(item.choices).reduce<Choices[]>(
    (combinations, [name, { values }]) =>
      combinations.flatMap((chosen) => Object.keys(values).map((value) => ({ ...chosen, [name]: value }))),
    [{}],
  );
}

/** Writes the tree that a user gets for these choices, with relative imports that end as in their project. */
export async function writeTree(
  dir: string,
  item: string,
  choices: Choices,
  extension: ".js" | ".ts" | "" = ".js",
): Promise<void> {
  for (const { path, text } of await readTemplates(repo, item, choices)) {
    const place = (templatePath: string): string => templatePath;
    const imports = { from: path, place, extension, packages: {} };
    await fs.outputFile(join(dir, path), path.endsWith(".ts") ? rewriteTemplateImports(text, imports) : text);
  }
}

/** Lets the tree import the packages of the clone. */
export async function linkPackages(dir: string): Promise<void> {
  await fs.ensureSymlink(join(repo, "node_modules"), join(dir, "node_modules"), "junction");
}
