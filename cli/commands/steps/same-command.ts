import { commandLine, flagWords } from "../../ui/command-line.js";
import { result } from "../../ui/output.js";
import type { Context } from "../context.js";

/** What was settled by flags and answers, ready to be typed. */
export interface Settled {
  /** The command and its arguments. */
  readonly words: readonly string[];
  readonly flags: Readonly<Record<string, string | undefined>>;
  /** Flags without a value. */
  readonly switches?: readonly string[];
}

/** After an interactive run: the line that would have done the same without a question. No flag carries a secret. */
export function printSameCommand(settled: Settled, context: Context): void {
  result(`\nThe same without questions:\n  ${sameCommand(settled, context)}`);
}

function sameCommand({ words, flags: values, switches = [] }: Settled, { flags }: Context): string {
  const cwd = flags.cwd === process.cwd() ? undefined : flags.cwd;
  const [command = "", ...args] = words;
  return commandLine([
    command,
    ...args.map((word) => (word.startsWith("-") ? `./${word}` : word)),
    ...flagWords({ ...values, cwd }),
    ...switches,
    ...(flags.install ? [] : ["--no-install"]),
    ...(flags.overwrite ? ["--overwrite"] : []),
    ...(flags.strict ? ["--strict"] : []),
    ...(flags.dryRun ? ["--dry-run"] : []),
    "--yes",
  ]);
}
