#!/usr/bin/env node
import { CommanderError } from "commander";
import type { Context, GlobalFlags } from "./commands/context.js";
import { CliError, exitCode, failures, pages } from "./errors.js";
import { buildProgram } from "./program.js";
import { packageRoot, packageVersion } from "./registry/package-root.js";
import type { Choice } from "./registry/registry.js";
import { starterItem } from "./registry/starter.js";
import { checkFolder } from "./selection/check-flags.js";
import { canAsk } from "./ui/terminal.js";
import { wrappedFor } from "./ui/wrap.js";

let argv = process.argv.slice(2);
const stop = new AbortController();
/** While this is set, a signal waits for the work to end by itself. */
let busy = false;

function context(typed: Partial<GlobalFlags>): Context {
  const off = {
    yes: false,
    dryRun: false,
    json: false,
    overwrite: false,
    strict: false,
    silent: false,
    verbose: false,
  };
  return {
    flags: { ...off, install: true, ...typed, cwd: checkFolder(typed.cwd ?? process.cwd()) },
    packageRoot: packageRoot(),
    signal: stop.signal,
    async uncut(work) {
      busy = true;
      try {
        return await work();
      } finally {
        busy = false;
      }
    },
  };
}

/** Fails on the first signal, unless the work in hand has to put things back first. */
function interruption(): Promise<never> {
  return new Promise((_, reject) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.on(signal, () => {
        stop.abort(signal);
        if (!busy) reject(new CliError("Interrupted", `interrupted by ${signal}: nothing was written`));
      });
    }
  });
}

async function run(): Promise<number> {
  let code: number = exitCode.done;
  const done = (result: number) => {
    code = result;
  };
  argv = await withCommand(argv);
  const starter = starterItem(packageRoot());
  const program = buildProgram({ version: packageVersion(), starter, choices: await knownChoices(), context, done });
  await Promise.race([program.parseAsync(argv, { from: "user" }), interruption()]);
  return code;
}

/** Without a command a person is asked for one. */
async function withCommand(words: readonly string[]): Promise<string[]> {
  const names = words.filter((word, at) => !word.startsWith("-") && words[at - 1] !== "--cwd");
  const quiet = /^(-h|--help|-v|--version|-y|--yes|--json|--silent)$/;
  if (names.length > 0 || words.some((word) => quiet.test(word)) || !canAsk()) return [...words];
  const { pickCommand } = await import("./commands/steps/pick-command.js");
  return [await pickCommand(), ...words];
}

async function knownChoices(): Promise<Record<string, Choice>> {
  if (!argv.some((word) => ["add", "init"].includes(word))) return {};
  const { openShelf } = await import("./registry/catalogue/shelf.js");
  const { parseSource } = await import("./registry/catalogue/source.js");
  const registry = argv.includes("add") ? typedRegistry() : undefined;
  const shelf = await openShelf(packageRoot(), registry === undefined ? null : parseSource(registry, process.cwd()));
  return Object.assign({}, ...shelf.registry.items.map(({ choices }) => choices));
}

/** The value of --registry, before commander reads the line: the flags of `add` depend on it. */
function typedRegistry(): string | undefined {
  const at = argv.findIndex((word) => word === "--registry" || word.startsWith("--registry="));
  return at < 0 ? undefined : argv[at]!.split("=").slice(1).join("=") || argv[at + 1];
}

/** Prints one line for a failure, and says how the process ends. */
function fail(error: unknown): number {
  if (error instanceof CommanderError && error.exitCode === 0) return exitCode.done;
  const { code, message, detail } = describe(error);
  if (argv.includes("--json")) process.stdout.write(`${JSON.stringify({ error: { code, message } }, null, 2)}\n`);
  const page = pages[code];
  const more = page === undefined ? "" : `; more: authwright docs ${page}`;
  const line = wrappedFor(process.stderr, `authwright: ${message}${more} [${code}]`);
  process.stderr.write([line, ...detail, ""].join("\n"));
  if (argv.includes("--verbose")) process.stderr.write(`${(error as Error)?.stack}\n`);
  return code in failures ? failures[code as keyof typeof failures] : exitCode.failed;
}

function describe(error: unknown): { code: string; message: string; detail: readonly string[] } {
  if (error instanceof CliError) return error;
  if (error instanceof CommanderError) {
    const help =
      error.code === "commander.help" ? 'a command is missing; "authwright --help" lists them' : error.message;
    const message = help.replace(/^error: /, "").replace(/\s*\n\s*/g, " ");
    return { code: "BadArgument", message, detail: [] };
  }
  const message = `${(error as Error)?.message ?? error}; --verbose shows where, and the place to report it is the issue tracker`;
  return { code: "Unexpected", message: message.replace(/\s*\n\s*/g, " "), detail: [] };
}

async function main(): Promise<never> {
  // A reader that has gone away, as in `authwright list | head -1`, is no failure.
  process.stdout.on("error", () => undefined);
  const code = await run().catch(fail);
  await new Promise((flushed) => process.stdout.write("", flushed));
  process.exit(code);
}

void main();
