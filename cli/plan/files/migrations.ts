import type { Project } from "../../project/project.js";
import { placeTemplate } from "../../record/paths.js";
import type { InstallRecord } from "../../record/schema.js";
import type { Part } from "../input.js";
import type { FileOutcome } from "../plan.js";

/** An applied migration is history: a change of it would never reach a database. */
export function isMigration(path: string): boolean {
  return /(^|\/)migrations\/\d[^/]*\.ts$/.test(path);
}

/** A server's tables are not made by themselves. An item that brings the database itself says so in words of its own. */
export function tablesToMake(
  parts: readonly Part[],
  { record, packageManager, hasServer = false }: Project,
  after: InstallRecord,
): string[] {
  const isNew =
    ({ item, selection }: Part) =>
    (path: string) =>
      isMigration(path) && !record?.items[item.name]?.files[placeTemplate(path, selection)];
  const fresh = parts.some((part) => part.templates.map(({ path }) => path).some(isNew(part)));
  const script = migrateScript(Object.values(after.items).flatMap((item) => Object.keys(item.scripts)));
  return hasServer && fresh && script ? [`Create the new tables: ${packageManager.run} ${script}`] : [];
}

/** New migrations of an installed item have to reach the databases that are there. */
export function tablesToChange(
  { item }: Part,
  outcomes: readonly FileOutcome[],
  { packageManager }: Project,
): string[] {
  const fresh = outcomes.some(({ what, path }) => what === "created" && isMigration(path));
  const script = migrateScript(Object.keys(item.scripts));
  return fresh && script ? [`Bring your databases up to date: ${packageManager.run} ${script}`] : [];
}

function migrateScript(names: readonly string[]): string | undefined {
  return names.find((name) => name.endsWith(":migrate"));
}
