import { isDeepStrictEqual } from "node:util";
import { recordPath } from "../../record/paths.js";
import { recordText } from "../../record/record-text.js";
import type { InstalledItem, InstallRecord, Undo } from "../../record/schema.js";
import { broughtBy } from "../../selection/brought.js";
import type { Draft } from "../draft.js";
import type { Part } from "../input.js";
import type { AddedDependency } from "../plan.js";
import type { Shared } from "./shared.js";
import { joinUndo } from "./undo.js";

/** What one add put into the user's repo. */
export interface Installed {
  readonly files: InstalledItem["files"];
  readonly patches: InstalledItem["patches"];
  readonly env: readonly string[];
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: readonly AddedDependency[];
  readonly undo: Undo;
  readonly appends: NonNullable<InstalledItem["appends"]>;
  readonly shared: Shared;
  /** The files that conflict markers are in. */
  readonly unmerged: readonly string[];
}

/** The record with this item in it: what earlier adds put there is still there, unless this one replaced it. */
export function extendRecord(
  record: InstallRecord,
  { item, selection, origin, facts }: Part,
  installed: Installed,
): InstallRecord {
  const before = record.items[item.name];
  const { shared } = installed;
  const joined = joinUndo(before?.undo, installed.undo);
  const undo = shared.undo ? joinUndo(joined, shared.undo) : joined;
  const brings = broughtBy(item, selection.choices);
  const entry: InstalledItem = {
    version: item.version,
    choices: selection.choices,
    mount: selection.mount,
    sourceDir: selection.sourceDir,
    testDir: selection.testDir,
    ...(selection.testEnding && { testEnding: selection.testEnding }),
    files: installed.files,
    patches: mergePatches(before?.patches ?? [], [...shared.patches, ...installed.patches]),
    env: [...new Set([...(before?.env ?? []), ...shared.env, ...installed.env])],
    scripts: { ...before?.scripts, ...installed.scripts },
    dependencies: { ...before?.dependencies, ...shared.dependencies, ...ranges(installed.dependencies, false) },
    devDependencies: {
      ...before?.devDependencies,
      ...shared.devDependencies,
      ...ranges(installed.dependencies, true),
    },
    ...(undo && { undo }),
    ...(origin && { registry: origin }),
    ...(origin && facts && { facts }),
    ...(item.requires.length > 0 && { requires: item.requires }),
    ...(brings.length > 0 && { brings }),
    ...(item.comesWith && { comesWith: item.comesWith }),
    ...(before?.format && { format: before.format }),
    ...(installed.appends.length > 0 && { appends: installed.appends }),
    ...(installed.unmerged.length > 0 && { unmerged: installed.unmerged }),
  };
  return { version: 1, items: { ...record.items, [item.name]: entry } };
}

/** Writes the record, unless it says the same already: a user's own formatting of it stays. */
export function writeRecord(record: InstallRecord, previous: InstallRecord | null, draft: Draft): void {
  if (isDeepStrictEqual(record, previous)) return;
  draft.write(recordPath, recordText(record, draft.read(recordPath)), "the record of what is installed");
}

function mergePatches(before: InstalledItem["patches"], added: InstalledItem["patches"]): InstalledItem["patches"] {
  const lines = new Map(before.map((patch) => [patch.path, [...patch.lines]]));
  for (const patch of added) {
    if (patch.lines.length > 0) lines.set(patch.path, [...(lines.get(patch.path) ?? []), ...patch.lines]);
  }
  return [...lines].map(([path, all]) => ({ path, lines: all }));
}

function ranges(dependencies: readonly AddedDependency[], dev: boolean): Record<string, string> {
  return Object.fromEntries(dependencies.filter((added) => added.dev === dev).map(({ name, range }) => [name, range]));
}
