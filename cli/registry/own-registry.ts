import { readFileSync } from "node:fs";
import { join } from "node:path";
import { attempt } from "../text/attempt.js";
import { wasChecked } from "./checked-files.js";
import type { Registry } from "./registry.js";
import { resolveRegistry } from "./resolve-registry.js";

let latest: { readonly text: string; readonly registry: Registry } | null = null;

/** registry.json of the package at `root`. One that is as the bundle was made with has been checked then. */
export async function ownRegistry(root: string): Promise<Registry> {
  const text = attempt(() => readFileSync(join(root, "registry.json"), "utf8"));
  if (text !== null && text === latest?.text) return latest.registry;
  if (text !== null && wasChecked(text)) {
    latest = { text, registry: resolveRegistry(JSON.parse(text)) };
    return latest.registry;
  }
  const { readRegistry } = await import("./read-registry.js");
  return readRegistry(root);
}
