import { readFileSync } from "node:fs";
import { join } from "node:path";
import { wasChecked } from "./checked-files.js";
import type { Registry } from "./registry.js";
import { resolveRegistry } from "./resolve-registry.js";

let latest: { readonly text: string; readonly registry: Registry } | null = null;

/** registry.json of the package at `root`. One that is as the bundle was made with has been checked then. */
export async function ownRegistry(root: string): Promise<Registry> {
  const text = readText(join(root, "registry.json"));
  if (text !== null && text === latest?.text) return latest.registry;
  if (text !== null && wasChecked(text)) {
    latest = { text, registry: resolveRegistry(JSON.parse(text)) };
    return latest.registry;
  }
  const { readRegistry } = await import("./read-registry.js");
  return readRegistry(root);
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}
