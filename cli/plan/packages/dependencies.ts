import { CliError } from "../../errors.js";
import { typesPackage } from "../../project/packages/untyped-packages.js";
import type { PackageJson, Project } from "../../project/project.js";
import { chosenParts } from "../../registry/choices.js";
import type { Dependency, RegistryItem } from "../../registry/registry.js";
import type { Part } from "../input.js";
import type { AddedDependency } from "../plan.js";
import { typedPackage } from "./typed-package.js";
import { compatibleLine, type Fit, fitRange, fitVersion, lowestMajor } from "./version-fit.js";

/** What package.json needs, and the names by which the templates must import it. */
export interface Dependencies {
  readonly added: readonly AddedDependency[];
  /** Package -> the name it goes by in this project. */
  readonly packages: Readonly<Record<string, string>>;
  readonly warnings: readonly string[];
}

/** What one wanted dependency asks of package.json. */
interface Answer {
  readonly add?: AddedDependency;
  readonly alias?: string;
  readonly warning?: string;
}

/** Decides for every dependency of an item: the user's own is kept, raised inside its major, or joined by a second copy. */
export function planDependencies({ item, selection, required = [] }: Part, project: Project): Dependencies {
  const { dependencies, devDependencies } = chosenParts(item, selection.choices);
  const wanted = [
    ...Object.entries(dependencies).map(([name, dependency]) => ({ name, dependency, dev: false })),
    ...Object.entries(devDependencies).map(([name, dependency]) => ({ name, dependency, dev: true })),
  ];
  const otherMajors = wanted.filter(({ name, dependency }) => hasOtherMajor(name, dependency, project));
  const joined = otherMajors.flatMap(({ name }) => typedPackage(name) ?? []);
  const untyped = wanted.flatMap(({ name }) => newlyTyped(name, item, project) ?? []);
  const copies = copiesOf(required, project);
  const answers = wanted
    .toSorted((a, b) => Number(typedPackage(a.name) !== null) - Number(typedPackage(b.name) !== null))
    .map(({ name, dependency, dev }) => {
      const copy = copies[typedPackage(name) ?? ""];
      const answer = copy
        ? besides(typesPackage(copy), name, dependency, dev, project)
        : decide(name, dependency, dev, { project, item: item.name, joined: [...joined, ...untyped].includes(name) });
      if (answer.alias) copies[name] = answer.alias;
      return answer;
    });
  return {
    added: answers.flatMap(({ add }) => add ?? []),
    packages: { ...(project.testRunner === "jest" && { vitest: "@jest/globals" }), ...copies },
    warnings: [
      ...answers.flatMap(({ warning }) => warning ?? []),
      ...untyped.map((name) => typesNote(name, copies[name], project)),
    ],
  };
}

/** The second copies that the items below have brought: a file of this one imports their packages too. */
function copiesOf(items: readonly RegistryItem[], project: Project): Record<string, string> {
  const values = items.flatMap(({ choices }) =>
    Object.values(choices).flatMap((choice) => Object.values(choice.values)),
  );
  const packages = [...items, ...values].flatMap(({ dependencies, devDependencies }) =>
    Object.entries({ ...dependencies, ...devDependencies }),
  );
  const copies = packages.flatMap(([name, wanted]) => {
    const alias = aliasOf(name, wanted, rangeLike(wanted, project));
    return alias && rangeOf(alias, project.packageJson) ? [[name, alias] as const] : [];
  });
  return Object.fromEntries(copies);
}

function aliasOf(name: string, { alias }: Dependency, range: string): string | null {
  return alias ? `${name}-${compatibleLine(range)}` : null;
}

/** Whether the project has a major of this package that the item can't work with. */
function hasOtherMajor(name: string, wanted: Dependency, project: Project): boolean {
  const asked = rangeOf(name, project.packageJson);
  return asked !== null && fitOf(name, asked, wanted, project).kind === "other-major";
}

/** The package whose `@types` these are, where a file of the user's imports it and was checked without them up to now. */
function newlyTyped(types: string, { name: item }: RegistryItem, { untyped, record }: Project): string | null {
  const name = typedPackage(types);
  // Once installed, the files say which name they import.
  return name !== null && name in untyped && !record?.items[item] ? name : null;
}

function fitOf(name: string, asked: string, { accepts, range }: Dependency, { resolved }: Project): Fit {
  const version = resolved[name];
  return version === undefined ? fitRange(asked, accepts ?? range) : fitVersion(version, accepts ?? range);
}

interface Deciding {
  readonly project: Project;
  readonly item: string;
  /** The project's types of it are of another major, or it has none: types and package go by the alias together. */
  readonly joined: boolean;
}

function decide(name: string, wanted: Dependency, dev: boolean, { project, item, joined }: Deciding): Answer {
  const runner = project.testRunner === "jest" ? "jest" : "vitest";
  if (wanted.runner && wanted.runner !== runner) return {};
  const range = rangeLike(wanted, project);
  const accepts = wanted.accepts ?? wanted.range;
  const asked = rangeOf(name, project.packageJson);
  const alias = aliasOf(name, wanted, range);
  if (alias && (joined || rangeOf(alias, project.packageJson))) return besides(alias, name, wanted, dev, project);
  if (asked === null) return { add: { name, range, dev, raisedFrom: null } };

  const fit = fitOf(name, asked, wanted, project);
  switch (fit.kind) {
    case "fits":
      return onlyForDevelopment(name, dev, project.packageJson)
        ? { add: { name, range: asked, dev, raisedFrom: null }, warning: movesToRunTime(name, item) }
        : {};
    case "too-low":
      return { add: { name, range: fit.range, dev, raisedFrom: asked } };
    case "unknown":
      // Once installed, the files say which name they import: it must not change with what node_modules holds.
      if (alias && !project.record?.items[item]) return besides(alias, name, wanted, dev, project);
      return { warning: `${name} is left at "${asked}": ${item} works with ${accepts}` };
    case "other-major":
      if (alias) return besides(alias, name, wanted, dev, project);
      throw otherMajor(name, asked, project.resolved[name], { item, accepts, range });
  }
}

/** A second copy under another name, unless it is there already. */
function besides(alias: string, name: string, wanted: Dependency, dev: boolean, project: Project): Answer {
  if (rangeOf(alias, project.packageJson)) return { alias };
  const range = `npm:${name}@${rangeLike(wanted, project)}`;
  return { alias, add: { name: alias, range, dev, raisedFrom: null } };
}

function otherMajor(
  name: string,
  asked: string,
  version: string | undefined,
  { item, accepts, range }: { item: string; accepts: string; range: string },
): CliError {
  return new CliError(
    "DependencyConflict",
    `package.json asks for ${name} ${asked}${version ? `, which is ${version}` : ""}, and ${item} works with ` +
      `${accepts}: move ${name} to ${range} yourself, then add again`,
  );
}

function rangeLike({ like, range }: Dependency, { packageJson, shared }: Project): string {
  const companion = like ? (rangeOf(like, packageJson) ?? shared[like] ?? null) : null;
  const major = companion ? lowestMajor(companion) : null;
  return major === null ? range : `^${major}.0.0`;
}

function rangeOf(name: string, { dependencies, devDependencies }: PackageJson): string | null {
  return dependencies[name] ?? devDependencies[name] ?? null;
}

function onlyForDevelopment(name: string, dev: boolean, { dependencies }: PackageJson): boolean {
  return !dev && dependencies[name] === undefined;
}

function typesNote(name: string, copy: string | undefined, { untyped }: Project): string {
  const change = copy
    ? `${copy}, a second copy with types, leaves it as it is`
    : `with ${typesPackage(name)} the compiler checks what it does with it`;
  return `${untyped[name]} imports ${name} without types: ${change}`;
}

function movesToRunTime(name: string, item: string): string {
  return `${name} was a dev dependency only; ${item} needs it at run time, so it is a dependency now`;
}
