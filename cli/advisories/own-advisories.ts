import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { wasChecked } from "../registry/checked-files.js";
import type { Advisory } from "./advisory.js";

/** advisories.json of the package at `root`. One that is as the bundle was made with has been checked then. */
export async function ownAdvisories(root: string): Promise<readonly Advisory[]> {
  const path = join(root, "advisories.json");
  if (!existsSync(path)) return [];
  const text = readFileSync(path, "utf8");
  if (wasChecked(text)) return JSON.parse(text).advisories;
  const { readAdvisories } = await import("./read-advisories.js");
  return readAdvisories(root);
}
