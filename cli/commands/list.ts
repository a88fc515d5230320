import { advisoriesFor } from "../advisories/advisory.js";
import { ownAdvisories } from "../advisories/own-advisories.js";
import { exitCode } from "../errors.js";
import { findPackageRoot } from "../project/packages/package-json.js";
import { readRecord } from "../record/read-record.js";
import type { InstallRecord } from "../record/schema.js";
import { openShelf } from "../registry/catalogue/shelf.js";
import { parseSource } from "../registry/catalogue/source.js";
import { inWords } from "../text/in-words.js";
import { colors } from "../ui/colors.js";
import { jsonResult, result } from "../ui/output.js";
import type { Context } from "./context.js";

/** The flags of `list` and `view` as typed. */
export interface ListFlags {
  readonly registry?: string;
}

/** Lists the items of the registry, with a mark where a version has a known hole. Returns the exit code. */
export async function list({ registry }: ListFlags, { flags, packageRoot }: Context): Promise<number> {
  const known = await ownAdvisories(packageRoot);
  const source = registry === undefined ? null : parseSource(registry, process.cwd());
  const shelf = await openShelf(packageRoot, source);
  const installed = (await recordHere(flags.cwd))?.items ?? {};
  const items = shelf.registry.items.map(({ name, version, title, requires, comesWith, appends = [] }) => {
    const from = shelf.catalogueOf(name)?.where;
    const advisories = advisoriesFor(known, name, version).map(({ id }) => id);
    const lists = [...new Set(appends.map(({ list }) => list))];
    return {
      name,
      version,
      title,
      requires,
      ...(comesWith && { comesWith }),
      ...(lists.length > 0 && { lists }),
      ...(from && { from }),
      ...(installed[name] && { installed: installed[name].version }),
      ...(advisories.length > 0 && { advisories }),
    };
  });
  if (flags.json) jsonResult({ items });
  else result(besideWhatTheyJoin(items).flatMap(linesOf).join("\n"));
  return exitCode.done;
}

interface Listed {
  readonly name: string;
  readonly version: string;
  readonly title: string;
  readonly requires: readonly string[];
  readonly comesWith?: readonly string[];
  readonly lists?: readonly string[];
  readonly from?: string;
  /** The version that is installed in this project. */
  readonly installed?: string;
  readonly advisories?: readonly string[];
}

/** A companion stands below the last of the items that it comes with. */
function besideWhatTheyJoin(items: readonly Listed[]): Listed[] {
  const listed = items.filter(({ comesWith }) => !comesWith);
  for (const one of items.filter(({ comesWith }) => comesWith)) {
    const last = listed.findLastIndex(({ name }) => one.comesWith!.includes(name));
    const next = listed.findIndex(({ comesWith }, at) => at > last && !comesWith);
    listed.splice(next === -1 ? listed.length : next, 0, one);
  }
  return listed;
}

/** What is installed in the project around a folder; null outside of any, and where the record can't be read. */
async function recordHere(cwd: string): Promise<InstallRecord | null> {
  return findPackageRoot(cwd)
    .then(readRecord)
    .catch(() => null);
}

function linesOf(item: Listed): string[] {
  const there = item.installed
    ? [item.installed === item.version ? "installed" : `${item.installed} is installed`]
    : [];
  const marks = [
    ...there.map((line) => colors.green(line)),
    ...(item.advisories ?? []).map((id) => colors.red(`! ${id}`)),
  ];
  const mark = marks.map((one) => `  ${one}`).join("");
  const from = item.from ? `  (${item.from})` : "";
  if (item.comesWith)
    return [`  ${item.name} ${item.version}  ${item.title}  (comes with ${inWords(item.comesWith)})${from}${mark}`];
  const needs = item.requires.length > 0 ? [`  needs ${item.requires.join(", ")}`] : [];
  return [`${item.name} ${item.version}  ${item.title}${from}${mark}`, ...needs];
}
