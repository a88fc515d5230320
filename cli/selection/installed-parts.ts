import semver from "semver";
import { CliError } from "../errors.js";
import type { Part } from "../plan/input.js";
import type { Project } from "../project/project.js";
import type { InstalledItem } from "../record/schema.js";
import { openShelf, type Shelf } from "../registry/catalogue/shelf.js";
import { parseSource, type Source } from "../registry/catalogue/source.js";
import { pickChoices } from "../registry/choices.js";
import { findItem } from "../registry/find-item.js";
import { ownRegistry } from "../registry/own-registry.js";
import type { Companion, RegistryItem } from "../registry/registry.js";
import { starterItem } from "../registry/starter.js";
import { inWords } from "../text/in-words.js";
import { nearestItem } from "../text/nearest.js";
import { notice } from "../ui/output.js";
import { dueCompanions, refuseNamedCompanion } from "./companions.js";
import { installedSelection } from "./installed-selection.js";
import { pinProblem } from "./pins.js";
import { selectItem } from "./selection.js";

/** The flags of `diff` and `update` that say where items come from. */
export interface RegistryFlags {
  /** Instead of the source in the record, for items of a second catalogue. */
  readonly registry?: string;
  readonly acceptRegistryChange?: boolean;
}

export interface Sources {
  readonly packageRoot: string;
  readonly typed: RegistryFlags;
  /** Whether a changed item of a second catalogue may be looked at: `diff` only shows it. */
  readonly onlyLooking: boolean;
}

/** The installed items (or the one that is named), as their catalogues bring them, where and with what they are installed. */
export async function installedParts(name: string | undefined, project: Project, sources: Sources): Promise<Part[]> {
  const installed = Object.entries(project.record?.items ?? {});
  if (installed.length === 0)
    throw new CliError(
      "BadArgument",
      `nothing is installed here: "authwright add ${starterItem(sources.packageRoot)}" comes first`,
    );
  const open = opener(sources);
  const finding = finder(project, sources, open);
  if (name !== undefined)
    return [await refuseOlderBase(await named(name, project, finding, sources.packageRoot), project, sources)];
  const parts: Part[] = [];
  const problems: CliError[] = [];
  for (const [item] of installed) {
    const found = await finding(item).catch(asCliError);
    if (found instanceof CliError) problems.push(found);
    else parts.push(found);
  }
  if (parts.length === 0 && problems[0]) throw problems[0];
  for (const { message } of problems) notice(`left as it is: ${message}`);
  return [...inOrder(parts), ...(await newCompanions(parts, project, { ...sources, open }))];
}

/** The companions that are due and not there yet, e.g. because they are newer than what they join. */
async function newCompanions(
  parts: readonly Part[],
  project: Project,
  sources: Sources & { readonly open: (source: Source | null) => Promise<Shelf> },
): Promise<Part[]> {
  const fresh = new Map<string, Part>();
  const installed = parts.map(({ item }) => project.record!.items[item.name]!);
  for (const source of new Set([null, ...installed.map((one) => sourceOf(one, project, sources))])) {
    const shelf = await sources.open(source);
    const there = [...parts.map(({ item }) => item.name), ...fresh.keys()];
    for (const item of dueCompanions(shelf.registry.items, there)) {
      if (!isAccepted(item, shelf, sources)) continue;
      const base = [...parts, ...fresh.values()].find((part) => item.comesWith.includes(part.item.name));
      if (!base || !item.comesWith.every((name) => there.includes(name) || fresh.has(name))) continue;
      const selection = selectItem(item, project, nothingTyped, base.selection);
      fresh.set(item.name, { item, selection, ...(await shelf.take(item, selection.choices, project.root)) });
    }
  }
  return [...fresh.values()];
}

const nothingTyped = { choices: {}, overrides: {}, mount: undefined, dir: undefined, tests: undefined };

/** Threat: a catalogue that somebody got hold of. What nobody has pinned yet does not come without a question. */
function isAccepted({ name, version, comesWith }: Companion, shelf: Shelf, { typed, onlyLooking }: Sources): boolean {
  const catalogue = shelf.catalogueOf(name);
  if (!catalogue || onlyLooking || typed.acceptRegistryChange) return true;
  notice(
    `${name} ${version} of ${catalogue.where} comes with ${inWords(comesWith)}, and is not pinned yet: ` +
      `look with "authwright diff", then pass --accept-registry-change to update`,
  );
  return false;
}

/** What an item builds on comes before it. */
function inOrder(parts: readonly Part[]): Part[] {
  const sorted = new Set<Part>();
  const visit = (part: Part, above: readonly Part[]): void => {
    if (above.includes(part)) return;
    const bases = parts.filter(({ item }) => part.item.requires.includes(item.name));
    for (const base of bases) visit(base, [...above, part]);
    sorted.add(part);
  };
  for (const part of parts) visit(part, []);
  return [...sorted];
}

/** A new version of an item may need what only the new version of its base has. */
async function refuseOlderBase(part: Part, { record }: Project, { packageRoot, onlyLooking }: Sources): Promise<Part> {
  const { name, version, requires } = part.item;
  const older = (await ownRegistry(packageRoot)).items.find((base) => {
    const installed = requires.includes(base.name) ? record?.items[base.name] : undefined;
    return installed && semver.lt(installed.version, base.version);
  });
  if (!older || onlyLooking || record?.items[name]?.version === version) return part;
  throw new CliError(
    "BadArgument",
    `${name} ${version} builds on ${older.name} ${older.version}, and ${record?.items[older.name]?.version} is ` +
      `installed: "authwright update" brings both`,
  );
}

async function named(
  name: string,
  project: Project,
  finding: (item: string) => Promise<Part>,
  packageRoot: string,
): Promise<Part> {
  const { items = {} } = project.record ?? {};
  if (items[name]) return finding(name);
  refuseNamedCompanion((await ownRegistry(packageRoot)).items, [name]);
  const meant = nearestItem(name, Object.keys(items));
  if (meant) throw new CliError("UnknownItem", `${name} is not installed here: did you mean "${meant}"?`);
  const there = Object.keys(items).join(", ");
  throw new CliError(
    "BadArgument",
    `${name} is not installed here (there is ${there}): "authwright add ${name}" installs it`,
  );
}

/** Opens each catalogue once. */
function opener({ packageRoot }: Sources): (source: Source | null) => Promise<Shelf> {
  const opened = new Map<string, Promise<Shelf>>();
  return (source) => {
    const key = JSON.stringify(source);
    const opening = opened.get(key) ?? openShelf(packageRoot, source);
    opened.set(key, opening);
    return opening;
  };
}

function finder(
  project: Project,
  sources: Sources,
  open: (source: Source | null) => Promise<Shelf>,
): (name: string) => Promise<Part> {
  return async (name) => {
    const installed = project.record!.items[name]!;
    const shelf = await open(sourceOf(installed, project, sources));
    const item = findKnown(name, installed, shelf);
    const part = await partOf(item, installed, project, shelf);
    const problem = pinProblem(part, project, sources.typed.acceptRegistryChange === true);
    if (problem === null) return part;
    if (!sources.onlyLooking) throw problem;
    notice(`${name} is not what authwright.json has pinned: update asks for --accept-registry-change`);
    return part;
  };
}

function sourceOf({ registry }: InstalledItem, { root }: Project, { typed }: Sources) {
  if (!registry) return null;
  return typed.registry === undefined ? parseSource(registry.source, root) : parseSource(typed.registry, process.cwd());
}

function findKnown(name: string, installed: InstalledItem, shelf: Shelf): RegistryItem {
  if (!installed.registry && !shelf.registry.items.some((one) => one.name === name))
    throw new CliError(
      "UnknownItem",
      `${name} ${installed.version} is installed, and this authwright is older: it does not know it; run npx authwright@latest`,
    );
  const item = findItem(shelf.registry, name);
  if (Boolean(shelf.catalogueOf(name)) === Boolean(installed.registry)) return item;
  throw new CliError("UnknownItem", `there is no item "${name}" in the registry that it is installed from`);
}

async function partOf(item: RegistryItem, installed: InstalledItem, project: Project, shelf: Shelf): Promise<Part> {
  const missing = item.requires.find((required) => !project.record?.items[required]);
  if (missing)
    throw new CliError(
      "BadArgument",
      `${item.name} ${item.version} needs ${missing}: "authwright add ${missing}" first`,
    );
  const choices = pickChoices(item, {}, project);
  const selection = { ...installedSelection(item.name, installed), choices };
  return { item, selection, ...(await shelf.take(item, choices, project.root)) };
}

function asCliError(error: unknown): CliError {
  if (error instanceof CliError) return error;
  throw error;
}
