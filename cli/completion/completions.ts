import type { Argument, Command, Option } from "commander";

/** What comes after a flag, or where an argument stands. */
export type Takes =
  | { readonly kind: "nothing" | "text" | "file" | "folder" }
  | { readonly kind: "values"; readonly values: readonly string[] };

export interface CompletionFlag {
  /** With its dashes. */
  readonly name: string;
  readonly description: string;
  readonly takes: Takes;
}

export interface CompletionCommand {
  readonly name: string;
  readonly description: string;
  readonly argument: Takes;
  /** Its own, and those of every command. */
  readonly flags: readonly CompletionFlag[];
}

/** All that a shell may complete. */
export interface Completions {
  readonly commands: readonly CompletionCommand[];
  readonly globalFlags: readonly CompletionFlag[];
}

/** Items come and go by name, but for the companions of others: those can only be looked at. */
export interface CompletionItems {
  readonly items: readonly string[];
  readonly companions: readonly string[];
}

/** Reads the program: what --help shows is what is completed. */
export function completionsOf(program: Command, { items, companions }: CompletionItems): Completions {
  const help = program.createHelp();
  const commands = help.visibleCommands(program);
  const names = commands.map((command) => command.name());
  const known = (name: string) => ({
    item: ["add", "remove"].includes(name) ? items : [...items, ...companions],
    command: names,
  });
  const globalFlags = help.visibleOptions(program).map(flagOf);
  return {
    globalFlags,
    commands: commands.map((command) => ({
      name: command.name(),
      description: command.description(),
      argument: argumentOf(command.registeredArguments[0], known(command.name())),
      flags: unique([...help.visibleOptions(command).map(flagOf), ...globalFlags]),
    })),
  };
}

/** Every flag that takes a value: the word behind it is no command. */
export function flagsWithValue({ commands, globalFlags }: Completions): string[] {
  const flags = unique([...globalFlags, ...commands.flatMap((command) => command.flags)]);
  return flags.filter(({ takes }) => takes.kind !== "nothing").map(({ name }) => name);
}

function flagOf({ long, flags, description }: Option): CompletionFlag {
  const [, placeholder] = /[<[]([^>\]]+)[>\]]/.exec(flags) ?? [];
  return { name: long ?? flags, description, takes: placeholder ? taken(placeholder) : { kind: "nothing" } };
}

function taken(placeholder: string): Takes {
  if (placeholder.includes("|")) return { kind: "values", values: placeholder.split("|") };
  if (placeholder === "file") return { kind: "file" };
  return { kind: ["dir", "folder"].includes(placeholder) ? "folder" : "text" };
}

function argumentOf(argument: Argument | undefined, known: Readonly<Record<string, readonly string[]>>): Takes {
  if (!argument) return { kind: "nothing" };
  const values = argument.argChoices ?? known[argument.name()];
  return values ? { kind: "values", values } : taken(argument.name());
}

function unique(flags: readonly CompletionFlag[]): CompletionFlag[] {
  return [...new Map(flags.toReversed().map((flag) => [flag.name, flag])).values()].reverse();
}
