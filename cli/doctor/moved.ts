import { posix } from "node:path";
import { exportedNames } from "../edits/exports.js";
import type { SourceText } from "../project/sources/source-files.js";
import { placeTemplate } from "../record/paths.js";
import { recordedPaths } from "../record/recorded-paths.js";
import type { InstalledItem, InstallRecord } from "../record/schema.js";

/** A file counts as the same when this share of its lines is: the imports of one that was moved are other ones. */
const leastLikeness = 0.6;

/** The record with the places where installed files are now. */
export interface Followed {
  readonly record: InstallRecord;
  readonly bases: ReadonlyMap<string, string>;
}

/** Follows installed files that were moved or renamed: each that is gone, to the file of the project that is most like it. */
export function followMoves(
  record: InstallRecord,
  bases: ReadonlyMap<string, string>,
  sources: readonly SourceText[],
): Followed {
  const places = placesNow(record, bases, sources);
  if (places.size === 0) return { record, bases };
  const now = (path: string) => places.get(path) ?? path;
  const items = Object.entries(record.items).map(([name, item]): [string, InstalledItem] => [name, moved(item, now)]);
  return {
    record: { ...record, items: Object.fromEntries(items) },
    bases: new Map([...bases].map(([path, text]) => [now(path), text])),
  };
}

function moved(item: InstalledItem, now: (path: string) => string): InstalledItem {
  const files = Object.fromEntries(Object.entries(item.files).map(([path, file]) => [now(path), file]));
  const { appends } = item;
  return appends
    ? { ...item, files, appends: appends.map((one) => ({ ...one, file: now(one.file), from: now(one.from) })) }
    : { ...item, files };
}

function placesNow(
  record: InstallRecord,
  bases: ReadonlyMap<string, string>,
  sources: readonly SourceText[],
): Map<string, string> {
  const recorded = recordedPaths(record);
  const there = new Set(sources.map(({ path }) => path));
  const strangers = sources.filter(({ path }) => !recorded.has(path));
  const places = new Map<string, string>();
  for (const path of recorded) {
    const base = bases.get(path);
    if (base === undefined || there.has(path) || !/\.[cm]?[jt]sx?$/.test(path)) continue;
    const taken = new Set(places.values());
    const [best] = strangers
      .filter((one) => !taken.has(one.path))
      .map((one) => ({ path: one.path, likeness: likeness({ path, text: base }, one) }))
      .toSorted((a, b) => b.likeness - a.likeness);
    if (best && best.likeness >= leastLikeness) places.set(path, best.path);
  }
  return places;
}

/** The share of their lines that both have; where a name of the file and all that it exports are the same, that is enough. */
function likeness(one: SourceText, other: SourceText): number {
  const [lines, others] = [linesOf(one.text), linesOf(other.text)];
  const shared = [...lines].filter((line) => others.has(line)).length / Math.max(lines.size, others.size, 1);
  const sameName = posix.basename(one.path) === posix.basename(other.path);
  return sameName && shared < leastLikeness && exportsAll(one, other) ? leastLikeness : shared;
}

/** Whatever a formatter does to blanks and quotes, the letters of most lines stay. */
function linesOf(text: string): ReadonlySet<string> {
  const lines = text.split("\n").map((line) => line.replace(/[\s;,"'`]/g, ""));
  return new Set(lines.filter((line) => line.length > 3 && !/^import|from\.{1,2}\//.test(line)));
}

function exportsAll(one: SourceText, other: SourceText): boolean {
  try {
    const names = exportedNames(one.text, one.path);
    const there = exportedNames(other.text, other.path);
    return names.length > 0 && names.every((name) => there.includes(name));
  } catch {
    return false;
  }
}

/** Where an item's template is now: below the item's folder, whatever the user has made of its name. */
export function placeNow(template: string, installed: InstalledItem): string {
  const isIt = ({ template: one }: { readonly template: string }) =>
    one.replace(/^[^/]+\/(base|[^/]+\/[^/]+)\//, "") === template;
  const found = Object.entries(installed.files).find(([, file]) => isIt(file));
  return found?.[0] ?? placeTemplate(template, installed);
}
