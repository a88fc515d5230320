import { withRequired } from "../choices.js";
import { patternOf } from "../facts/code-pattern.js";
import { type ItemFacts, withMadeSecrets } from "../facts/facts.js";
import { factsFile, parseFacts } from "../facts/read-facts.js";
import { ownRegistry } from "../own-registry.js";
import type { Registry, RegistryItem } from "../registry.js";
import { ownedOnce, readTemplates, type TemplateFile } from "../templates.js";
import type { Catalogue } from "./catalogue.js";
import { badRegistry } from "./catalogue-error.js";
import { itemHash } from "./pin.js";
import { type Source, sourceName } from "./source.js";

/** Where an item of a second catalogue is from, as the record has it. */
export interface Origin {
  readonly source: string;
  readonly sha256: string;
}

/** An item with the files of its chosen values. */
export interface Taken {
  readonly templates: readonly TemplateFile[];
  /** Null for an item of this package. */
  readonly origin: Origin | null;
  /** What an item of a second catalogue says of itself: the record keeps it. */
  readonly facts?: ItemFacts | undefined;
  /** All that it requires: its files import packages by the names that those go by. */
  readonly required: readonly RegistryItem[];
}

/** The items of this package and of a second catalogue, side by side. */
export interface Shelf {
  readonly registry: Registry;
  /** The second catalogue, where the item is one of it. */
  catalogueOf(item: string): Catalogue | null;
  take(item: RegistryItem, choices: Readonly<Record<string, string>>, root: string): Promise<Taken>;
}

/** Opens this package's registry, and the second one where there is a source. */
export async function openShelf(packageRoot: string, source: Source | null): Promise<Shelf> {
  const own = await ownRegistry(packageRoot);
  const second = source ? await openSecond(source, own.items) : null;
  const catalogueOf = (item: string) => (second?.registry.items.some(({ name }) => name === item) ? second : null);
  const registry = { ...own, items: [...own.items, ...(second?.registry.items ?? [])] };
  return {
    registry,
    catalogueOf,
    async take(item, choices, root) {
      const catalogue = catalogueOf(item.name);
      const required = withRequired(registry, item.requires);
      if (catalogue) return { ...(await takeFrom(catalogue, item, choices, root)), required };
      return { templates: await readTemplates(packageRoot, item.name, choices), origin: null, required };
    },
  };
}

/** What checks a foreign catalogue is loaded where there is one. */
async function openSecond(source: Source, known: readonly RegistryItem[]): Promise<Catalogue> {
  const { openCatalogue } = await import("./catalogue.js");
  return openCatalogue(source, known);
}

async function takeFrom(
  { files, source, where }: Catalogue,
  item: RegistryItem,
  choices: Readonly<Record<string, string>>,
  root: string,
): Promise<Omit<Taken, "required">> {
  const all = await files(item);
  const folders = ["base", ...Object.entries(choices).map(([name, value]) => `${name}/${value}`)];
  const inFolder = (folder: string) => all.filter(({ template }) => template.startsWith(`${item.name}/${folder}/`));
  const empty = folders.find((folder) => inFolder(folder).length === 0);
  if (empty) throw badRegistry(where, `templates/${item.name}/${empty} has no file`);
  const templates = ownedOnce(folders.flatMap(inFolder), (reason) => badRegistry(where, reason));
  await refuseUnparsable(templates, where);
  if (item.mount && !templates.some(({ path }) => path === item.mount?.file))
    throw badRegistry(where, `${item.name} mounts ${item.mount.file}, which it does not bring`);
  await refuseForeignEntries(item, templates, where);
  await refuseAbsentLists(item, templates, where);
  const facts = withMadeSecrets(await factsIn(all, item, where), item);
  await refuseForeignFacts(item, facts, { all, where });
  return { templates, origin: { source: sourceName(source, root), sha256: itemHash(item, all) }, facts };
}

async function factsIn(all: readonly TemplateFile[], { name }: RegistryItem, where: string): Promise<ItemFacts> {
  const file = all.find(({ template }) => template === `${name}/${factsFile}`);
  return file ? parseFacts(file.text, (reason) => badRegistry(where, `templates/${file.template}: ${reason}`)) : {};
}

/** What stands for nothing would protect nothing, and nobody would see it. */
async function refuseForeignFacts(
  item: RegistryItem,
  facts: ItemFacts | undefined,
  { all, where }: { all: readonly TemplateFile[]; where: string },
): Promise<void> {
  const { exportedNames } = await import("../../edits/exports.js");
  const refuse = (what: string) => badRegistry(where, `templates/${item.name}/${factsFile}: ${what}`);
  for (const { file, code } of facts?.protects ?? []) {
    const texts = all.filter(({ path }) => path === file).map(({ text }) => text);
    if (texts.length === 0) throw refuse(`${file} is no file of it`);
    if (!texts.some((text) => patternOf(code).test(text))) throw refuse(`${file} has no ${code.join(" or ")}`);
  }
  for (const [guard, file] of Object.entries(facts?.guards?.exports ?? {})) {
    const module = all.find(({ path }) => path === file);
    if (!module || !exportedNames(module.text, file).includes(guard)) throw refuse(`${file} does not export ${guard}`);
  }
}

/** What becomes an entry is an export of the item's own: the import of it would break the user's build, or reach elsewhere. */
async function refuseForeignEntries(item: RegistryItem, files: readonly TemplateFile[], where: string): Promise<void> {
  const { exportedNames } = await import("../../edits/exports.js");
  for (const { entry, from } of item.appends ?? []) {
    const module = files.find(({ path }) => path === from);
    if (!module) throw badRegistry(where, `${item.name} appends ${entry} of ${from}, which it does not bring`);
    if (!exportedNames(module.text, from).includes(entry))
      throw badRegistry(where, `${item.name} appends ${entry}, which ${from} does not export`);
  }
}

/** Other items put entries into a list: it has to be where the item says. */
async function refuseAbsentLists(item: RegistryItem, files: readonly TemplateFile[], where: string): Promise<void> {
  const { exportedNames } = await import("../../edits/exports.js");
  for (const [list, path] of Object.entries(item.lists ?? {})) {
    const module = files.find((one) => one.path === path);
    if (!module || !exportedNames(module.text, path).includes(list))
      throw badRegistry(where, `${item.name} has a list ${list}, which ${path} does not export`);
  }
}

/** Imports are rewritten by parsing: what no parser understands would be installed as it is, or not at all. */
async function refuseUnparsable(files: readonly TemplateFile[], where: string): Promise<void> {
  const { rewriteSpecifiers } = await import("../../edits/imports.js");
  for (const { template, path, text } of files) {
    if (!path.endsWith(".ts")) continue;
    try {
      rewriteSpecifiers(text, (specifier) => specifier);
    } catch (error) {
      throw badRegistry(where, `templates/${template} is no TypeScript: ${(error as Error).message}`);
    }
  }
}
