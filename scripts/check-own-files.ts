import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readAdvisories } from "../cli/advisories/read-advisories.js";
import { checkFacts } from "../cli/registry/facts/check-facts.js";
import { readRegistry } from "../cli/registry/read-registry.js";

/** Checks the JSON files that the package at `root` ships and reads at its starts, and throws at the first fault. Returns their paths. */
export function checkOwnFiles(root: string): string[] {
  const { items } = readRegistry(root);
  readAdvisories(root);
  const facts = items.map(({ name }) => join(root, "templates", name, "facts.json")).filter((path) => existsSync(path));
  for (const path of facts)
    checkFacts(JSON.parse(readFileSync(path, "utf8")), (reason) => new Error(`${path}: ${reason}`));
  return [...["registry.json", "advisories.json"].map((name) => join(root, name)), ...facts];
}
