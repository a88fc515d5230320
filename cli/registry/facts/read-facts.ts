import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { CliError } from "../../errors.js";
import type { InstallRecord } from "../../record/schema.js";
import { isFolder } from "../../text/text-file.js";
import { wasChecked } from "../checked-files.js";
import type { Facts, ItemFacts } from "./facts.js";

/** Where an item's facts stand, below its folder in templates/. */
export const factsFile = "facts.json";

/** The facts of each installed item: those of this package's own, and what the record has of a second catalogue's. */
export async function readFacts(packageRoot: string, { items }: InstallRecord): Promise<Facts> {
  const read = Object.entries(items).map(async ([name, { facts = {} }]) => {
    const isOwn = await isOfPackage(packageRoot, name);
    return [name, isOwn ? await ownFacts(packageRoot, name) : await recordedFacts(name, facts)] as const;
  });
  return new Map(await Promise.all(read));
}

/** Threat: a record that says an item of this package's is from elsewhere, and has nothing to check. No catalogue may bring its name. */
async function isOfPackage(packageRoot: string, name: string): Promise<boolean> {
  return /^[a-z][a-z0-9-]*$/.test(name) && (await isFolder(join(packageRoot, "templates", name)));
}

/** What an item of this package says of itself. */
export async function ownFacts(packageRoot: string, name: string): Promise<ItemFacts> {
  const path = join(packageRoot, "templates", name, factsFile);
  const text = await readFile(path, "utf8").catch(() => null);
  const refuse = (reason: string) =>
    new CliError("DamagedRegistry", `templates/${name}/${factsFile} is damaged (${reason}): install authwright again`);
  if (text === null) return {};
  return wasChecked(text) ? JSON.parse(text) : parseFacts(text, refuse);
}

/** Checks the text of a facts.json; `refuse` makes the error of a reason. */
export async function parseFacts(text: string, refuse: (reason: string) => Error): Promise<ItemFacts> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw refuse("no valid JSON");
  }
  return checked(json, refuse);
}

/** What checks is loaded where something has to be checked. */
async function checked(json: unknown, refuse: (reason: string) => Error): Promise<ItemFacts> {
  const { checkFacts } = await import("./check-facts.js");
  return checkFacts(json, refuse);
}

/** The record is a file of the project's: what it says is checked as what a catalogue says. */
function recordedFacts(name: string, facts: unknown): Promise<ItemFacts> {
  return checked(
    facts,
    (reason) =>
      new CliError(
        "DamagedRecord",
        `authwright.json is damaged (items.${name}.facts.${reason}): restore it from version control`,
      ),
  );
}
