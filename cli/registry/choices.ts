import { CliError } from "../errors.js";
import type { Project } from "../project/project.js";
import { nearest } from "../text/nearest.js";
import { findItem } from "./find-item.js";
import type { Choice, Dependency, EnvKey, Registry, RegistryItem } from "./registry.js";

/** The named items and all that they require, each once, the required ones first. */
export function withRequired(registry: Registry, names: readonly string[]): RegistryItem[] {
  const found = new Map<string, RegistryItem>();
  const visit = (name: string, path: readonly string[]): void => {
    if (found.has(name)) return;
    if (path.includes(name)) {
      throw new CliError("DamagedRegistry", `registry.json is damaged: ${[...path, name].join(" requires ")}`);
    }
    const item = findItem(registry, name);
    for (const required of item.requires) visit(required, [...path, name]);
    found.set(name, item);
  };
  for (const name of names) visit(name, []);
  return [...found.values()];
}

/** One value for each choice: the flag, else what is installed, else what the project has, else the default. */
export function pickChoices(
  item: RegistryItem,
  flags: Readonly<Record<string, string>>,
  project: Pick<Project, "record" | "database" | "chosen">,
): Record<string, string> {
  const installed = project.record?.items[item.name]?.choices ?? {};
  const detected: Readonly<Record<string, string>> = { ...project.chosen, database: project.database };
  const picked: Record<string, string> = {};
  for (const [name, choice] of Object.entries(item.choices)) {
    const known = (value: string | undefined) => (value && Object.hasOwn(choice.values, value) ? value : undefined);
    const flag = flags[name] === undefined ? undefined : checkValue(name, choice, flags[name]);
    picked[name] = flag ?? known(installed[name]) ?? known(detected[name]) ?? choice.default;
  }
  return picked;
}

/** The value, if the choice has it; a typo is refused with the allowed values and the nearest one. */
export function checkValue(name: string, choice: Choice, value: string): string {
  const allowed = Object.keys(choice.values);
  if (allowed.includes(value)) return value;
  const close = nearest(value, allowed);
  const hint = close ? `; did you mean ${close}?` : "";
  throw new CliError("BadArgument", `--${name} takes ${allowed.join(" or ")}, not "${value}"${hint}`);
}

/** All that an item brings with the chosen values: its own and theirs. */
export function chosenParts(item: RegistryItem, choices: Readonly<Record<string, string>>) {
  const values = Object.entries(choices).map(([name, value]) => item.choices[name]?.values[value]);
  const merged = (pick: "dependencies" | "devDependencies"): Record<string, Dependency> =>
    Object.assign({}, item[pick], ...values.map((value) => value?.[pick]));
  const env: EnvKey[] = [...item.env, ...values.flatMap((value) => value?.env ?? [])];
  return {
    dependencies: merged("dependencies"),
    devDependencies: merged("devDependencies"),
    env,
    nextSteps: [...values.flatMap((value) => value?.nextSteps ?? []), ...item.nextSteps],
  };
}
