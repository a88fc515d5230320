import { advisoriesFor } from "../advisories/advisory.js";
import { readAdvisories } from "../advisories/read-advisories.js";
import { exitCode } from "../errors.js";
import { readRegistry } from "../registry/read-registry.js";
import { jsonResult, result } from "../ui/output.js";
import type { Context } from "./context.js";

/** Lists the items of the registry, with a mark where a version has a known hole. Returns the exit code. */
export function list({ flags, packageRoot }: Context): number {
  const known = readAdvisories(packageRoot);
  const items = readRegistry(packageRoot).items.map(({ name, version, title, requires }) => {
    const advisories = advisoriesFor(known, name, version).map(({ id }) => id);
    return { name, version, title, requires, ...(advisories.length > 0 && { advisories }) };
  });
  if (flags.json) jsonResult({ items });
  else result(items.map(lineOf).join("\n"));
  return exitCode.done;
}

function lineOf(item: { name: string; version: string; title: string; advisories?: string[] }): string {
  const mark = item.advisories ? `  ! ${item.advisories.join(", ")}` : "";
  return `${item.name} ${item.version}  ${item.title}${mark}`;
}
