import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../registry/package-root.js";
import type { Choice, Registry } from "../../registry/registry.js";

let known: Readonly<Record<string, Choice>> | undefined;

/** The choices of this package's items that something of a project decides, by name: each as registry.json has it. */
export function ownChoices(): Readonly<Record<string, Choice>> {
  known ??= readChoices();
  return known;
}

function readChoices(): Record<string, Choice> {
  const { items }: Registry = JSON.parse(readFileSync(join(packageRoot(), "registry.json"), "utf8"));
  return decided(Object.assign({}, ...items.map(({ choices }) => choices)));
}

/** Those of them that something of a project decides. */
export function decided(choices: Readonly<Record<string, Choice>>): Record<string, Choice> {
  return Object.fromEntries(Object.entries(choices).filter(([, { chosenBy }]) => chosenBy));
}

/** The choice of the database that accounts are kept in. */
export function databaseChoice(): Choice {
  const database = ownChoices()["database"];
  if (!database) throw new Error("registry.json has no choice of a database");
  return database;
}

/** Whether a value of it is a file, and no server. */
export function isFileDatabase({ values }: Choice, value: string): boolean {
  return values[value]?.chosenBy?.addresses?.includes("file") ?? false;
}
