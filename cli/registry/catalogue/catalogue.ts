import { withoutMark } from "../../text/byte-order-mark.js";
import { factsFile } from "../facts/read-facts.js";
import { checkRegistry } from "../read-registry.js";
import type { Registry, RegistryItem } from "../registry.js";
import { isFilePath } from "../registry-shape.js";
import type { TemplateFile } from "../templates.js";
import { badRegistry } from "./catalogue-error.js";
import type { CatalogueReader } from "./catalogue-reader.js";
import { openFolder } from "./folder-reader.js";
import type { Source } from "./source.js";
import { openUrl } from "./url-reader.js";

/** A second catalogue: a company's own items. Nothing in it is trusted, and nothing of it is run. */
export interface Catalogue {
  readonly source: Source;
  /** What a person calls it. */
  readonly where: string;
  readonly registry: Registry;
  /** Every file of an item, of every value of its choices. */
  files(item: RegistryItem): Promise<TemplateFile[]>;
}

const mostFiles = 500;
const mostText = 8_388_608;
const parallel = 8;

/** Opens a catalogue and checks its registry.json; its items may require those of `known`, and take none of their names. */
export async function openCatalogue(source: Source, known: readonly RegistryItem[]): Promise<Catalogue> {
  const reader = source.kind === "url" ? openUrl(source.url) : await openFolder(source.path);
  const refuse = (reason: string) => badRegistry(reader.where, reason);
  const registry = checkRegistry(parse(await reader.registry(), refuse), { known, refuse });
  const taken = registry.items.find(({ name }) => known.some((other) => other.name === name));
  if (taken) throw refuse(`authwright has an item ${taken.name} itself: another name is needed`);
  return { source, where: reader.where, registry, files: (item) => readFiles(item, reader) };
}

function parse(text: string, refuse: (reason: string) => Error): unknown {
  try {
    return JSON.parse(withoutMark(text));
  } catch {
    throw refuse("registry.json is no valid JSON");
  }
}

async function readFiles(item: RegistryItem, reader: CatalogueReader): Promise<TemplateFile[]> {
  const refuse = (reason: string) => badRegistry(reader.where, `${item.name}: ${reason}`);
  const folder = `templates/${item.name}`;
  const paths = item.files?.map(({ path }) => path) ?? (await reader.list(folder));
  if (paths === null) throw refuse('at a URL, an item names its files in "files"');
  if (paths.length > mostFiles) throw refuse(`it has more than ${mostFiles} files`);
  const placed = paths.toSorted().map((path) => ({ path, target: placeIn(item, path, refuse) }));
  refuseLookalikes(placed, refuse);

  const inlined = new Map(item.files?.map(({ path, content }) => [path, content]));
  const files: TemplateFile[] = [];
  for (let at = 0; at < placed.length; at += parallel) {
    const some = placed.slice(at, at + parallel).map(async ({ path, target }) => ({
      template: `${item.name}/${path}`,
      path: target,
      text: inlined.get(path) ?? (await reader.read(`${folder}/${path}`)),
    }));
    files.push(...(await Promise.all(some)));
    if (files.reduce((sum, { text }) => sum + text.length, 0) > mostText)
      throw refuse(`it is larger than ${mostText} bytes`);
  }
  return files;
}

/** Where a file of templates/<item>/ goes: it belongs to base, or to one value of a choice. What the item says of itself goes nowhere. */
function placeIn({ choices }: RegistryItem, path: string, refuse: (reason: string) => Error): string {
  if (path === factsFile) return factsFile;
  const [first = "", ...rest] = path.split("/");
  const isBase = first === "base";
  const target = (isBase ? rest : rest.slice(1)).join("/");
  const isValue = Object.hasOwn(choices, first) && Object.hasOwn(choices[first]!.values, rest[0] ?? "");
  if (!isBase && !isValue) throw refuse(`${path} belongs to no choice of it`);
  if (!isFilePath(target))
    throw refuse(
      `${path} can't be installed: files go to src/, test/ or scripts/, pages (.md) to docs/auth/, under plain names`,
    );
  return target;
}

/** On many disks two names that differ only by case are one file. */
function refuseLookalikes(files: readonly { path: string; target: string }[], refuse: (reason: string) => Error): void {
  const known = new Map<string, string>();
  for (const { target } of files) {
    const parts = target.split("/");
    for (const end of parts.keys()) {
      const part = parts.slice(0, end + 1).join("/");
      const other = known.get(part.toLowerCase()) ?? part;
      if (other !== part) throw refuse(`${other} and ${part} differ only by case`);
      known.set(part.toLowerCase(), part);
    }
  }
  const seen = new Set(files.map(({ path }) => path));
  if (seen.size < files.length) throw refuse("a file is listed twice");
}
