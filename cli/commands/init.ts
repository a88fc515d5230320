import { randomBytes } from "node:crypto";
import { join, relative, resolve } from "node:path";
import { applyPlan } from "../apply/apply-plan.js";
import { inNewFolder, recoverNewFolder } from "../apply/new-folder.js";
import { gitInit, startRepository } from "../apply/start-repository.js";
import { exitCode } from "../errors.js";
import { findGitRoot } from "../git/git-folder.js";
import type { Part } from "../plan/input.js";
import type { Addition } from "../plan/plan.js";
import { keptPaths, planInit } from "../plan/plan-init.js";
import type { NewProject } from "../project/new-project.js";
import { findWorkspaceRoot } from "../project/packages/workspace-root.js";
import { withRequired } from "../registry/choices.js";
import { findItem } from "../registry/find-item.js";
import { ownRegistry } from "../registry/own-registry.js";
import type { RegistryItem } from "../registry/registry.js";
import { starterItem } from "../registry/starter.js";
import { readTemplates } from "../registry/templates.js";
import { withBrought } from "../selection/brought.js";
import { dueCompanions } from "../selection/companions.js";
import { isFile, isFolder } from "../text/text-file.js";
import { jsonResult, notice, progress, result } from "../ui/output.js";
import { planJson } from "../ui/plan-json.js";
import { type NewProjectSummary, renderInit } from "../ui/render-init.js";
import { spinning } from "../ui/spinner.js";
import { canAsk } from "../ui/terminal.js";
import type { Context } from "./context.js";
import { type InitAnswers, type InitFlags, initAnswers } from "./steps/init-answers.js";
import { refuseOccupied } from "./steps/init-folder.js";
import { readSnapshot } from "./steps/read-snapshot.js";
import { printSameCommand, type Settled } from "./steps/same-command.js";

/** The folder of templates/ that the new project comes from. */
const template = "project";

/** Makes a new project in `dir`, or in the folder of --cwd. Returns the exit code. */
export async function init(dir: string | undefined, typed: InitFlags, context: Context): Promise<number> {
  const { flags } = context;
  const root = resolve(flags.cwd, dir ?? ".");
  const itemName = starterItem(context.packageRoot);
  if (dir === undefined && (await isFile(resolve(root, "package.json")))) return explainAdd(itemName, context);
  const killed = flags.dryRun ? null : await recoverNewFolder(root);
  if (killed) notice(killed);
  await refuseOccupied(root, dir ?? "this folder", itemName);
  const item = findItem(await ownRegistry(context.packageRoot), itemName);
  const asking = !flags.yes && !flags.json && !flags.silent && canAsk();
  const answers = await initAnswers(root, typed, item, asking);
  const place = await describePlace(root, answers);
  const parts = await partsOf(itemName, answers.choices, context.packageRoot);
  const plan = await makePlan(place, parts, answers, context);
  const git = typed.git !== false && place.gitRoot === null ? gitInit : null;
  const warning = flags.dryRun ? null : await write(plan, place, git !== null, context);
  const summary = {
    name: answers.name,
    folder: relative(process.cwd(), root),
    git,
    plan: withWarning(plan, warning),
    tryIt: tryIt(parts[0]!),
  };
  report(summary, context);
  if (asking) printSameCommand(settled(dir, typed, answers), context);
  return exitCode.done;
}

function explainAdd(itemName: string, { flags }: Context): number {
  const command = `npx authwright add ${itemName}`;
  const lines = [
    "This folder is a project already: nothing was written.",
    "",
    `  ${command}   adds the logins to it (--dry-run shows the plan first)`,
    `  ${"npx authwright init my-app".padEnd(command.length)}   makes a new project in a folder of its own`,
  ];
  if (flags.json) jsonResult({ applied: false, reason: lines[0], next: command });
  else if (!flags.silent) result(lines.join("\n"));
  return exitCode.done;
}

async function describePlace(root: string, { choices, guesses }: InitAnswers): Promise<NewProject> {
  const gitRoot = await findGitRoot(root);
  const workspaceRoot = await findWorkspaceRoot(root, gitRoot);
  return { root, gitRoot, workspaceRoot, database: choices["database"] ?? "", guesses };
}

async function makePlan(
  place: NewProject,
  parts: readonly Part[],
  { name, choices }: InitAnswers,
  { flags, packageRoot }: Context,
): Promise<Addition> {
  return planInit({
    place,
    name,
    parts,
    templates: await readTemplates(packageRoot, template, await ownChoices(choices, packageRoot)),
    files: (await isFolder(place.root)) ? await readSnapshot(place.root, keptPaths) : new Map(),
    secret: () => randomBytes(32).toString("base64url"),
    install: flags.install,
  });
}

/** Those choices of the item that the files of the new project have a folder for. */
async function ownChoices(choices: Readonly<Record<string, string>>, packageRoot: string) {
  const names = Object.keys(choices);
  const there = await Promise.all(names.map((name) => isFolder(join(packageRoot, "templates", template, name))));
  return Object.fromEntries(Object.entries(choices).filter((_, at) => there[at]));
}

/** The first request, as the chosen values say it. */
function tryIt({ item, selection }: Part): string[] {
  const lines = Object.entries(selection.choices).flatMap(
    ([name, value]) => item.choices[name]?.values[value]?.tryIt ?? [],
  );
  return lines.map((one) => one.replaceAll("{mount}", selection.mount ?? ""));
}

/** The item, and what its choices bring, each after what it builds on. */
async function partsOf(
  itemName: string,
  choices: Readonly<Record<string, string>>,
  packageRoot: string,
): Promise<Part[]> {
  const registry = await ownRegistry(packageRoot);
  const choicesOf = (item: RegistryItem) => (item.name === itemName ? choices : defaultsOf(item));
  const names = withBrought(registry, [itemName], choicesOf);
  const items = [...withRequired(registry, names), ...dueCompanions(registry.items, names)];
  const place = { sourceDir: "src", testDir: "test" };
  return Promise.all(
    items.map(async (item) => ({
      item,
      selection: { item: item.name, choices: choicesOf(item), mount: item.mount?.path ?? null, ...place },
      templates: await readTemplates(packageRoot, item.name, choicesOf(item)),
    })),
  );
}

function defaultsOf({ choices }: RegistryItem): Record<string, string> {
  return Object.fromEntries(Object.entries(choices).map(([name, choice]) => [name, choice.default]));
}

/** Returns what a person should know about the git repository, or null. */
async function write(
  plan: Addition,
  { root, workspaceRoot }: NewProject,
  git: boolean,
  { flags, signal, uncut }: Context,
): Promise<string | null> {
  progress(`Writing ${plan.changes.length} files`, flags);
  const whileInstalling = (command: string, install: () => Promise<string>) => spinning(command, flags, install);
  const apply = () => applyPlan(plan, root, { workspaceRoot, signal, whileInstalling });
  const output = await uncut(() => inNewFolder(root, apply));
  if (flags.verbose && output) process.stderr.write(`${output}\n`);
  return git ? startRepository(root) : null;
}

function withWarning(plan: Addition, warning: string | null): Addition {
  return warning ? { ...plan, warnings: [...plan.warnings, warning] } : plan;
}

function report(summary: NewProjectSummary, { flags }: Context): void {
  const { dryRun, json, silent } = flags;
  const { name, folder, git, plan } = summary;
  if (json) jsonResult({ name, folder, git, ...planJson(plan, { dryRun }) });
  else if (!silent) result(renderInit(summary, { dryRun }));
}

function settled(dir: string | undefined, typed: InitFlags, { name, choices }: InitAnswers): Settled {
  const switches = typed.git === false ? ["--no-git"] : [];
  return { words: ["init", ...(dir === undefined ? [] : [dir])], flags: { name, ...choices }, switches };
}
