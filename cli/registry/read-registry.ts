import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Registry } from "./registry.js";
import { registryShape } from "./registry-shape.js";
import { damagedRegistry, type RegistryCheck, resolveRegistry } from "./resolve-registry.js";

/** Checks a parsed registry.json: its shape, that every default is a value, that every required item and list is there. */
export function checkRegistry(json: unknown, check: RegistryCheck = {}): Registry {
  const parsed = registryShape.safeParse(json);
  if (!parsed.success) throw (check.refuse ?? damagedRegistry)(describeIssue(parsed.error.issues[0]!));
  return resolveRegistry(parsed.data, check);
}

type Issue = NonNullable<ReturnType<typeof registryShape.safeParse>["error"]>["issues"][number];

function describeIssue(issue: Issue): string {
  const at = issue.path.join(".");
  if (issue.code === "unrecognized_keys") return `${at}: unrecognized_keys ${issue.keys.join(", ")}`;
  if (issue.code === "invalid_key") return `${at}: not allowed as a name`;
  return `${at}: ${issue.code === "invalid_format" || issue.code === "custom" ? "not allowed" : issue.code}`;
}

/** registry.json of the package at `root`. */
export function readRegistry(root: string): Registry {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(join(root, "registry.json"), "utf8"));
  } catch (error) {
    throw damagedRegistry((error as Error).message);
  }
  return checkRegistry(json);
}
