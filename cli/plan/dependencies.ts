import { CliError } from "../errors.js";
import type { PackageJson, Project } from "../project/project.js";
import { chosenParts } from "../registry/choices.js";
import type { Dependency } from "../registry/registry.js";
import type { Part } from "./input.js";
import type { AddedDependency } from "./plan.js";
import { fitRange, fitVersion, lowestMajor } from "./version-fit.js";

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

/** Decides for every dependency of an item: the user's own is kept, raised inside its major, or joined by an alias. */
export function planDependencies({ item, selection }: Part, project: Project): Dependencies {
  const { dependencies, devDependencies } = chosenParts(item, selection.choices);
  const answers = [
    ...Object.entries(dependencies).map(([name, wanted]) => ({
      name,
      ...decide(name, wanted, false, project, item.name),
    })),
    ...Object.entries(devDependencies).map(([name, wanted]) => ({
      name,
      ...decide(name, wanted, true, project, item.name),
    })),
  ];
  const packages: Record<string, string> = project.testRunner === "jest" ? { vitest: "@jest/globals" } : {};
  for (const { name, alias } of answers) if (alias) packages[name] = alias;
  return {
    added: answers.flatMap(({ add }) => add ?? []),
    packages,
    warnings: answers.flatMap(({ warning }) => warning ?? []),
  };
}

function decide(name: string, wanted: Dependency, dev: boolean, project: Project, item: string): Answer {
  const runner = project.testRunner === "jest" ? "jest" : "vitest";
  if (wanted.runner && wanted.runner !== runner) return {};
  const range = rangeLike(wanted, project.packageJson);
  const accepts = wanted.accepts ?? wanted.range;
  const asked = rangeOf(name, project.packageJson);
  const alias = wanted.alias ? `${name}-${lowestMajor(range)}` : null;
  if (alias && rangeOf(alias, project.packageJson)) return { alias };
  if (asked === null) return { add: { name, range, dev, raisedFrom: null } };

  const version = project.resolved[name];
  const fit = version === undefined ? fitRange(asked, accepts) : fitVersion(version, accepts);
  const joined = { name: `${alias}`, range: `npm:${name}@${range}`, dev, raisedFrom: null };
  switch (fit.kind) {
    case "fits":
      return onlyForDevelopment(name, dev, project.packageJson)
        ? { add: { name, range: asked, dev, raisedFrom: null }, warning: movesToRunTime(name, item) }
        : {};
    case "too-low":
      return { add: { name, range: fit.range, dev, raisedFrom: asked } };
    case "unknown":
      // Once installed, the files say which name they import: it must not change with what node_modules holds.
      if (alias && !project.record?.items[item]) return { alias, add: joined };
      return { warning: `${name} is left at "${asked}": ${item} works with ${accepts}` };
    case "other-major":
      if (alias) return { alias, add: joined };
      throw new CliError(
        "DependencyConflict",
        `package.json asks for ${name} ${asked}${version ? `, which is ${version}` : ""}, and ${item} works with ` +
          `${accepts}: move ${name} to ${range} yourself, then add again`,
      );
  }
}

function rangeLike(wanted: Dependency, packageJson: PackageJson): string {
  const companion = wanted.like ? rangeOf(wanted.like, packageJson) : null;
  const major = companion ? lowestMajor(companion) : null;
  return major === null ? wanted.range : `^${major}.0.0`;
}

function rangeOf(name: string, { dependencies, devDependencies }: PackageJson): string | null {
  return dependencies[name] ?? devDependencies[name] ?? null;
}

function onlyForDevelopment(name: string, dev: boolean, { dependencies }: PackageJson): boolean {
  return !dev && dependencies[name] === undefined;
}

function movesToRunTime(name: string, item: string): string {
  return `${name} was a dev dependency only; ${item} needs it at run time, so it is a dependency now`;
}
