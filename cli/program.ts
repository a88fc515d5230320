import { Command, Option } from "commander";
import type { Context, GlobalFlags } from "./commands/context.js";
import type { DiffFlags } from "./commands/diff.js";
import type { DocsFlags } from "./commands/docs.js";
import type { DoctorFlags } from "./commands/doctor.js";
import type { ListFlags } from "./commands/list.js";
import type { RemoveFlags } from "./commands/remove.js";
import type { InitFlags } from "./commands/steps/init-answers.js";
import type { UpdateFlags } from "./commands/update.js";
import type { Choice } from "./registry/registry.js";

/** What the program needs from outside. */
export interface Wiring {
  readonly version: string;
  /** The item to name where one is named. */
  readonly starter: string;
  /** The choices of all items, by flag; asked for only where a command that takes them is on the command line. */
  readonly choices: Readonly<Record<string, Choice>>;
  readonly context: (typed: Partial<GlobalFlags>) => Context;
  /** Told the exit code of the command that ran. */
  readonly done: (code: number) => void;
}

const moreHelp = `
More: authwright docs        lists the pages of the documentation
      authwright docs cli    every flag, exit code and message`;

const registryOption = [
  "--registry <path|url>",
  "a second catalogue: a folder, a registry.json, or its https URL",
] as const;
const acceptOption = [
  "--accept-registry-change",
  "take an item of it that is not what authwright.json has pinned",
] as const;

/** The command line: commands load when they run, so that --help loads none of them. */
export function buildProgram({ version, starter, choices, context, done }: Wiring): Command {
  const program = new Command("authwright")
    .description("A complete, tested auth module as plain TypeScript that you own, in your Express project")
    .exitOverride()
    .configureOutput({ outputError: () => undefined })
    .configureHelp({ showGlobalOptions: true })
    .version(version, "-v, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .addHelpText("after", moreHelp)
    .helpCommand("help [command]", "print the help of a command");
  addGlobalFlags(program);

  const contextOf = (command: Command) => context(command.optsWithGlobals<Partial<GlobalFlags>>());
  const starting = program.command("init").description(`make a new Express + TypeScript project with ${starter} in it`);
  starting.argument("[dir]", "the new folder (default: this one)");
  starting.option("--name <name>", "the name in package.json (default: the folder's)");
  for (const [name, choice] of Object.entries(choices)) starting.addOption(choiceOption(name, choice));
  starting
    .option("--no-git", "make no git repository")
    .action(async (dir: string | undefined, options: InitFlags, command: Command) => {
      const { init } = await import("./commands/init.js");
      done(await init(dir, options, contextOf(command)));
    });
  const adding = program.command("add").description("add items to the Express project in this folder");
  adding.argument("[item...]", `what to add, e.g. ${starter}; on a terminal it asks`);
  adding.addHelpText("after", "\nMore: authwright docs cli");
  for (const [name, choice] of Object.entries(choices)) adding.addOption(choiceOption(name, choice));
  adding
    .option("--mount <path>", "where the routes are mounted (default: /api/auth)")
    .option("--entry <file>", "the file that makes the Express app")
    .option("--dir <folder>", "where src/ of the item goes (default: your source folder)")
    .option("--tests <folder>", "where its tests go (default: test)")
    .option("--format", "have your Prettier, Biome or ESLint lay out the new files")
    .option("--no-format", "leave them as they come, and don't ask")
    .option("--allow-req-auth", "go on where something else sets req.auth, too")
    .option(...registryOption)
    .option(...acceptOption)
    .action(async (items: string[], options: Record<string, unknown>, command: Command) => {
      const { add } = await import("./commands/add.js");
      done(await add(items, options, contextOf(command)));
    });
  program
    .command("diff")
    .description("show what you have changed, what this package's version changes, and where both do")
    .argument("[item]")
    .option("--exit-code", "exit 1 when there are differences")
    .option(...registryOption)
    .action(async (item: string | undefined, options: DiffFlags, command: Command) => {
      const { diff } = await import("./commands/diff.js");
      done(await diff(item, options, contextOf(command)));
    });
  program
    .command("update")
    .description("bring installed items to the version of this package; your edits stay")
    .argument("[item]")
    .option("--conflicts <inline|ours|theirs>", "write conflict markers, keep your lines, or take the new ones")
    .option("--continue", "record the update after you have settled its conflict markers")
    .option(...registryOption)
    .option(...acceptOption)
    .action(async (item: string | undefined, options: UpdateFlags, command: Command) => {
      const { update } = await import("./commands/update.js");
      done(await update(item, options, contextOf(command)));
    });
  program
    .command("remove")
    .description("take an item out again; edited files and a database with its secrets stay")
    .argument("<item>")
    .option("--force", "delete installed files that you have edited")
    .option("--purge", "delete the database too, its migrations and the secrets that it needs")
    .action(async (item: string, options: RemoveFlags, command: Command) => {
      const { remove } = await import("./commands/remove.js");
      done(await remove(item, options, contextOf(command)));
    });
  program
    .command("doctor")
    .description("check this project's auth set-up; exit 1 when something is unsafe")
    .option("--offline", "don't ask the package manager for known holes")
    .action(async (options: DoctorFlags, command: Command) => {
      const { doctor } = await import("./commands/doctor.js");
      done(await doctor(options, contextOf(command)));
    });
  program
    .command("list")
    .description("list the items there are")
    .option(...registryOption)
    .action(async (options: ListFlags, command: Command) => {
      const { list } = await import("./commands/list.js");
      done(await list(options, contextOf(command)));
    });
  program
    .command("view")
    .description("show what an item brings")
    .argument("<item>")
    .option(...registryOption)
    .action(async (item: string, options: ListFlags, command: Command) => {
      const { view } = await import("./commands/view.js");
      done(await view(item, options, contextOf(command)));
    });
  program
    .command("docs")
    .description("print a page of the documentation, or the list of pages")
    .argument("[page]", "e.g. cli, update, recipes/own-tables")
    .option("--path", "print where the page is")
    .action(async (page: string | undefined, options: DocsFlags, command: Command) => {
      const { docs } = await import("./commands/docs.js");
      done(docs(page, options, contextOf(command)));
    });
  return program;
}

function addGlobalFlags(program: Command): void {
  program
    .option("--cwd <dir>", "the project's folder (default: this one)")
    .option("-y, --yes", "ask nothing, take the defaults")
    .option("--dry-run", "show the plan, write nothing")
    .option("--json", "print one JSON value")
    .option("--no-install", "leave the package manager to you")
    .option("--overwrite", "replace installed files that you have edited")
    .option("--strict", "exit 4 when steps are left for you")
    .option("--silent", "print nothing but errors and what is left for you")
    .option("--verbose", "print stacks, every new file of a plan, and the package manager's output");
}

function choiceOption(name: string, { description, values, default: value }: Choice): Option {
  const allowed = Object.keys(values).join("|");
  return new Option(`--${name} <${allowed}>`, `${description.toLowerCase()} (default: ${value})`);
}
