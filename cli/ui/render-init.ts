import type { Addition } from "../plan/plan.js";
import { colors } from "./colors.js";
import { quote } from "./command-line.js";
import { moreInDocs, renderPlan } from "./render-plan.js";
import { tick } from "./terminal.js";

/** What `init` did, or would do. */
export interface NewProjectSummary {
  readonly name: string;
  /** From where the user stands; "" is there. */
  readonly folder: string;
  readonly git: readonly string[] | null;
  readonly plan: Addition;
  /** The first request, in lines to type. */
  readonly tryIt: readonly string[];
}

/** The plan under --dry-run, else what was made, and the commands to type. */
export function renderInit(summary: NewProjectSummary, { dryRun }: { dryRun: boolean }): string {
  const { name, folder, git, plan, tryIt } = summary;
  if (dryRun) return [renderPlan(plan, { dryRun }), ...section("Then", thenLines(git, plan))].join("\n");
  const files = plan.changes.filter(({ path }) => !path.startsWith(".authwright/")).length;
  return [
    `${colors.green(tick())} ${colors.bold(name)}: ${files} files in ${folder || "this folder"}`,
    ...section("Note", plan.warnings),
    ...section("Next", nextLines(folder, plan, tryIt)),
  ].join("\n");
}

function thenLines(git: readonly string[] | null, { install }: Addition): string[] {
  return [install, git].flatMap((command) => (command ? [command.join(" ")] : []));
}

function nextLines(folder: string, plan: Addition, tryIt: readonly string[]): string[] {
  const { install, nextSteps } = plan;
  const enter = folder === "" ? [] : [`cd ${quote(folder)}`];
  return [...enter, ...(install ? [] : ["npm install"]), ...nextSteps, "npm run dev", ...tryIt, moreInDocs];
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ["", title, ...lines.map((line) => `  ${line}`)];
}
