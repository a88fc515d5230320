import { readFileSync } from "node:fs";
import { join } from "node:path";
import type * as z from "zod/mini";
import { CliError } from "../errors.js";
import { nearestItem } from "../text/nearest.js";
import { notWrittenYet } from "./not-written-yet.js";
import type { ChoiceValue, Registry, RegistryItem } from "./registry.js";
import { isCompanion } from "./registry.js";
import { registryShape } from "./registry-shape.js";

/** What else there is to know of a registry that is being checked. */
export interface RegistryCheck {
  /** Items that are elsewhere and may be required. */
  readonly known?: readonly RegistryItem[];
  /** Makes the error of a reason. */
  readonly refuse?: (reason: string) => CliError;
}

/** Checks a parsed registry.json: its shape, that every default is a value, that every required item and list is there. */
export function checkRegistry(json: unknown, { known = [], refuse = damaged }: RegistryCheck = {}): Registry {
  const parsed = registryShape.safeParse(json);
  if (!parsed.success) throw refuse(describeIssue(parsed.error.issues[0]!));
  const written = parsed.data.items;
  const both = written.find(({ comesWith, requires }) => comesWith && requires.length > 0);
  if (both) throw refuse(`${both.name} has comesWith: it requires just that, and "requires" stays empty`);
  const bare = written.map(toItem);
  const all = [...known, ...bare];
  const names = bare.map(({ name }) => name);
  for (const [index, item] of bare.entries()) {
    if (names.indexOf(item.name) !== index) throw refuse(`${item.name} is there twice`);
    const problem = choiceProblem(item) ?? requiresProblem(item, all) ?? bringsProblem(item, all);
    if (problem) throw refuse(problem);
  }
  const items = bare.map((item, index) => withAppends(item, written[index]!.appends, all, refuse));
  return { name: parsed.data.name, items };
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

type WrittenItem = z.output<typeof registryShape>["items"][number];
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
    throw damaged((error as Error).message);
  }
  return checkRegistry(json);
}

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
  const close = nearestItem(name, names);
  return close ? `did you mean "${close}"?` : `there is ${names.join(", ")}`;
}

function damaged(reason: string): CliError {
  return new CliError("DamagedRegistry", `registry.json is damaged (${reason}): install authwright again`);
}
