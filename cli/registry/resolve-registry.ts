import type * as z from "zod/mini";
import { CliError } from "../errors.js";
import { type ChoiceValue, isCompanion, type Registry, type RegistryItem } from "./registry.js";
import type { registryShape } from "./registry-shape.js";

/** A registry.json as it is written, of which the shape is known to be right. */
export type WrittenRegistry = z.output<typeof registryShape>;

/** What else there is to know of a registry. */
export interface RegistryCheck {
  /** Items that are elsewhere and may be required. */
  readonly known?: readonly RegistryItem[];
  /** Makes the error of a reason. */
  readonly refuse?: (reason: string) => CliError;
}

/** The items of a registry, each with what it requires: that every default is a value, and every required item and list is there. */
export function resolveRegistry(
  { name, items: written }: WrittenRegistry,
  { known = [], refuse = damagedRegistry }: RegistryCheck = {},
): Registry {
  const both = written.find(({ comesWith, requires }) => comesWith && requires.length > 0);
  if (both) throw refuse(`${both.name} has comesWith: it requires just that, and "requires" stays empty`);
  const bare = written.map(toItem);
  const all = [...known, ...bare];
  const names = bare.map((item) => item.name);
  for (const [index, item] of bare.entries()) {
    if (names.indexOf(item.name) !== index) throw refuse(`${item.name} is there twice`);
    const problem = choiceProblem(item) ?? requiresProblem(item, all) ?? bringsProblem(item, all);
    if (problem) throw refuse(problem);
  }
  return { name, items: bare.map((item, index) => withAppends(item, written[index]!.appends, all, refuse)) };
}

/** Each entry with the file that declares its list. */
function withAppends(
  item: RegistryItem,
  appends: WrittenItem["appends"],
  all: readonly RegistryItem[],
  refuse: (reason: string) => CliError,
): RegistryItem {
  if (!appends) return item;
  const bases = requiredBy(item.requires, all);
  const fileOf = (list: string): string => {
    const owners = bases.filter(({ lists }) => lists && Object.hasOwn(lists, list));
    const [owner, second] = owners;
    if (!owner) throw refuse(`${item.name} appends to ${list}, and requires no item that has it`);
    if (second) throw refuse(`${item.name} appends to ${list}, which ${owner.name} and ${second.name} both have`);
    return owner.lists![list]!;
  };
  return { ...item, appends: appends.map((one) => ({ ...one, file: fileOf(one.list) })) };
}

/** These items, and all that they require themselves. */
function requiredBy(names: readonly string[], all: readonly RegistryItem[]): RegistryItem[] {
  const found = new Map<string, RegistryItem>();
  const visit = (name: string): void => {
    const item = found.has(name) ? undefined : all.find((one) => one.name === name);
    if (!item) return;
    found.set(name, item);
    item.requires.forEach(visit);
  };
  names.forEach(visit);
  return [...found.values()];
}

function choiceProblem({ name, choices }: RegistryItem): string | null {
  const wrong = Object.entries(choices).find(([, { default: value, values }]) => !Object.hasOwn(values, value));
  return wrong ? `${name}: the default of ${wrong[0]} is no value of it` : null;
}

function requiresProblem(item: RegistryItem, all: readonly RegistryItem[]): string | null {
  const { name, requires } = item;
  const missing = requires.find((required) => !all.some((other) => other.name === required));
  if (missing) return `${name} requires ${missing}, which is not there`;
  const companion = isCompanion(item) ? undefined : all.filter(isCompanion).find((one) => requires.includes(one.name));
  return companion ? `${name} requires ${companion.name}, which comes by itself: only comesWith may name it` : null;
}

/** What a value of a choice brings is there, and comes by its name. */
function bringsProblem({ name, choices }: RegistryItem, all: readonly RegistryItem[]): string | null {
  const values = Object.values(choices).flatMap((choice) => Object.values(choice.values));
  const brought = values.flatMap(({ brings = [] }) => brings);
  const wrong = brought.find((one) => !all.some((other) => other.name === one && !isCompanion(other)));
  return wrong ? `${name} brings ${wrong}, which is not there` : null;
}

type WrittenItem = WrittenRegistry["items"][number];
type WrittenValue = WrittenItem["choices"][string]["values"][string];

function toItem({ type: _, appends: _appends, packages, devPackages, choices, requires, ...item }: WrittenItem) {
  const read = Object.entries(choices).map(([name, choice]) => {
    const values = Object.entries(choice.values).map(([value, written]) => [value, toValue(written)]);
    return [name, { ...choice, values: Object.fromEntries(values) }];
  });
  const bare: RegistryItem = {
    ...item,
    requires: item.comesWith ?? requires,
    dependencies: packages,
    devDependencies: devPackages,
    choices: Object.fromEntries(read),
  };
  return bare;
}

function toValue({ packages, devPackages, ...value }: WrittenValue): ChoiceValue {
  return {
    ...value,
    ...(packages && { dependencies: packages }),
    ...(devPackages && { devDependencies: devPackages }),
  };
}

/** The error of a registry.json of this package that is not as it was packed. */
export function damagedRegistry(reason: string): CliError {
  return new CliError("DamagedRegistry", `registry.json is damaged (${reason}): install authwright again`);
}
