import { exitCode } from "../errors.js";
import { readRegistry } from "../registry/read-registry.js";
import { jsonResult, result } from "../ui/output.js";
import type { Context } from "./context.js";

/** Lists the items of the registry. Returns the exit code. */
export function list({ flags, packageRoot }: Context): number {
  const { items } = readRegistry(packageRoot);
  if (flags.json)
    jsonResult({ items: items.map(({ name, version, title, requires }) => ({ name, version, title, requires })) });
  else result(items.map(({ name, version, title }) => `${name} ${version}  ${title}`).join("\n"));
  return exitCode.done;
}
