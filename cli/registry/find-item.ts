import { CliError } from "../errors.js";
import { nearestItem } from "../text/nearest.js";
import { itemMeant, notWrittenYet } from "./other-words.js";
import type { Registry, RegistryItem } from "./registry.js";

/** The item of that name; an unknown name is refused with the nearest one there is. */
export function findItem(registry: Registry, name: string): RegistryItem {
  const item = registry.items.find((candidate) => candidate.name === name);
  if (item) return item;
  throw new CliError("UnknownItem", `there is no item "${name}": ${hintFor(name, registry)}`);
}

/** What is meant, as far as it can be guessed; of what is not written yet, that. */
function hintFor(name: string, { items }: Registry): string {
  const names = items.map((candidate) => candidate.name);
  const planned = notWrittenYet(name);
  if (planned) return `${planned} is not written yet; "authwright list" shows what is`;
  const close = names.find((one) => one === itemMeant(name)) ?? nearestItem(name, names);
  return close ? `did you mean "${close}"?` : `there is ${names.join(", ")}`;
}
