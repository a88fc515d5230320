import { exitCode } from "../errors.js";
import { compareFiles } from "../plan/compare.js";
import { pathsToRead } from "../plan/input.js";
import { planUpdate } from "../plan/update/plan-update.js";
import { findPackageRoot } from "../project/packages/package-json.js";
import { readProject } from "../project/read-project.js";
import { attributesPath, basePath, recordPath } from "../record/paths.js";
import { installedParts, type RegistryFlags } from "../selection/installed-parts.js";
import { jsonResult, progress, result } from "../ui/output.js";
import { type Comparison, diffJson, isDifferent, renderDiff } from "../ui/render-diff.js";
import type { Context } from "./context.js";
import { putBackKilled } from "./steps/carry-out.js";
import { readSnapshot } from "./steps/read-snapshot.js";

/** The flags of `diff` as typed. */
export interface DiffFlags extends RegistryFlags {
  readonly exitCode?: boolean;
}

/** Shows what the user changed, what this package changes, and where both do. Returns the exit code. */
export async function diff(name: string | undefined, typed: DiffFlags, context: Context): Promise<number> {
  const { flags } = context;
  progress("Reading the project", flags);
  await putBackKilled(await findPackageRoot(flags.cwd), { ...context, flags: { ...flags, dryRun: true } });
  const comparison = await compare(name, typed, context);
  if (flags.json) jsonResult(diffJson(comparison));
  else if (!flags.silent) result(renderDiff(comparison));
  return typed.exitCode && isDifferent(comparison) ? exitCode.failed : exitCode.done;
}

async function compare(
  name: string | undefined,
  typed: DiffFlags,
  { flags, packageRoot }: Context,
): Promise<Comparison> {
  const project = await readProject(flags.cwd, {});
  const parts = await installedParts(name, project, { packageRoot, typed, onlyLooking: true });
  const files = await readSnapshot(project.root, pathsToRead(project, parts));
  const plan = planUpdate({ project, parts, files, secret: () => "", install: false, conflicts: "ours" });
  const installed = parts.filter(({ item }) => project.record?.items[item.name]);
  const compared = installed.flatMap((part) => compareFiles(part, { project, files, outcomes: plan.outcomes }));
  const shown = new Set(compared.flatMap(({ path, movedTo }) => [path, movedTo ?? path]));
  const ours = new Set([recordPath, attributesPath, ...[...shown].map(basePath)]);
  const others = plan.changes.filter(({ path, secret }) => !secret && !shown.has(path) && !ours.has(path));
  return { files: compared, others, plan };
}
