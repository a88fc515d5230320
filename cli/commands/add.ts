import { randomBytes } from "node:crypto";
import { applyPlan } from "../apply/apply-plan.js";
import { recover, wasKilled } from "../apply/recover.js";
import { CliError, exitCode } from "../errors.js";
import { type Part, pathsToRead } from "../plan/input.js";
import type { Plan, Selection } from "../plan/plan.js";
import { planAdd } from "../plan/plan-add.js";
import type { Overrides, Project } from "../project/project.js";
import { readProject } from "../project/read-project.js";
import { checkValue, pickChoices, withRequired } from "../registry/choices.js";
import { packageRoot } from "../registry/package-root.js";
import { readRegistry } from "../registry/read-registry.js";
import type { RegistryItem } from "../registry/registry.js";
import { readTemplates } from "../registry/templates.js";
import { ask } from "../ui/ask.js";
import { jsonResult, notice, progress, result } from "../ui/output.js";
import { planJson } from "../ui/plan-json.js";
import { renderManual, renderNextSteps, renderPlan } from "../ui/render-plan.js";
import { canAsk } from "../ui/terminal.js";
import { checkInside, checkMount } from "./check-flags.js";
import type { Context } from "./context.js";
import { readSnapshot } from "./read-snapshot.js";

/** The flags of `add` as typed: choices by name, and where things go. */
export interface AddFlags extends Readonly<Record<string, unknown>> {
  readonly mount?: string;
  readonly entry?: string;
  readonly dir?: string;
  readonly tests?: string;
}

/** Adds items to the project at --cwd. Returns the exit code. */
export async function add(names: readonly string[], typed: AddFlags, context: Context): Promise<number> {
  const { flags } = context;
  const items = withRequired(readRegistry(packageRoot()), names);
  const choices = choiceFlags(items, typed);
  const overrides = checkOverrides(typed, choices);
  progress("Reading the project", flags);
  const project = await readProject(flags.cwd, overrides);
  await putBackKilled(project, context);
  const plan = await makePlan(project, items, { choices, typed }, context);
  if (!(await confirmed(plan, context))) return exitCode.done;
  if (!flags.dryRun) await apply(plan, project, context);
  report(plan, context);
  return plan.manual.length > 0 && flags.strict ? exitCode.manual : exitCode.done;
}

function choiceFlags(items: readonly RegistryItem[], typed: AddFlags): Record<string, string> {
  const choices: Record<string, string> = {};
  for (const { choices: offered } of items) {
    for (const [name, choice] of Object.entries(offered)) {
      const value = typed[name];
      if (typeof value === "string") choices[name] = checkValue(name, choice, value);
    }
  }
  return choices;
}

function checkOverrides({ entry, dir, tests, mount }: AddFlags, choices: Readonly<Record<string, string>>): Overrides {
  if (mount !== undefined) checkMount(mount);
  if (tests !== undefined) checkInside("--tests", tests);
  return {
    ...(entry !== undefined && { entry: checkInside("--entry", entry) }),
    ...(dir !== undefined && { dir: checkInside("--dir", dir) }),
    ...(choices["database"] !== undefined && { database: choices["database"] }),
  };
}

async function putBackKilled(project: Project, { flags }: Context): Promise<void> {
  if (flags.dryRun) {
    if (await wasKilled(project.root)) notice("an earlier run was killed: the next add puts its changes back first");
    return;
  }
  const line = await recover(project.root);
  if (line) notice(line);
}

async function makePlan(
  project: Project,
  items: readonly RegistryItem[],
  asked: { choices: Readonly<Record<string, string>>; typed: AddFlags },
  { flags }: Context,
): Promise<Plan> {
  const parts: Part[] = [];
  for (const item of items) {
    const selection = select(item, project, asked.choices, asked.typed);
    parts.push({ item, selection, templates: await readTemplates(packageRoot(), item.name, selection.choices) });
  }
  const files = await readSnapshot(project.root, pathsToRead(project, parts));
  const secret = () => randomBytes(32).toString("base64url");
  return planAdd({ project, parts, files, secret, install: flags.install, overwrite: flags.overwrite });
}

/** What is installed stays where it is: a flag that says otherwise is refused. */
function select(
  item: RegistryItem,
  project: Project,
  choices: Readonly<Record<string, string>>,
  { mount, dir, tests }: AddFlags,
): Selection {
  const installed = project.record?.items[item.name];
  const settled = (flag: string, typed: string | undefined, there: string | undefined) => {
    if (typed === undefined || there === undefined || typed === there) return there ?? typed;
    throw new CliError(
      "BadArgument",
      `${item.name} is installed with ${flag} ${there}: ${flag} ${typed} can't move it`,
    );
  };
  const inside = (flag: string, path: string | undefined) => path && checkInside(flag, path);
  return {
    item: item.name,
    choices: pickChoices(item, choices, project),
    mount: settled("--mount", mount, installed?.mount ?? undefined) ?? item.mount?.path ?? null,
    sourceDir: settled("--dir", inside("--dir", dir), installed?.sourceDir) ?? project.sourceDir,
    testDir: settled("--tests", inside("--tests", tests), installed?.testDir) ?? "test",
  };
}

/** On a terminal a person sees the plan first. Elsewhere nothing is open, so nothing is asked. */
async function confirmed(plan: Plan, { flags }: Context): Promise<boolean> {
  const allowed = !flags.yes && !flags.json;
  if (!allowed || flags.dryRun || flags.silent || plan.changes.length === 0 || !canAsk()) return true;
  result(renderPlan(plan, { dryRun: false }));
  const go = await ask({ message: `Write these ${plan.changes.length} files?`, flag: "--yes", allowed });
  if (!go) result("Nothing was written.");
  return go;
}

async function apply(plan: Plan, { root, workspaceRoot }: Project, { flags, signal, uncut }: Context): Promise<void> {
  const say = (line: string) => progress(line, flags);
  const output = await uncut(() => applyPlan(plan, root, { workspaceRoot, signal, progress: say }));
  if (flags.verbose && output) process.stderr.write(`${output}\n`);
}

function report(plan: Plan, { flags }: Context): void {
  const { dryRun, json, silent, yes } = flags;
  const changed = plan.changes.length > 0;
  if (json) {
    jsonResult(planJson(plan, { dryRun }));
  } else if (silent) {
    if (plan.manual.length > 0) process.stderr.write(`${renderManual(plan)}\n`);
  } else {
    const shown = !yes && !dryRun && changed && canAsk();
    if (!shown) result(renderPlan(plan, { dryRun }));
    if (!dryRun && changed) result(renderNextSteps(plan));
  }
}
