import type { MadeDatabase } from "../../project/database/made-database.js";
import type { Project } from "../../project/project.js";
import type { SourceText } from "../../project/sources/source-files.js";
import { attributesPath, basePath, recordPath } from "../../record/paths.js";
import type { InstalledItem } from "../../record/schema.js";
import type { Facts } from "../../registry/facts/facts.js";
import type { Snapshot } from "../draft.js";

/** All that `planRemove` looks at. */
export interface RemoveInput {
  readonly project: Project;
  readonly item: string;
  /** The item as authwright.json has it. */
  readonly installed: InstalledItem;
  readonly files: Snapshot;
  readonly sources: readonly SourceText[];
  /** The settings of tools, which may name packages. */
  readonly configs: readonly SourceText[];
  readonly database: MadeDatabase | null;
  /** What the installed items say of themselves. */
  readonly facts: Facts;
  /** Delete files that the user has edited. */
  readonly force: boolean;
  /** Delete the database, its migrations and its secrets. */
  readonly purge: boolean;
  readonly install: boolean;
  /** Files that stay of items which go before this one. */
  readonly kept?: readonly string[];
}

/** The paths whose text `planRemove` needs. */
export function pathsToRemove({ files, patches, appends = [] }: InstalledItem): string[] {
  const ours = Object.keys(files).flatMap((path) => [path, basePath(path)]);
  const patched = [...patches.map(({ path }) => path), ...appends.map(({ file }) => file)];
  return [...new Set([...ours, ...patched, "package.json", ".env", ".gitignore", recordPath, attributesPath])];
}

/** Whether the database is the item's; else it is that of an item which it builds on, and has its tables. */
export function ownsDatabase({ installed }: RemoveInput): boolean {
  return installed.choices["database"] !== undefined;
}

/** The other items that stay. */
export function others({ project, item }: RemoveInput): InstalledItem[] {
  const items = Object.entries(project.record?.items ?? {});
  return items.filter(([name]) => name !== item).map(([, other]) => other);
}

/** The secrets without which what the item has in a database can't be used, each with what is lost then. */
export function databaseSecrets({ facts, item }: RemoveInput): ReadonlyMap<string, string | undefined> {
  const names = Object.entries(facts.get(item)?.secrets?.names ?? {});
  return new Map(names.flatMap(([name, { keptWith, lost }]) => (keptWith === "database" ? [[name, lost]] : [])));
}

/** Whether a database stays behind: then so does all that it takes to read it. */
export function databaseStays({ database, purge }: RemoveInput): boolean {
  return database !== null && !purge;
}
