// Prints an item as JSON for `npx shadcn add ./item.json`: npx tsx scripts/build-shadcn.ts auth-basic --database=postgres > item.json
import { parseArgs } from "node:util";
import { openShelf } from "../cli/registry/catalogue/shelf.js";
import { parseSource } from "../cli/registry/catalogue/source.js";
import { checkValue, pickChoices } from "../cli/registry/choices.js";
import { findItem } from "../cli/registry/find-item.js";
import { packageRoot } from "../cli/registry/package-root.js";
import { shadcnItem } from "./shadcn-item.js";

const { values, positionals } = parseArgs({ allowPositionals: true, strict: false });
const { registry, ...flags } = values as Record<string, string>;
const shelf = await openShelf(packageRoot(), registry ? parseSource(registry, process.cwd()) : null);
const item = findItem(shelf.registry, positionals[0] ?? "auth-basic");
for (const [name, value] of Object.entries(flags)) {
  const choice = item.choices[name];
  if (!choice) throw new Error(`${item.name} has no choice ${name}`);
  checkValue(name, choice, value);
}
const choices = pickChoices(item, flags, { record: null, database: "sqlite" });
const { templates } = await shelf.take(item, choices, process.cwd());
process.stdout.write(`${JSON.stringify(shadcnItem(item, choices, templates), null, 2)}\n`);
