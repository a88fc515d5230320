import { applyPlan } from "../apply/apply-plan.js";
import { recover, wasKilled } from "../apply/recover.js";
import type { Plan } from "../plan/plan.js";
import type { Project } from "../project/project.js";
import { ask } from "../ui/ask.js";
import { jsonResult, notice, result } from "../ui/output.js";
import { planJson } from "../ui/plan-json.js";
import { renderDone, renderManual, renderNextSteps, renderPlan } from "../ui/render-plan.js";
import { spinning } from "../ui/spinner.js";
import { canAsk } from "../ui/terminal.js";
import type { Context } from "./context.js";

/** Before the project is read: a killed run may have left half of its changes. */
export async function putBackKilled(root: string, { flags }: Context): Promise<void> {
  const later = "an earlier run was killed: the next run without --dry-run puts its changes back first";
  const line = flags.dryRun ? (await wasKilled(root)) && later : await recover(root);
  if (line) notice(line);
}

/** On a terminal a person sees the plan first. Elsewhere nothing is open, so nothing is asked. */
export function needsConfirming(plan: Plan, { flags }: Context): boolean {
  const { yes, json, dryRun, silent } = flags;
  return !yes && !json && !dryRun && !silent && plan.changes.length > 0 && canAsk();
}

/** Shows the plan and asks, where it needs confirming. */
export async function confirmed(plan: Plan, context: Context): Promise<boolean> {
  if (!needsConfirming(plan, context)) return true;
  result(renderPlan(plan, { dryRun: false, verbose: context.flags.verbose }));
  const go = await ask({ message: `Write these ${plan.changes.length} files?`, flag: "--yes", allowed: true });
  if (!go) result("Nothing was written.");
  return go;
}

/** Writes the plan. */
export async function apply(
  plan: Plan,
  { root, workspaceRoot }: Project,
  { flags, signal, uncut }: Context,
): Promise<void> {
  const whileInstalling = (command: string, install: () => Promise<string>) => spinning(command, flags, install);
  const output = await uncut(() => applyPlan(plan, root, { workspaceRoot, signal, whileInstalling }));
  if (flags.verbose && output) process.stderr.write(`${output}\n`);
}

/** Says what was done, or what would be. */
export function report(plan: Plan, { flags }: Context): void {
  const { dryRun, json, silent, verbose, yes } = flags;
  const changed = plan.changes.length > 0;
  if (json) {
    jsonResult(planJson(plan, { dryRun }));
  } else if (silent) {
    if (plan.manual.length > 0) process.stderr.write(`${renderManual(plan)}\n`);
  } else {
    const shown = !yes && !dryRun && changed && canAsk();
    if (!shown) result(renderPlan(plan, { dryRun, verbose }));
    if (!dryRun && changed) result(`\n${renderDone(plan)}`);
    if (!dryRun && changed) result(renderNextSteps(plan));
  }
}
