import { randomBytes } from "node:crypto";
import semver from "semver";
import { fixedAdvisories } from "../advisories/fixed-advisories.js";
import { ownAdvisories } from "../advisories/own-advisories.js";
import { CliError, exitCode } from "../errors.js";
import { type Part, pathsToRead } from "../plan/input.js";
import type { Update } from "../plan/plan.js";
import { withInstallStep } from "../plan/steps/next-steps.js";
import { isBlocked, planUpdate } from "../plan/update/plan-update.js";
import type { ConflictMode } from "../plan/update/update-input.js";
import { findPackageRoot } from "../project/packages/package-json.js";
import type { Project } from "../project/project.js";
import { readProject } from "../project/read-project.js";
import { readSourceFiles } from "../project/sources/source-files.js";
import { broughtChanges, readChangelog } from "../registry/changelog.js";
import { ownRegistry } from "../registry/own-registry.js";
import { installedParts, type RegistryFlags } from "../selection/installed-parts.js";
import { jsonResult, progress, result } from "../ui/output.js";
import { planJson } from "../ui/plan-json.js";
import { renderConflicts } from "../ui/render-outcomes.js";
import type { Context } from "./context.js";
import { apply, confirmed, putBackKilled, report } from "./steps/carry-out.js";
import { continueUpdate, refuseUnmerged } from "./steps/continue-update.js";
import { formatNew } from "./steps/format-new.js";
import { readSnapshot } from "./steps/read-snapshot.js";
import { refuseDuringMerge } from "./steps/refuse-during-merge.js";

/** The flags of `update` as typed. */
export interface UpdateFlags extends RegistryFlags {
  readonly conflicts?: string;
  readonly continue?: boolean;
}

const modes = ["inline", "ours", "theirs"] as const;

/** Brings the installed items to the versions of this package; the user's edits stay. Returns the exit code. */
export async function update(name: string | undefined, typed: UpdateFlags, context: Context): Promise<number> {
  const { flags } = context;
  const mode = checkMode(typed);
  progress("Reading the project", flags);
  await putBackKilled(await findPackageRoot(flags.cwd), context);
  const project = await readProject(flags.cwd, {});
  if (typed.continue) return continueUpdate(project, context);
  refuseUnmerged(project);
  await refuseDuringMerge(project, "update");
  const unformatted = withInstallStep(await makePlan(name, project, mode, context, typed), project);
  if (isBlocked(unformatted.outcomes, mode)) return refuse(unformatted, context);
  const plan = await formatNew(unformatted, project, { typed: undefined, mayAsk: false }, context);
  if (!(await confirmed(plan, context))) return exitCode.done;
  if (!flags.dryRun) await apply(plan, project, context);
  report(plan, context);
  if (plan.unmerged.length > 0) return exitCode.conflicts;
  return plan.manual.length > 0 && flags.strict ? exitCode.manual : exitCode.done;
}

/** The plan of an update. */
export async function makePlan(
  name: string | undefined,
  project: Project,
  conflicts: ConflictMode,
  { flags, packageRoot }: Context,
  typed: RegistryFlags = {},
): Promise<Update> {
  const parts = await installedParts(name, project, { packageRoot, typed, onlyLooking: false });
  const files = await readSnapshot(project.root, pathsToRead(project, parts));
  const secret = () => randomBytes(32).toString("base64url");
  const sources = await readSourceFiles(project);
  const plan = planUpdate({ project, parts, files, secret, install: flags.install, conflicts, sources });
  const waiting = await leftOlder(parts, project, packageRoot);
  const holes = fixedAdvisories(await ownAdvisories(packageRoot), plan).map((line) => `security: ${line}`);
  const changes = plan.versions.length > 0 ? readChangelog(packageRoot) : [];
  const brings = [...holes, ...broughtChanges(changes, plan)];
  return { ...plan, warnings: [...plan.warnings, ...waiting], brings };
}

/** Items that build on those that are updated, and have a newer version themselves. */
async function leftOlder(parts: readonly Part[], { record }: Project, packageRoot: string): Promise<string[]> {
  const updated = parts.map(({ item }) => item.name);
  const { items } = await ownRegistry(packageRoot);
  return items.flatMap(({ name, version, requires }) => {
    const installed = updated.includes(name) ? undefined : record?.items[name];
    const older = installed && semver.lt(installed.version, version) && requires.some((one) => updated.includes(one));
    return older ? [`${name} stays at ${installed.version}: "authwright update" without a name brings ${version}`] : [];
  });
}

function checkMode({ conflicts, continue: goesOn }: UpdateFlags): ConflictMode {
  if (conflicts === undefined) return "refuse";
  if (goesOn) throw new CliError("BadArgument", "--continue ends an update: --conflicts can't go with it");
  const mode = modes.find((known) => known === conflicts);
  if (mode) return mode;
  throw new CliError("BadArgument", `--conflicts takes ${modes.join(", ")}, not "${conflicts}"`);
}

/** Something is in the way: nothing is written, and every place is named. */
function refuse(plan: Update, { flags }: Context): number {
  if (flags.json) jsonResult(planJson(plan, { dryRun: flags.dryRun }));
  else result(renderConflicts(plan));
  return exitCode.conflicts;
}
