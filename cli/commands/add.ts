import { randomBytes } from "node:crypto";
import { join } from "node:path";
import fs from "fs-extra";
import semver from "semver";
import { CliError, exitCode } from "../errors.js";
import { planAdd } from "../plan/add/plan-add.js";
import { type Part, pathsToRead } from "../plan/input.js";
import type { Addition, Plan, Selection } from "../plan/plan.js";
import { foldersOf, withMadeFolders } from "../plan/record/made-folders.js";
import { findReqAuth } from "../plan/req-auth/conflict.js";
import { withInstallStep } from "../plan/steps/next-steps.js";
import { findPackageRoot } from "../project/packages/package-json.js";
import type { Project } from "../project/project.js";
import { readProject } from "../project/read-project.js";
import { readSourceFiles } from "../project/sources/source-files.js";
import { recordedPaths } from "../record/recorded-paths.js";
import { openShelf, type Shelf } from "../registry/catalogue/shelf.js";
import { parseSource } from "../registry/catalogue/source.js";
import { pickChoices, withRequired } from "../registry/choices.js";
import { type Companion, isCompanion, type RegistryItem } from "../registry/registry.js";
import { mayBring, withBrought } from "../selection/brought.js";
import { dueCompanions, refuseNamedCompanion } from "../selection/companions.js";
import { pickItems } from "../selection/pick-items.js";
import { pinProblem } from "../selection/pins.js";
import { type AddFlags, checkFlags, selectItem, type Wishes } from "../selection/selection.js";
import { progress } from "../ui/output.js";
import type { Context } from "./context.js";
import { apply, confirmed, needsConfirming, putBackKilled, report } from "./steps/carry-out.js";
import { refuseUnmerged } from "./steps/continue-update.js";
import { formatNew } from "./steps/format-new.js";
import { ignoredRecordWarning } from "./steps/ignored-record.js";
import { readSnapshot } from "./steps/read-snapshot.js";
import { printSameCommand, type Settled } from "./steps/same-command.js";
import { settleEntry } from "./steps/settle-entry.js";
import { trackedEnvWarning } from "./steps/tracked-env.js";

/** Adds items to the project at --cwd. Returns the exit code. */
export async function add(wordsTyped: readonly string[], typed: AddFlags, context: Context): Promise<number> {
  const { flags } = context;
  const source = typed.registry === undefined ? null : parseSource(typed.registry, process.cwd());
  const shelf = await openShelf(context.packageRoot, source);
  const typedNames = wordsTyped.length > 0 ? wordsTyped : await pickItems(shelf, context);
  refuseNamedCompanion(shelf.registry.items, typedNames);
  const known = [...withRequired(shelf.registry, typedNames), ...mayBring(shelf.registry, typedNames)];
  const flagged = checkFlags([...known, ...joining(known, shelf)], typed);
  progress("Reading the project", flags);
  await putBackKilled(await findPackageRoot(flags.cwd), context);
  const { project, wishes } = await settleEntry(await readProject(flags.cwd, flagged.overrides), flagged, context);
  refuseUnmerged(project);
  const names = namesOf(typedNames, shelf, project, wishes);
  const items = withRequired(shelf.registry, names);
  const companions = companionsFor(items, names, shelf, project);
  const parts = await partsOf(items, { names, companions, shelf, project, wishes });
  refuseChanged(parts, project, typed.acceptRegistryChange === true);
  const notes = await reqAuthNotes(project, parts, typed.allowReqAuth === true);
  const wish = { typed: typed.format, mayAsk: true };
  const unformatted = withInstallStep(await makePlan(project, parts, notes, context), project);
  const plan = await formatNew(unformatted, project, wish, context);
  if (!(await confirmed(plan, context))) return exitCode.done;
  if (!flags.dryRun) await apply(plan, project, context);
  report(plan, context);
  if (needsConfirming(plan, context)) printSameCommand(settled(typedNames, typed, wishes, plan), context);
  return plan.manual.length > 0 && flags.strict ? exitCode.manual : exitCode.done;
}

function settled(
  names: readonly string[],
  { registry, allowReqAuth, format }: AddFlags,
  { mount, dir, tests, overrides }: Wishes,
  plan: Plan,
): Settled {
  const choices: Record<string, string> = Object.assign({}, ...plan.selections.map((selection) => selection.choices));
  return {
    words: ["add", ...names],
    flags: { ...choices, mount, entry: overrides.entry, dir, tests, registry },
    switches: [
      ...(format === undefined ? [] : [format ? "--format" : "--no-format"]),
      ...(allowReqAuth ? ["--allow-req-auth"] : []),
    ],
  };
}

/** `req.auth` of another library would be overwritten, or overwrite ours. Returns what a person should know of it. */
async function reqAuthNotes(project: Project, parts: readonly Part[], allowed: boolean): Promise<readonly string[]> {
  const { record } = project;
  const mount = parts.find(({ selection }) => selection.mount)?.selection.mount;
  const all = parts.flatMap(({ item, required = [] }) => [item, ...required]);
  const guard = all.find(({ request }) => request)?.request?.guard;
  if (!mount || !guard || parts.every(({ item }) => record?.items[item.name])) return [];
  const ours = recordedPaths(record);
  const { conflict, notes } = findReqAuth(await readSourceFiles(project), project, { mount, guard, ours });
  if (conflict === null) return notes;
  const names = parts.map(({ item }) => item.name).join(", ");
  if (allowed) return [`${conflict}, and ${names} sets it too: --allow-req-auth goes on`];
  throw new CliError(
    "Collision",
    `${conflict}, and ${names} sets it too: remove the one or the other, or pass --allow-req-auth where you know better`,
  );
}

/** What was named, and what is brought by a choice and is not there yet. */
function namesOf(typed: readonly string[], { registry }: Shelf, project: Project, { choices }: Wishes): string[] {
  const all = withBrought(registry, typed, (item) => pickChoices(item, choices, project));
  return all.filter((name) => typed.includes(name) || !project.record?.items[name]);
}

/** The companions that may come with one of these items. */
function joining(items: readonly RegistryItem[], { registry }: Shelf): Companion[] {
  const companions = registry.items.filter(isCompanion);
  return companions.filter(({ comesWith }) => items.some(({ name }) => comesWith.includes(name)));
}

/** The companions that come with what is named or new. One that is there already counts as named with what it joins. */
function companionsFor(
  items: readonly RegistryItem[],
  names: readonly string[],
  shelf: Shelf,
  { record }: Project,
): Companion[] {
  const { items: known } = shelf.registry;
  const isHere = (name: string) => Boolean(shelf.catalogueOf(name)) === Boolean(record?.items[name]?.registry);
  const installed = Object.keys(record?.items ?? {}).filter(isHere);
  const there = [...items.map(({ name }) => name), ...installed];
  const plain = there.filter((name) => !known.filter(isCompanion).some((one) => one.name === name));
  const moving = new Set([...names, ...items.map(({ name }) => name).filter((name) => !record?.items[name])]);
  return dueCompanions(known, plain).filter(({ name, comesWith }) => {
    const comes = comesWith.some((one) => moving.has(one));
    if (comes) moving.add(name);
    return comes;
  });
}

interface Wanted {
  readonly names: readonly string[];
  readonly companions: readonly Companion[];
  readonly shelf: Shelf;
  readonly project: Project;
  readonly wishes: Wishes;
}

/** What is required and installed stays as it is; where it is, there go the items that build on it. */
async function partsOf(
  items: readonly RegistryItem[],
  { names, companions, shelf, project, wishes }: Wanted,
): Promise<Part[]> {
  const parts: Part[] = [];
  const selections = new Map<string, Selection>();
  const mounted = mountedByFlag(items, names, wishes.mount);
  const wanted = [...names, ...companions.map(({ name }) => name)];
  for (const item of withRequired(shelf.registry, wanted)) {
    const places = mounted.includes(item.name) ? wishes : { ...wishes, mount: undefined };
    const base = item.requires.flatMap((name) => selections.get(name) ?? [])[0];
    const selection = selectItem(item, project, places, base);
    selections.set(item.name, selection);
    if (wanted.includes(item.name) || !project.record?.items[item.name])
      parts.push({ item, selection, ...(await shelf.take(item, selection.choices, project.root)) });
    else refuseOtherThanInstalled(item, selection, names, project);
  }
  return parts;
}

/** --mount is for the items that were named; where none of them has a router, for what they require. */
function mountedByFlag(
  items: readonly RegistryItem[],
  names: readonly string[],
  mount: string | undefined,
): readonly string[] {
  const routed = items.filter((item) => item.mount).map(({ name }) => name);
  if (mount !== undefined && routed.length === 0)
    throw new CliError("BadArgument", `${names.join(", ")} has no router: there is nothing to mount at ${mount}`);
  const named = routed.filter((name) => names.includes(name));
  return named.length > 0 ? named : routed;
}

/** Adding an item changes none that it requires, neither its version nor its choices. */
function refuseOtherThanInstalled(
  { name, version }: RegistryItem,
  { choices }: Selection,
  names: readonly string[],
  { record }: Project,
): void {
  const installed = record!.items[name]!;
  if (semver.lt(installed.version, version))
    throw new CliError(
      "BadArgument",
      `${names.join(", ")} builds on ${name} ${version}, and ${installed.version} is installed: ` +
        `"authwright update ${name}" first`,
    );
  if (semver.gt(installed.version, version))
    throw new CliError(
      "BadArgument",
      `${name} ${installed.version} is installed, and this authwright knows ${version}: ` +
        `run "npx authwright@latest add ${names.join(" ")}"`,
    );
  const other = Object.entries(choices).find(([choice, value]) => installed.choices[choice] !== value);
  if (!other) return;
  const [choice, value] = other;
  throw new CliError(
    "BadArgument",
    `${name} is installed with --${choice} ${installed.choices[choice]}: ` +
      `"authwright add ${name} --${choice} ${value}" changes that first`,
  );
}

function refuseChanged(parts: readonly Part[], project: Project, accepted: boolean): void {
  for (const part of parts) {
    const problem = pinProblem(part, project, accepted);
    if (problem) throw problem;
  }
}

async function foldersThere(root: string, folders: readonly string[]): Promise<ReadonlySet<string>> {
  const there = await Promise.all(folders.map((folder) => fs.pathExists(join(root, folder))));
  return new Set(folders.filter((_, index) => there[index]));
}

async function makePlan(
  project: Project,
  parts: readonly Part[],
  notes: readonly string[],
  { flags }: Context,
): Promise<Addition> {
  const files = await readSnapshot(project.root, pathsToRead(project, parts));
  const secret = () => randomBytes(32).toString("base64url");
  const added = planAdd({ project, parts, files, secret, install: flags.install, overwrite: flags.overwrite });
  const plan = withMadeFolders(added, await foldersThere(project.root, foldersOf(added)));
  const tracked = plan.env.length > 0 ? await trackedEnvWarning(project) : null;
  const ignored = plan.changes.length > 0 ? await ignoredRecordWarning(project, plan) : null;
  return {
    ...plan,
    warnings: [...plan.warnings, ...notes, ...new Set([tracked, ignored].filter((line) => line !== null))],
  };
}
