import { randomBytes } from "node:crypto";
import { CliError, exitCode } from "../errors.js";
import { type Part, pathsToRead } from "../plan/input.js";
import type { Plan } from "../plan/plan.js";
import { planAdd } from "../plan/plan-add.js";
import { findPackageRoot } from "../project/package-json.js";
import type { Project } from "../project/project.js";
import { readProject } from "../project/read-project.js";
import { findReqAuthConflict } from "../project/req-auth-conflict.js";
import { withRequired } from "../registry/choices.js";
import { readRegistry } from "../registry/read-registry.js";
import type { RegistryItem } from "../registry/registry.js";
import { readTemplates } from "../registry/templates.js";
import { progress } from "../ui/output.js";
import { apply, confirmed, needsConfirming, putBackKilled, report } from "./carry-out.js";
import type { Context } from "./context.js";
import { refuseUnmerged } from "./continue-update.js";
import { readSnapshot } from "./read-snapshot.js";
import { printSameCommand, type Settled } from "./same-command.js";
import { type AddFlags, checkFlags, selectItem, type Wishes } from "./selection.js";
import { trackedEnvWarning } from "./tracked-env.js";

/** Adds items to the project at --cwd. Returns the exit code. */
export async function add(names: readonly string[], typed: AddFlags, context: Context): Promise<number> {
  const { flags } = context;
  const items = withRequired(readRegistry(context.packageRoot), names);
  const wishes = checkFlags(items, typed);
  progress("Reading the project", flags);
  await putBackKilled(await findPackageRoot(flags.cwd), context);
  const project = await readProject(flags.cwd, wishes.overrides);
  refuseUnmerged(project);
  await refuseReqAuth(project, items);
  const plan = await makePlan(project, items, wishes, context);
  if (!(await confirmed(plan, context))) return exitCode.done;
  if (!flags.dryRun) await apply(plan, project, context);
  report(plan, context);
  if (needsConfirming(plan, context)) printSameCommand(settled(names, wishes, plan), context);
  return plan.manual.length > 0 && flags.strict ? exitCode.manual : exitCode.done;
}

function settled(names: readonly string[], { mount, dir, tests, overrides }: Wishes, plan: Plan): Settled {
  const choices: Record<string, string> = Object.assign({}, ...plan.selections.map((selection) => selection.choices));
  return { words: ["add", ...names], flags: { ...choices, mount, entry: overrides.entry, dir, tests } };
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
  { flags, packageRoot }: Context,
): Promise<Plan> {
  const parts: Part[] = [];
  for (const item of items) {
    const selection = selectItem(item, project, wishes);
    parts.push({ item, selection, templates: await readTemplates(packageRoot, item.name, selection.choices) });
  }
  const files = await readSnapshot(project.root, pathsToRead(project, parts));
  const secret = () => randomBytes(32).toString("base64url");
  const plan = planAdd({ project, parts, files, secret, install: flags.install, overwrite: flags.overwrite });
  const tracked = plan.env.length > 0 ? await trackedEnvWarning(project) : null;
  return tracked ? { ...plan, warnings: [...plan.warnings, tracked] } : plan;
}
