import type { Command } from "commander";
import { bashScript } from "../completion/bash.js";
import { completionsOf } from "../completion/completions.js";
import { fishScript } from "../completion/fish.js";
import { zshScript } from "../completion/zsh.js";
import { exitCode } from "../errors.js";
import { isCompanion } from "../registry/companions.js";
import { readRegistry } from "../registry/read-registry.js";
import type { RegistryItem } from "../registry/registry.js";
import { jsonResult, result } from "../ui/output.js";
import type { Context } from "./context.js";

const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript };

/** A word that every shell reads as it is. */
const plain = /^[A-Za-z0-9@._/-]+$/;

/** Prints the completion script of a shell. Returns the exit code. */
export function completion(shell: string, program: Command, { flags, packageRoot }: Context): number {
  const items = readRegistry(packageRoot).items.filter(({ name }) => plain.test(name));
  const namesOf = (some: readonly RegistryItem[]) => some.map(({ name }) => name);
  const completions = completionsOf(program, {
    items: namesOf(items.filter((item) => !isCompanion(item))),
    companions: namesOf(items.filter(isCompanion)),
  });
  const script = scripts[shell as keyof typeof scripts](completions);
  if (flags.json) jsonResult({ shell, script });
  else result(script);
  return exitCode.done;
}
