import { withRequired } from "../registry/choices.js";
import type { Registry, RegistryItem } from "../registry/registry.js";

/** The items that the chosen values of an item bring. */
export function broughtBy({ choices }: RegistryItem, chosen: Readonly<Record<string, string>>): string[] {
  const values = Object.entries(chosen).map(([name, value]) => choices[name]?.values[value]);
  return [...new Set(values.flatMap((value) => value?.brings ?? []))];
}

/** These names, and what is brought by the choices of the items that they stand for, and of what comes so. */
export function withBrought(
  registry: Registry,
  names: readonly string[],
  choicesOf: (item: RegistryItem) => Readonly<Record<string, string>>,
): string[] {
  const all = new Set(names);
  for (let size = 0; size < all.size; ) {
    size = all.size;
    for (const item of withRequired(registry, [...all]))
      for (const name of broughtBy(item, choicesOf(item))) all.add(name);
  }
  return [...all];
}

/** Every item that some value of a choice of these brings. */
export function mayBring(registry: Registry, names: readonly string[]): RegistryItem[] {
  const values = withRequired(registry, names).flatMap(({ choices }) => Object.values(choices));
  const brought = values.flatMap((choice) => Object.values(choice.values).flatMap(({ brings = [] }) => brings));
  return withRequired(registry, brought);
}
