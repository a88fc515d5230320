import { CliError } from "../errors.js";
import type { Selection } from "../plan/plan.js";
import type { Overrides, Project } from "../project/project.js";
import { findTestPlace, usualPlace } from "../project/tests/test-place.js";
import { checkValue, pickChoices } from "../registry/choices.js";
import type { RegistryItem } from "../registry/registry.js";
import { checkInside, checkMount } from "./check-flags.js";

/** The flags of `add` as typed: choices by name, and where things go. */
export interface AddFlags extends Readonly<Record<string, unknown>> {
  readonly mount?: string;
  readonly entry?: string;
  readonly dir?: string;
  readonly tests?: string;
  readonly registry?: string;
  readonly acceptRegistryChange?: boolean;
  readonly allowReqAuth?: boolean;
  readonly format?: boolean;
}

/** The same, checked: what is left out was not typed. */
export interface Wishes {
  readonly choices: Readonly<Record<string, string>>;
  readonly overrides: Overrides;
  readonly mount: string | undefined;
  readonly dir: string | undefined;
  readonly tests: string | undefined;
}

/** Checks every flag before anything is read, and refuses the first that can't be. */
export function checkFlags(items: readonly RegistryItem[], typed: AddFlags): Wishes {
  const choices = checkChoices(items, typed);
  const inside = (flag: "entry" | "dir" | "tests") => {
    const path = typed[flag];
    return path === undefined ? undefined : checkInside(`--${flag}`, path);
  };
  const [entry, dir] = [inside("entry"), inside("dir")];
  return {
    choices,
    overrides: {
      ...(entry !== undefined && { entry }),
      ...(dir !== undefined && { dir }),
      ...(choices["database"] !== undefined && { database: choices["database"] }),
      choices: Object.assign({}, ...items.map((item) => item.choices)),
    },
    mount: typed.mount === undefined ? undefined : checkMount(typed.mount),
    dir,
    tests: inside("tests"),
  };
}

/**
 * What to add and where: what is installed stays where it is, and a flag that says otherwise is refused. `base` is what
 * the item builds on: its files import each other, so that both stand in the same folders.
 */
export function selectItem(
  item: RegistryItem,
  project: Project,
  { choices, mount, dir, tests }: Wishes,
  base?: Selection,
): Selection {
  const installed = project.record?.items[item.name];
  const settled = (flag: string, typed: string | undefined, there: string | null | undefined) => {
    if (typed === undefined || !there || typed === there) return there ?? typed;
    throw new CliError(
      "BadArgument",
      `${item.name} is installed with ${flag} ${there}: ${flag} ${typed} can't move it`,
    );
  };
  refuseFixed(item, choices, installed?.choices ?? {});
  return {
    item: item.name,
    choices: pickChoices(item, choices, project),
    mount: item.mount ? (settled("--mount", mount, installed?.mount) ?? item.mount.path) : null,
    sourceDir: settled("--dir", dir, installed?.sourceDir ?? base?.sourceDir) ?? project.sourceDir,
    ...testPlace(settled("--tests", tests, installed?.testDir ?? base?.testDir), installed ?? base, project),
  };
}

/** Beside what is there, else where the runner looks; in a folder that was named, under the name that the runner looks for. */
function testPlace(
  dir: string | undefined,
  there: { readonly testEnding?: string } | undefined,
  project: Project,
): Pick<Selection, "testDir" | "testEnding"> {
  const named = (one: string) => (project.tests && findTestPlace(project.tests, [one])) ?? { ...usualPlace, dir: one };
  const place = dir === undefined ? project.testPlace : there ? { dir, ending: there.testEnding } : named(dir);
  return {
    testDir: place.dir,
    ...(place.ending && place.ending !== usualPlace.ending && { testEnding: place.ending }),
  };
}

/** What is installed with one value of such a choice can't have another. */
function refuseFixed(
  { name, choices }: RegistryItem,
  typed: Readonly<Record<string, string>>,
  installed: Readonly<Record<string, string>>,
): void {
  for (const [flag, { fixed }] of Object.entries(choices)) {
    const there = installed[flag];
    if (!fixed || !there || typed[flag] === undefined || typed[flag] === there) continue;
    throw new CliError("BadArgument", `${name} is installed with --${flag} ${there}, and keeps it: ${fixed}`);
  }
}

function checkChoices(items: readonly RegistryItem[], typed: AddFlags): Record<string, string> {
  const choices: Record<string, string> = {};
  for (const item of items) {
    for (const [name, choice] of Object.entries(item.choices)) {
      const value = typed[name];
      if (typeof value === "string") choices[name] = checkValue(name, choice, value);
    }
  }
  return choices;
}
