import { applyPlan } from "../../apply/apply-plan.js";
import { recover, wasKilled } from "../../apply/recover.js";
import { CliError } from "../../errors.js";
import type { Plan } from "../../plan/plan.js";
import type { Project } from "../../project/project.js";
import { askOrDiff } from "../../ui/ask.js";
import { jsonResult, notice, result } from "../../ui/output.js";
import { planJson } from "../../ui/plan-json.js";
import { renderChanges } from "../../ui/render-diff.js";
import { renderDone, renderManual, renderNextSteps, renderPlan } from "../../ui/render-plan.js";
import { spinning } from "../../ui/spinner.js";
import { canAsk, isCi, isHalfTerminal } from "../../ui/terminal.js";
import type { Context } from "../context.js";

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

/** Shows the plan and asks, where it needs confirming. What takes away wants to be told where it can't ask. */
export async function confirmed(plan: Plan, context: Context): Promise<boolean> {
  if (!needsConfirming(plan, context)) {
    refuseUnasked(plan, context);
    return true;
  }
  result(renderPlan(plan, { dryRun: false, verbose: context.flags.verbose }));
  const go = await askToWrite(plan);
  if (!go) result(plan.kind === "removal" ? "Nothing was removed." : "Nothing was written.");
  return go;
}

/** A person may look at the diff as often as they like. */
async function askToWrite(plan: Plan): Promise<boolean> {
  const { message, initially } = questionOf(plan);
  for (;;) {
    const answer = await askOrDiff({
      message: `${message} (d shows the diff)`,
      initially,
      flag: "--yes",
      allowed: true,
    });
    if (answer !== "diff") return answer;
    result(renderChanges(plan));
  }
}

function questionOf({ kind: of, changes, selections }: Plan): { message: string; initially: boolean } {
  if (of !== "removal") return { message: `Write these ${changes.length} files?`, initially: true };
  const deleted = changes.filter(({ kind }) => kind === "delete").length;
  const names = selections.map(({ item }) => item).join(", ");
  return {
    message: `Remove ${names}? ${deleted} files are deleted, ${changes.length - deleted} edited`,
    initially: false,
  };
}

function refuseUnasked({ changes, kind }: Plan, { flags }: Context): void {
  const { yes, dryRun, json, silent } = flags;
  if (yes || dryRun || changes.length === 0) return;
  if (kind === "removal")
    throw new CliError("AnswerNeeded", "it deletes files, and can't ask here: pass --yes, or look with --dry-run");
  if (isHalfTerminal() && !isCi() && !json && !silent)
    throw new CliError(
      "AnswerNeeded",
      "what it prints goes elsewhere, so it can't ask: pass --yes, or look with --dry-run",
    );
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
