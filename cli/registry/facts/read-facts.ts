import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { CliError } from "../../errors.js";
import type { InstallRecord } from "../../record/schema.js";
import type { Facts, ItemFacts } from "./facts.js";
import { factsShape } from "./facts-shape.js";

/** Where an item's facts stand, below its folder in templates/. */
export const factsFile = "facts.json";

/** The facts of each installed item: those of this package's own, and what the record has of a second catalogue's. */
export async function readFacts(packageRoot: string, { items }: InstallRecord): Promise<Facts> {
  const read = Object.entries(items).map(async ([name, { registry, facts = {} }]) => {
    const isOwn = !registry && /^[a-z][a-z0-9-]*$/.test(name);
    return [
      name,
      isOwn ? await ownFacts(packageRoot, name) : checkFacts(facts, (reason) => damaged(name, reason)),
    ] as const;
  });
  return new Map(await Promise.all(read));
}

/** What an item of this package says of itself. */
export async function ownFacts(packageRoot: string, name: string): Promise<ItemFacts> {
  const path = join(packageRoot, "templates", name, factsFile);
  const text = await readFile(path, "utf8").catch(() => null);
  const refuse = (reason: string) =>
    new CliError("DamagedRegistry", `templates/${name}/${factsFile} is damaged (${reason}): install authwright again`);
  return text === null ? {} : parseFacts(text, refuse);
}

/** Checks the text of a facts.json; `refuse` makes the error of a reason. */
export function parseFacts(text: string, refuse: (reason: string) => Error): ItemFacts {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw refuse("no valid JSON");
  }
  return checkFacts(json, refuse);
}

/** The record is a file of the project's: what it says is checked as what a catalogue says. */
function damaged(name: string, reason: string): CliError {
  return new CliError(
    "DamagedRecord",
    `authwright.json is damaged (items.${name}.facts.${reason}): restore it from version control`,
  );
}

function checkFacts(json: unknown, refuse: (reason: string) => Error): ItemFacts {
  const parsed = factsShape.safeParse(json);
  if (parsed.success) {
    const { $schema: _, ...facts } = parsed.data;
    return facts;
  }
  const { path, code } = parsed.error.issues[0]!;
  throw refuse(`${path.join(".")}: ${code === "invalid_format" || code === "custom" ? "not allowed" : code}`);
}
