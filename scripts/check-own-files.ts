import { join } from "node:path";
import { readAdvisories } from "../cli/advisories/read-advisories.js";
import { readRegistry } from "../cli/registry/read-registry.js";

/** Checks the JSON files that the package at `root` ships and reads at its starts, and throws at the first fault. Returns their paths. */
export function checkOwnFiles(root: string): string[] {
  readRegistry(root);
  readAdvisories(root);
  return ["registry.json", "advisories.json"].map((name) => join(root, name));
}
