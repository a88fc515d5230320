import { posix } from "node:path";
import type { Change, FileOutcome, KeptPart, ManualStep, Plan, Removal } from "../plan/plan.js";
import { recordedPaths } from "../record/recorded-paths.js";
import { inWords } from "../text/in-words.js";
import { addedLines, changedLines } from "./changed-lines.js";
import { colors } from "./colors.js";
import { outcomeLines, versionLine } from "./render-outcomes.js";
import { tick } from "./terminal.js";

/** A plan as a person reads it. Of .env it names the keys, never a value. */
export function renderPlan(plan: Plan, { dryRun, verbose = false }: { dryRun: boolean; verbose?: boolean }): string {
  if (plan.changes.length === 0 && plan.manual.length === 0) {
    return [
      `${namesOf(plan)}: nothing to do, ${wordsOf(plan).undone}`,
      ...section("Your files", outcomeLines(outcomesOf(plan))),
      ...section("Note", plan.warnings),
    ].join("\n");
  }
  return [
    colors.bold(`${namesOf(plan)}${dryRun ? " (dry run: nothing is written)" : ""}`),
    ...section("What it brings", plan.kind === "update" ? plan.brings : []),
    ...section("From another registry: read it before you trust it", plan.origins.map(originLine)),
    ...section(`${plan.kind === "removal" ? "Goes" : "Comes"} by itself`, plan.companions.map(companionLine)),
    ...section("Lines in your own files", plan.kind === "addition" ? ownFiles(plan).flatMap(ownLines) : []),
    ...section("What the project is", plan.guesses.map(guessLine)),
    ...section("Files", fileLines(plan.changes, verbose)),
    ...section("Your files", outcomeLines(outcomesOf(plan))),
    ...section("Entries in lists of the items they build on", plan.appends.map(appendLine)),
    ...section("Dependencies", plan.dependencies.map(dependencyLine)),
    ...section("Scripts", Object.entries(plan.scripts).map(scriptLine)),
    ...section("Keys in .env", plan.env.length > 0 ? [plan.env.join(", ")] : []),
    ...section("Taken out of package.json and .env", plan.kind === "removal" ? removedLines(plan) : []),
    ...section("Stays", plan.kind === "removal" ? keptLines(plan.kept, verbose) : []),
    ...section("Note", plan.warnings),
    ...section(colors.yellow("Left for you to do"), plan.manual.flatMap(manualLines)),
  ].join("\n");
}

/** That it is done, in one line. */
export function renderDone(plan: Plan): string {
  const names = plan.kind === "update" ? plan.versions.map(versionLine) : plan.selections.map(({ item }) => item);
  const files = plan.changes.filter(({ path }) => !path.startsWith(".authwright/")).length;
  return `${colors.green(tick())} ${wordsOf(plan).done} ${names.join(", ")}: ${files} ${files === 1 ? "file" : "files"}`;
}

/** Where a person reads on. */
export const moreInDocs = "Read on: npx authwright docs";

/** What a person does after the add. */
export function renderNextSteps({ nextSteps }: Plan): string {
  return section("Next", nextSteps.length > 0 ? [...nextSteps, moreInDocs] : []).join("\n");
}

/** What could not be patched, with the exact lines. */
export function renderManual({ manual }: Plan): string {
  return section(colors.yellow("Left for you to do"), manual.flatMap(manualLines)).join("\n");
}

function namesOf(plan: Plan): string {
  if (plan.kind === "removal") return `remove ${plan.selections.map(({ item }) => item).join(", ")}`;
  if (plan.kind === "update") return plan.versions.map(versionLine).join(", ");
  return plan.selections
    .map(({ item, choices }) => [item, ...Object.entries(choices).map(([name, value]) => `${name}=${value}`)].join(" "))
    .join(", ");
}

function wordsOf({ kind }: Plan): { readonly done: string; readonly undone: string } {
  if (kind === "removal") return { done: "Removed", undone: "nothing of it is left" };
  return kind === "update"
    ? { done: "Updated", undone: "it is up to date" }
    : { done: "Added", undone: "all of it is there" };
}

function outcomesOf(plan: Plan): readonly FileOutcome[] {
  return plan.kind === "update" ? plan.outcomes : [];
}

function removedLines({ removed }: Removal): string[] {
  const lists = Object.entries(removed).filter(([, names]) => names.length > 0);
  return lists.map(([kind, names]) => `${kind === "env" ? "keys" : kind}: ${names.join(", ")}`);
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ["", title, ...lines.map((line) => `  ${line}`)];
}

function guessLine({ what, value, because, flag }: Plan["guesses"][number]): string {
  return `${what}: ${value} ${colors.dim(`(${because}${flag ? `; ${flag}` : ""})`)}`;
}

function dependencyLine({ name, range, dev, raisedFrom }: Plan["dependencies"][number]): string {
  const note = [dev ? "dev" : "", raisedFrom ? `was ${raisedFrom}` : ""].filter(Boolean).join(", ");
  return `${name} ${range}${note ? colors.dim(` (${note})`) : ""}`;
}

function scriptLine([name, command]: [string, string]): string {
  return `${name}: ${command}`;
}

function appendLine({ item, entry, list, file }: Plan["appends"][number]): string {
  return `${item}: ${entry} in ${list} of ${file}`;
}

function companionLine({ item, comesWith }: Plan["companions"][number]): string {
  return `${item}: comes with ${inWords(comesWith)}`;
}

function originLine({ item, source, sha256 }: Plan["origins"][number]): string {
  return `${item}: ${source} ${colors.dim(`(sha-256 ${sha256})`)}`;
}

/** The files of the user's that change: not those of the record, of which there is nothing to decide. */
export function ownFiles({ changes, record }: Plan): Change[] {
  const ours = recordedPaths(record);
  const isOwn = ({ path }: Change) => !ours.has(path) && path !== "authwright.json" && !path.startsWith(".authwright/");
  return changes.filter((change) => change.kind === "edit" && isOwn(change));
}

/** Of package.json and long additions the sections below tell more. */
const mostOwnLines = 4;

function ownLines(change: Change): string[] {
  const { added } = changedLines(change);
  if (change.secret || change.path === "package.json")
    return [`${change.path} ${colors.green(`+${added}`)} ${colors.dim(`(${change.why})`)}`];
  const lines = addedLines(change);
  const shown = lines.slice(0, mostOwnLines);
  const more = lines.length > shown.length ? [colors.dim(`  and ${lines.length - shown.length} more`)] : [];
  return [
    `${change.path} ${colors.dim(`(${change.why})`)}`,
    ...shown.map(({ line, text }) => `  ${colors.dim(`${line}:`)} ${colors.green(text)}`),
    ...more,
  ];
}

/** Of so many new files of one item, a person reads the number; --verbose names them. */
const mostNewFiles = 5;

/** What happens to the user's own files is what counts: of new ones, and of the kept originals, one line tells. */
function fileLines(changes: readonly Change[], verbose: boolean): string[] {
  const isBase = ({ path }: Change) => path.startsWith(".authwright/base/");
  const bases = changes.filter(isBase).length;
  const shown = changes.filter((change) => !isBase(change));
  const owner = ({ why }: Change) => why.replace(/, .*/s, "");
  const groups = (["create", "delete"] as const).flatMap((wanted) => {
    const files = shown.filter(({ kind }) => kind === wanted);
    return [...new Set(files.map(owner))].map((item) => files.filter((file) => owner(file) === item));
  });
  const many = verbose ? [] : groups.filter(({ length }) => length > mostNewFiles);
  const lines = [
    ...many.map((files) => manyFilesLine(owner(files[0]!), files)),
    ...shown.filter((change) => !many.some((files) => files.includes(change))).map(changeLine),
  ];
  const gone = changes.filter(isBase).every(({ kind }) => kind === "delete");
  const line = `.authwright/base/ ${colors.dim(`(${bases} files as installed, ${gone ? "no longer needed" : "for updates"})`)}`;
  return bases > 0 ? [...lines, `${gone ? colors.red("-") : colors.dim("=")} ${line}`] : lines;
}

/** What stays because a file that stays imports it is told by its number, like new files. */
function keptLines(kept: Removal["kept"], verbose: boolean): string[] {
  const imported = kept.filter(({ why }) => why.endsWith("imports it"));
  const folded = verbose || imported.length <= mostNewFiles ? [] : imported;
  const line = ({ what, why }: KeptPart) => `${what} ${colors.dim(`(${why})`)}`;
  const sum = `${folded.length} files ${colors.dim("(files that stay import them; --verbose names them)")}`;
  return [...kept.filter((one) => !folded.includes(one)).map(line), ...(folded.length > 0 ? [sum] : [])];
}

/** Of so many files of one item that come or go, a person reads the number. */
function manyFilesLine(item: string, files: readonly Change[]): string {
  const comes = files[0]!.kind === "create";
  const counts = files.map(changedLines).map(({ added, removed }) => (comes ? added : removed));
  const sum = counts.reduce((all, one) => all + one, 0);
  const folders = [...new Set(files.map(({ path }) => posix.dirname(path)))].toSorted();
  const where = colors.dim(`(${folders.join(", ")}; --verbose names them)`);
  return comes
    ? `${colors.green("+")} ${item}: ${files.length} new files ${colors.green(`+${sum}`)} ${where}`
    : `${colors.red("-")} ${item}: ${files.length} files ${colors.red(`-${sum}`)} ${where}`;
}

function changeLine(change: Change): string {
  const { added, removed } = changedLines(change);
  const sign = { create: colors.green("+"), edit: colors.yellow("~"), delete: colors.red("-") }[change.kind];
  const counts = [added ? colors.green(`+${added}`) : "", removed ? colors.red(`-${removed}`) : ""]
    .filter(Boolean)
    .join(" ");
  return `${sign} ${change.path} ${counts} ${colors.dim(change.kind === "create" ? "" : `(${change.why})`)}`.trimEnd();
}

function manualLines({ path, place, reason, lines }: ManualStep): string[] {
  return [`${colors.bold(path)}: ${reason}`, `  ${place}:`, ...lines.map((line) => `      ${line}`), ""];
}
