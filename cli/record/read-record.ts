import { join } from "node:path";
import { valid } from "semver";
import { CliError } from "../errors.js";
import type { InstalledItem, InstallRecord } from "../project/project.js";
import { isObject } from "../text/json.js";
import { staysInside } from "../text/repo-path.js";
import { readText } from "../text/text-file.js";

/** The name of the record in the user's repo. */
export const recordFile = "authwright.json";

/** The parsed record, or null before the first add. A damaged one would make update and remove lose edits: it stops us. */
export async function readRecord(root: string): Promise<InstallRecord | null> {
  const text = await readText(join(root, recordFile));
  if (text === null) return null;
  const problem = findProblem(text);
  if (problem === null) return JSON.parse(text) as InstallRecord;
  throw new CliError(
    "DamagedRecord",
    `${join(root, recordFile)} is damaged (${problem}): restore it from version control`,
  );
}

function findProblem(text: string): string | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return "no valid JSON";
  }
  if (!isObject(value)) return "no object";
  if (value["version"] !== 1) return "its version is not 1; a newer authwright may have written it";
  if (!isObject(value["items"])) return "no items";
  for (const [name, item] of Object.entries(value["items"])) {
    const member = itemProblem(item);
    if (member !== null) return `items.${name}.${member} is missing or of the wrong kind`;
  }
  return null;
}

const itemMembers: Readonly<Record<keyof InstalledItem, (value: unknown) => boolean>> = {
  version: (value) => isString(value) && valid(value) !== null,
  choices: isStrings,
  mount: (value) => value === null || isString(value),
  sourceDir: isPath,
  testDir: isFolder,
  testEnding: (value) => value === undefined || (isString(value) && /^[.\w-]+\.ts$/.test(value)),
  files: (value) => isObject(value) && Object.keys(value).every(isPath) && Object.values(value).every(isInstalledFile),
  patches: (value) => Array.isArray(value) && value.every(isPatch),
  env: (value) => Array.isArray(value) && value.every(isString),
  scripts: isStrings,
  dependencies: isStrings,
  devDependencies: isStrings,
  undo: (value) => value === undefined || isUndo(value),
  registry: (value) => value === undefined || isPin(value),
  facts: (value) => value === undefined || isObject(value),
  requires: (value) => value === undefined || isStringList(value),
  brings: (value) => value === undefined || isStringList(value),
  comesWith: (value) => value === undefined || isStringList(value),
  format: (value) => value === undefined || isString(value),
  appends: (value) => value === undefined || (Array.isArray(value) && value.every(isAppended)),
  unmerged: (value) => value === undefined || (Array.isArray(value) && value.every(isPath)),
};

function itemProblem(item: unknown): string | null {
  if (!isObject(item)) return "version";
  return Object.entries(itemMembers).find(([member, isRight]) => !isRight(item[member]))?.[0] ?? null;
}

function isInstalledFile(value: unknown): boolean {
  return isObject(value) && isString(value["template"]) && /^[0-9a-f]{64}$/.test(String(value["sha256"]));
}

function isPin(value: unknown): boolean {
  return isObject(value) && isString(value["source"]) && /^[0-9a-f]{64}$/.test(String(value["sha256"]));
}

function isPatch(value: unknown): boolean {
  return isObject(value) && isPath(value["path"]) && Array.isArray(value["lines"]) && value["lines"].every(isString);
}

/** These names are written into a file of the user's. */
function isAppended(value: unknown): boolean {
  if (!isObject(value) || !isPath(value["file"]) || !isPath(value["from"])) return false;
  return [value["list"], value["entry"]].every((name) => isString(name) && /^[A-Za-z_$][\w$]*$/.test(name));
}

function isUndo(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { created, glue, members, replaced, env } = value;
  const isLists = (lists: unknown) => isObject(lists) && Object.values(lists).every(isStringList);
  return isStringList(created) && isLists(glue) && isLists(members) && isStrings(env) && isReplaced(replaced);
}

function isReplaced(value: unknown): boolean {
  const isOne = (one: unknown) =>
    isObject(one) && [one["list"], one["key"], one["value"]].every(isString) && typeof one["index"] === "number";
  return Array.isArray(value) && value.every(isOne);
}

/** Threat: a record that somebody else wrote. What it names is deleted or written, so it stays in the project, out of .git. */
function isPath(value: unknown): value is string {
  if (!isString(value) || value === "" || value.includes("\\")) return false;
  const steps = value.split("/");
  return staysInside(value) && !steps.includes("..") && steps[0]!.toLowerCase() !== ".git";
}

function isFolder(value: unknown): boolean {
  return value === "" || isPath(value);
}

function isStringList(value: unknown): boolean {
  return Array.isArray(value) && value.every(isString);
}

function isStrings(value: unknown): boolean {
  return isObject(value) && Object.values(value).every(isString);
}

function isString(value: unknown): value is string {
  return typeof value === "string";
}
