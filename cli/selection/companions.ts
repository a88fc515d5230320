import { CliError } from "../errors.js";
import { type Companion, isCompanion, type RegistryItem } from "../registry/registry.js";
import { inWords } from "../text/in-words.js";

/** The companions that are due beside these items and are not among them, each after what it comes with. */
export function dueCompanions(items: readonly RegistryItem[], there: readonly string[]): Companion[] {
  const names = new Set(there);
  const due: Companion[] = [];
  const isNext = (item: RegistryItem): item is Companion =>
    isCompanion(item) && !names.has(item.name) && item.comesWith.every((name) => names.has(name));
  for (let next = items.find(isNext); next; next = items.find(isNext)) {
    due.push(next);
    names.add(next.name);
  }
  return due;
}

/** The items to type where this one is meant: a companion comes and goes by what it joins, and not by its name. */
export function typedNames(name: string, comesWith: (name: string) => readonly string[] | undefined): string[] {
  const joined = comesWith(name);
  return joined ? [...new Set(joined.flatMap((one) => typedNames(one, comesWith)))] : [name];
}

/** Nobody adds a companion: it would be there without what it joins. */
export function refuseNamedCompanion(items: readonly RegistryItem[], names: readonly string[]): void {
  const named = items.filter(isCompanion).find(({ name }) => names.includes(name));
  if (!named) return;
  const typed = typedNames(named.name, (name) => items.find((item) => item.name === name)?.comesWith);
  throw new CliError(
    "BadArgument",
    `${named.name} comes by itself with ${inWords(named.comesWith)}: "authwright add ${typed.join(" ")}"`,
  );
}
