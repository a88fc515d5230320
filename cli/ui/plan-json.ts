import type { Change, Plan, Update } from "../plan/plan.js";
import { changedLines } from "./changed-lines.js";

/** What --json prints of a plan; docs/cli.md describes it. Secret values are in no part of it. */
export function planJson(plan: Plan, { dryRun }: { dryRun: boolean }) {
  return {
    applied: !dryRun && plan.changes.length > 0,
    dryRun,
    items: plan.selections.map((selection) => ({ version: plan.record.items[selection.item]?.version, ...selection })),
    guesses: plan.guesses,
    ...(plan.kind === "update" && updateJson(plan)),
    changes: plan.changes.map(changeJson),
    dependencies: plan.dependencies,
    ...((plan.kind === "addition" || plan.kind === "update") && { scripts: plan.scripts }),
    ...(plan.appends.length > 0 && { appends: plan.appends }),
    ...(plan.companions.length > 0 && { companions: plan.companions }),
    ...(plan.origins.length > 0 && { origins: plan.origins }),
    env: plan.env,
    ...(plan.kind === "removal" && { removed: plan.removed, kept: plan.kept }),
    manual: plan.manual,
    install: plan.install,
    warnings: plan.warnings,
    nextSteps: plan.nextSteps,
  };
}

function updateJson({ versions, brings, outcomes }: Update) {
  return { versions, ...(brings.length > 0 && { brings }), files: outcomes };
}

function changeJson(change: Change) {
  const { path, kind, why, secret, before, after } = change;
  const shown = { path, kind, why, secret, ...changedLines(change) };
  return secret ? shown : { ...shown, before, after };
}
