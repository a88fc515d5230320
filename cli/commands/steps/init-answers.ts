import { basename } from "node:path";
import { guessDatabase } from "../../project/database/find-database.js";
import { checkPackageName, isPackageName, packageNameFrom } from "../../project/packages/package-name.js";
import type { Project } from "../../project/project.js";
import { checkValue } from "../../registry/choices.js";
import type { RegistryItem } from "../../registry/registry.js";
import { askChoice, askText } from "../../ui/ask.js";

/** The flags of `init` as typed. */
export interface InitFlags extends Readonly<Record<string, unknown>> {
  readonly name?: string;
  /** False under --no-git. */
  readonly git?: boolean;
}

/** What the new project is to be. */
export interface InitAnswers {
  readonly name: string;
  readonly choices: Readonly<Record<string, string>>;
  readonly guesses: Project["guesses"];
}

/** Flags first, all checked before anything is asked; then questions, where somebody is there; else the defaults. */
export async function initAnswers(
  root: string,
  typed: InitFlags,
  item: RegistryItem,
  asking: boolean,
): Promise<InitAnswers> {
  const flags = typedChoices(typed, item);
  const name = typed.name === undefined ? await chooseName(root, asking) : checkPackageName(typed.name);
  const database = await guessDatabase(root, {}, undefined);
  const defaults: Readonly<Record<string, string>> = { database: database.value };
  const choices: Record<string, string> = {};
  for (const [flag, choice] of Object.entries(item.choices)) {
    const initial = defaults[flag] ?? choice.default;
    choices[flag] = flags[flag] ?? (asking ? await choose(item, flag, initial) : initial);
  }
  const guess = { what: "name", value: name, because: typed.name ? "--name" : "the folder's name", flag: "--name" };
  const guessed = flags["database"] || asking ? [] : [{ what: "database", ...database, flag: "--database" }];
  return { name, choices, guesses: [...(asking ? [] : [guess]), ...guessed] };
}

function typedChoices(typed: InitFlags, item: RegistryItem): Record<string, string> {
  const given = Object.entries(item.choices).flatMap(([name, choice]) => {
    const value = typed[name];
    return typeof value === "string" ? [[name, checkValue(name, choice, value)] as const] : [];
  });
  return Object.fromEntries(given);
}

async function chooseName(root: string, asking: boolean): Promise<string> {
  const initial = packageNameFrom(basename(root));
  if (initial !== null && !asking) return initial;
  const question = { message: "Name of the project", flag: "--name NAME", allowed: asking };
  return askText({ ...question, initial: initial ?? "", check: nameProblem });
}

function nameProblem(name: string): true | string {
  const close = packageNameFrom(name);
  return isPackageName(name) || `npm takes no such name${close ? `; ${close} would do` : ""}`;
}

async function choose(item: RegistryItem, flag: string, initial: string): Promise<string> {
  const { description, values } = item.choices[flag]!;
  const listed = Object.entries(values).map(([value, { description }]) => ({ value, description }));
  return askChoice({ message: description, flag: `--${flag}`, allowed: true, initial, values: listed });
}
