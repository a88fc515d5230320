import { CliError, exitCode } from "../errors.js";
import type { Removal } from "../plan/plan.js";
import { madeFolders } from "../plan/record/made-folders.js";
import { planRemovals } from "../plan/remove/plan-removals.js";
import { pathsToRemove } from "../plan/remove/remove-input.js";
import { findMadeDatabase } from "../project/database/made-database.js";
import { findPackageRoot } from "../project/packages/package-json.js";
import type { Project } from "../project/project.js";
import { readProject } from "../project/read-project.js";
import { readConfigFiles, readSourceFiles } from "../project/sources/source-files.js";
import type { InstalledItem } from "../record/schema.js";
import { readFacts } from "../registry/facts/read-facts.js";
import { ownRegistry } from "../registry/own-registry.js";
import { typedNames } from "../selection/companions.js";
import { inWords } from "../text/in-words.js";
import { nearestItem } from "../text/nearest.js";
import { progress } from "../ui/output.js";
import type { Context } from "./context.js";
import { apply, confirmed, putBackKilled, report } from "./steps/carry-out.js";
import { refuseUnmerged } from "./steps/continue-update.js";
import { formatRecord } from "./steps/format-record.js";
import { readSnapshot } from "./steps/read-snapshot.js";
import { refuseDuringMerge } from "./steps/refuse-during-merge.js";

/** The flags of `remove` as typed. */
export interface RemoveFlags {
  readonly force?: boolean;
  readonly purge?: boolean;
}

/** Takes an item out of the project at --cwd. Returns the exit code. */
export async function remove(item: string, typed: RemoveFlags, context: Context): Promise<number> {
  const { flags } = context;
  progress("Reading the project", flags);
  await putBackKilled(await findPackageRoot(flags.cwd), context);
  const project = await readProject(flags.cwd, {});
  const installed = findInstalled(item, project);
  refuseCompanion(item, installed, project);
  refuseUnmerged(project);
  await refuseBrought(item, project, context);
  const items = [...goingWith(item, project), item];
  await refuseRequired(items, project, context);
  await refuseDuringMerge(project, "remove");
  const planned = await makePlan(items, installed, project, typed, context);
  const plan = flags.dryRun ? planned : await formatRecord(planned, project);
  if (!(await confirmed(plan, context))) return exitCode.done;
  if (!flags.dryRun) await apply(plan, project, context);
  report(plan, context);
  return plan.manual.length > 0 && flags.strict ? exitCode.manual : exitCode.done;
}

function findInstalled(item: string, { record }: Project): InstalledItem {
  const installed = record?.items[item];
  if (installed) return installed;
  const names = Object.keys(record?.items ?? {});
  const close = nearestItem(item, names);
  const hint = close ? `did you mean "${close}"?` : names.length > 0 ? `there is ${names.join(", ")}` : "nothing is";
  throw new CliError("BadArgument", `${item} is not installed here: ${hint}`);
}

function refuseCompanion(item: string, { comesWith }: InstalledItem, { record }: Project): void {
  if (!comesWith) return;
  const typed = typedNames(item, (name) => record?.items[name]?.comesWith);
  throw new CliError(
    "BadArgument",
    `${item} came by itself with ${inWords(comesWith)}: it goes with any of them, "authwright remove ${typed.at(-1)}"`,
  );
}

/** An item that a choice of another one brought stays as long as that one does. */
async function refuseBrought(item: string, { record }: Project, { packageRoot }: Context): Promise<void> {
  const bringer = Object.entries(record?.items ?? {}).find(([, { brings }]) => brings?.includes(item));
  if (!bringer) return;
  const [name, { choices }] = bringer;
  const known = (await ownRegistry(packageRoot)).items.find((one) => one.name === name);
  const bring = ([flag, value]: [string, string]) =>
    !known || known.choices[flag]?.values[value]?.brings?.includes(item);
  const flags = Object.entries(choices)
    .filter(bring)
    .map(([flag, value]) => `--${flag} ${value}`);
  throw new CliError(
    "BadArgument",
    `${item} belongs to ${name} as it is installed (${flags.join(" ")}), and goes only with it: "authwright remove ${name}"`,
  );
}

/**
 * What goes with an item, those first that build on others: companions, what its choices brought, and what only that
 * needs and would hold the item here.
 */
function goingWith(item: string, { record }: Project): string[] {
  const installed = record?.items ?? {};
  const names = Object.keys(installed);
  const joins = (name: string) => installed[name]?.comesWith ?? [];
  const needs = (name: string) => installed[name]?.requires ?? [];
  const going = new Set([item, ...(installed[item]?.brings ?? [])].filter((name) => installed[name]));
  const isLeft = (name: string) => {
    const users = names.filter((other) => needs(other).includes(name));
    return needs(name).includes(item) && users.length > 0 && users.every((user) => going.has(user));
  };
  const isBrought = going.size > 1;
  const isNext = (name: string) =>
    !going.has(name) && (joins(name).some((one) => going.has(one)) || (isBrought && isLeft(name)));
  for (let next = names.find(isNext); next; next = names.find(isNext)) going.add(next);
  const left = [...going].slice(1);
  const isTop = (name: string) => !left.some((other) => [...joins(other), ...needs(other)].includes(name));
  const sorted: string[] = [];
  while (left.length > 0) sorted.push(...left.splice(Math.max(0, left.findIndex(isTop)), 1));
  return sorted;
}

/** Another item that builds on one of these has to go first. */
async function refuseRequired(going: readonly string[], { record }: Project, { packageRoot }: Context): Promise<void> {
  const { items } = await ownRegistry(packageRoot);
  const item = going.at(-1)!;
  const users = Object.entries(record?.items ?? {}).filter(([name, { requires }]) => {
    const known = items.find((one) => one.name === name)?.requires ?? [];
    return !going.includes(name) && [...known, ...(requires ?? [])].some((one) => going.includes(one));
  });
  if (users.length === 0) return;
  const names = users.map(([name]) => name);
  const need = names.length > 1 ? "need" : "needs";
  throw new CliError(
    "BadArgument",
    `${names.join(", ")} ${need} ${item}: "authwright remove ${names.at(-1)}" comes first`,
  );
}

/** The item that has the choice of a database: this one, or one that it builds on. */
function databaseOwner(installed: InstalledItem, { record }: Project): InstalledItem {
  if (installed.choices["database"]) return installed;
  const bases = (installed.requires ?? []).flatMap((name) => record?.items[name] ?? []);
  return bases.find(({ choices }) => choices["database"]) ?? installed;
}

async function makePlan(
  items: readonly string[],
  installed: InstalledItem,
  project: Project,
  { force = false, purge = false }: RemoveFlags,
  { flags, packageRoot }: Context,
): Promise<Removal> {
  const files = await readSnapshot(
    project.root,
    items.flatMap((item) => pathsToRemove(project.record!.items[item]!)),
  );
  const [sources, configs] = await Promise.all([readSourceFiles(project), readConfigFiles(project.root)]);
  const database = await findMadeDatabase(project.root, databaseOwner(installed, project), files.get(".env") ?? null);
  const { install } = flags;
  const facts = await readFacts(packageRoot, project.record!);
  const plan = planRemovals({ project, items, files, sources, configs, database, facts, force, purge, install });
  const companions = items.slice(0, -1).map((item) => {
    const { comesWith = items.slice(-1) } = project.record!.items[item]!;
    return { item, comesWith };
  });
  return { ...plan, companions, folders: madeFolders(project.record!) };
}
