import { readFileSync } from "node:fs";
import { join } from "node:path";
import type * as z from "zod/mini";
import type { registryShape } from "./registry-shape.js";

/** The item that a new project is made with, and that `add` is advised with where nothing is installed. */
export function starterItem(packageRoot: string): string {
  const registry: z.output<typeof registryShape> = JSON.parse(readFileSync(join(packageRoot, "registry.json"), "utf8"));
  return registry.starter ?? registry.items[0]!.name;
}
