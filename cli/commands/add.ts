import { randomBytes } from "node:crypto";
import { applyPlan } from "../apply/apply-plan.js";
import { recover, wasKilled } from "../apply/recover.js";
import { CliError, exitCode } from "../errors.js";
import { type Part, pathsToRead } from "../plan/input.js";
import type { Plan } from "../plan/plan.js";
import { planAdd } from "../plan/plan-add.js";
import { findPackageRoot } from "../project/package-json.js";
import type { Project } from "../project/project.js";
import { readProject } from "../project/read-project.js";
import { findReqAuthConflict } from "../project/req-auth-conflict.js";
import { withRequired } from "../registry/choices.js";
import { packageRoot } from "../registry/package-root.js";
import { readRegistry } from "../registry/read-registry.js";
import type { RegistryItem } from "../registry/registry.js";
import { readTemplates } from "../registry/templates.js";
import { ask } from "../ui/ask.js";
import { jsonResult, notice, progress, result } from "../ui/output.js";
import { planJson } from "../ui/plan-json.js";
import { renderManual, renderNextSteps, renderPlan } from "../ui/render-plan.js";
import { canAsk } from "../ui/terminal.js";
import type { Context } from "./context.js";
import { readSnapshot } from "./read-snapshot.js";
import { type AddFlags, checkFlags, selectItem, type Wishes } from "./selection.js";
import { trackedEnvWarning } from "./tracked-env.js";

/** Adds items to the project at --cwd. Returns the exit code. */
export async function add(names: readonly string[], typed: AddFlags, context: Context): Promise<number> {
  const { flags } = context;
  const items = withRequired(readRegistry(packageRoot()), names);
  const wishes = checkFlags(items, typed);
  progress("Reading the project", flags);
  await putBackKilled(await findPackageRoot(flags.cwd), context);
  const project = await readProject(flags.cwd, wishes.overrides);
  await refuseReqAuth(project, items);
  const plan = await makePlan(project, items, wishes, context);
  if (!(await confirmed(plan, context))) return exitCode.done;
  if (!flags.dryRun) await apply(plan, project, context);
  report(plan, context);
  return plan.manual.length > 0 && flags.strict ? exitCode.manual : exitCode.done;
}

/** Before the project is read: a killed run may have left half of its changes. */
async function putBackKilled(root: string, { flags }: Context): Promise<void> {
  const later = "an earlier run was killed: the next add puts its changes back first";
  const line = flags.dryRun ? (await wasKilled(root)) && later : await recover(root);
  if (line) notice(line);
}

/** `req.auth` of another library would be overwritten, or overwrite ours. */
async function refuseReqAuth({ root, sourceDir, packageJson, record }: Project, items: readonly RegistryItem[]) {
  if (items.every(({ name }) => record?.items[name])) return;
  const ours = new Set(Object.values(record?.items ?? {}).flatMap(({ files }) => Object.keys(files)));
  const there = { ...packageJson.dependencies, ...packageJson.devDependencies };
  const names = items.map(({ name }) => name).join(", ");
  const conflict = await findReqAuthConflict(root, sourceDir, there, ours);
  if (conflict) throw new CliError("Collision", `${conflict}, and ${names} sets it too: remove the one or the other`);
}

async function makePlan(
  project: Project,
  items: readonly RegistryItem[],
  wishes: Wishes,
  { flags }: Context,
): Promise<Plan> {
  const parts: Part[] = [];
  for (const item of items) {
    const selection = selectItem(item, project, wishes);
    parts.push({ item, selection, templates: await readTemplates(packageRoot(), item.name, selection.choices) });
  }
  const files = await readSnapshot(project.root, pathsToRead(project, parts));
  const secret = () => randomBytes(32).toString("base64url");
  const plan = planAdd({ project, parts, files, secret, install: flags.install, overwrite: flags.overwrite });
  const tracked = plan.env.length > 0 ? await trackedEnvWarning(project) : null;
  return tracked ? { ...plan, warnings: [...plan.warnings, tracked] } : plan;
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
