import type { Choice } from "../../registry/registry.js";
import { findTraces } from "../database/database-traces.js";
import { findDatabaseUrl, isAddressOf } from "../database/database-url.js";
import { readPlaces } from "./environment-places.js";

export interface ValueGuess {
  readonly value: string;
  readonly because: string;
}

/** The value that a project has chosen already: by an address in its environment, a database that it speaks of, a package. */
export async function guessValue(
  root: string,
  dependencies: Readonly<Record<string, string>>,
  choice: Choice,
): Promise<ValueGuess> {
  const rules = Object.entries(choice.values).map(([value, { chosenBy = {} }]) => ({ value, ...chosenBy }));
  const url = choice.chosenBy?.variables ? findDatabaseUrl(choice, await readPlaces(root)) : null;
  const named = url && rules.find(({ addresses = [] }) => isAddressOf(url.value, addresses));
  if (url && named)
    return { value: named.value, because: `${url.variable} in ${url.place} is ${named.as ?? "of that kind"}` };
  const isSpoken = rules.some(({ databases }) => databases);
  for (const { name, because } of isSpoken ? await findTraces(root, dependencies) : []) {
    const spoken = rules.find(({ databases }) => databases?.includes(name));
    if (spoken) return { value: spoken.value, because };
  }
  for (const { value, packages = [] } of rules) {
    const there = packages.find((name) => name in dependencies);
    if (there) return { value, because: `package.json has ${there}` };
  }
  return { value: choice.default, because: choice.chosenBy?.otherwise ?? "the default" };
}
