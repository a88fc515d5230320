import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { applyPlan } from "../../cli/apply/apply-plan.js";
import { readSnapshot } from "../../cli/commands/steps/read-snapshot.js";
import { planAdd } from "../../cli/plan/add/plan-add.js";
import { type Part, pathsToRead } from "../../cli/plan/input.js";
import type { Addition, Removal } from "../../cli/plan/plan.js";
import { planRemove } from "../../cli/plan/remove/plan-remove.js";
import { pathsToRemove } from "../../cli/plan/remove/remove-input.js";
import { findMadeDatabase } from "../../cli/project/database/made-database.js";
import { readProject } from "../../cli/project/read-project.js";
import { readConfigFiles, readSourceFiles } from "../../cli/project/sources/source-files.js";
import { readFacts } from "../../cli/registry/facts/read-facts.js";
import { findItem } from "../../cli/registry/find-item.js";
import { readRegistry } from "../../cli/registry/read-registry.js";
import { readTemplates } from "../../cli/registry/templates.js";
import { checkFlags, selectItem } from "../../cli/selection/selection.js";

const packageRoot = fileURLToPath(new URL("../../", import.meta.url));

/** Adds the real auth-basic to the repo in a folder, without the package manager. */
export async function addAuth(dir: string, typed: Readonly<Record<string, string>> = {}): Promise<Addition> {
  const item = findItem(readRegistry(packageRoot), "auth-basic");
  const wishes = checkFlags([item], typed);
  const project = await readProject(dir, wishes.overrides);
  const selection = selectItem(item, project, wishes);
  const parts: Part[] = [
    { item, selection, templates: await readTemplates(packageRoot, item.name, selection.choices) },
  ];
  const files = await readSnapshot(project.root, pathsToRead(project, parts));
  const secret = () => randomBytes(32).toString("base64url");
  const plan = planAdd({ project, parts, files, secret, install: false, overwrite: false });
  await applyPlan(plan, dir);
  return plan;
}

/** The plan of taking auth-basic out again, which says `without` of itself. */
export async function planRemoval(
  dir: string,
  typed: { force?: boolean; purge?: boolean; without?: string } = {},
): Promise<Removal> {
  const project = await readProject(dir, {});
  const item = "auth-basic";
  const installed = project.record!.items[item]!;
  const files = await readSnapshot(project.root, pathsToRemove(installed));
  const [sources, configs] = await Promise.all([readSourceFiles(project), readConfigFiles(project.root)]);
  const database = await findMadeDatabase(project.root, installed, files.get(".env") ?? null);
  const { force = false, purge = false, without } = typed;
  const own = await readFacts(packageRoot, project.record!);
  const facts = without === undefined ? own : new Map([[item, { ...own.get(item), without }]]);
  return planRemove({
    project,
    item,
    installed,
    files,
    sources,
    configs,
    database,
    facts,
    force,
    purge,
    install: true,
  });
}

/** Takes auth-basic out of the repo in a folder, without the package manager. */
export async function removeAuth(dir: string, typed: { force?: boolean; purge?: boolean } = {}): Promise<Removal> {
  const plan = await planRemoval(dir, typed);
  await applyPlan({ ...plan, install: null }, dir);
  return plan;
}
