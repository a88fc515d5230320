import { FILE_HEADERS_ONLY, formatPatch, structuredPatch } from "diff";
import type { FileComparison } from "../plan/compare.js";
import type { Change, Plan, Update } from "../plan/plan.js";
import { inShapeOf, splitLines } from "../text/text-lines.js";
import { colors } from "./colors.js";
import { versionLine } from "./render-outcomes.js";
import { ownFiles } from "./render-plan.js";

/** All that `diff` found: the files of the items, and what an update would change beside them. */
export interface Comparison {
  readonly files: readonly FileComparison[];
  readonly others: readonly Change[];
  readonly plan: Update;
}

/** Whether there is anything to show. */
export function isDifferent({ files, others, plan }: Comparison): boolean {
  return (
    files.some((file) => file.changedByYou || file.changedByNewer) ||
    others.length + plan.env.length + plan.appends.length > 0
  );
}

/** Three things apart: what the user changed, what the new version changes, and where both do. Patches in plain text. */
export function renderDiff({ files, others, plan }: Comparison): string {
  const yours = files.filter(({ changedByYou }) => changedByYou).map((file) => paint(yourPatch(file)));
  const newer = files.filter(({ changedByNewer }) => changedByNewer).map((file) => paint(newerPatch(file)));
  const keys = plan.env.length > 0 ? [`# new keys in .env: ${plan.env.join(", ")}`] : [];
  const entries = plan.appends.map(({ entry, list, file }) => `# new entry: ${entry} in ${list} of ${file}`);
  const versions = plan.versions.map(versionLine).join(", ");
  const parts = [
    ...section("cyan", `yours: what you have changed since the installation (${versions})`, yours),
    ...section("yellow", `newer: what the new version changes (${versions})`, [
      ...newer,
      ...others.map((change) => paint(patch(change.path, change.before, change.after, ["now", "updated"]))),
      ...keys,
      ...entries,
    ]),
    ...section("magenta", "both: where you and the new version have changed the same file", files.flatMap(bothLine)),
  ];
  return parts.length > 0 ? parts.join("\n") : `${versions}: no differences`;
}

/** Every change of a plan as a patch, those of the user's own files first. Secrets and the kept originals are named only. */
export function renderChanges(plan: Plan): string {
  const own = ownFiles(plan);
  const others = plan.changes.filter((change) => !own.includes(change) && !change.path.startsWith(".authwright/"));
  return [...own, ...others].map(changePatch).join("\n");
}

function changePatch({ path, before, after, secret, opaque }: Change): string {
  if (secret || opaque) return colors.bold(`# ${path}: not shown`);
  return paint(patch(path, before, after, ["a", "b"]));
}

/** The same for a program. */
export function diffJson(comparison: Comparison) {
  const { files, others, plan } = comparison;
  const changed = files.filter((file) => file.changedByYou || file.changedByNewer);
  return {
    versions: plan.versions,
    different: isDifferent(comparison),
    files: changed.map((file) => ({
      path: file.path,
      movedTo: file.movedTo,
      yours: file.changedByYou ? yourPatch(file) : null,
      newer: file.changedByNewer ? newerPatch(file) : null,
      both: file.both && { merges: file.both.conflicts.length === 0 && file.both.reason === null, ...file.both },
    })),
    others: others.map(({ path, before, after }) => ({ path, newer: patch(path, before, after, ["now", "updated"]) })),
    dependencies: plan.dependencies,
    env: plan.env,
    ...(plan.appends.length > 0 && { appends: plan.appends }),
    warnings: plan.warnings,
  };
}

function yourPatch({ path, base, yours }: FileComparison): string {
  return patch(path, alike(base, yours), yours, ["installed", "yours"]);
}

function newerPatch({ path, movedTo, base, yours, newer }: FileComparison): string {
  return patch(path, alike(base, yours), alike(newer, yours), ["installed", "newer"], movedTo ?? path);
}

/** A unified diff, whole to its last empty line of context. A file that moves has git's own header: without it no tool would move it. */
function patch(path: string, before: string | null, after: string | null, [from, to]: [string, string], target = path) {
  const moved = target !== path;
  const name = (text: string | null, label: string) => (text === null ? "/dev/null" : label);
  const old = moved ? `a/${path}` : name(before, `${from}/${path}`);
  const made = structuredPatch(old, moved ? `b/${target}` : name(after, `${to}/${path}`), before ?? "", after ?? "");
  return formatPatch({ ...made, isGit: moved, isRename: moved }, FILE_HEADERS_ONLY).replace(/\n$/, "");
}

/** With the line ends and the byte order mark of the user's file: they are not compared, and a patch has to fit it. */
function alike(text: string | null, yours: string | null): string | null {
  if (text === null || yours === null) return text;
  const { lines, closed } = splitLines(text);
  return inShapeOf(lines, yours, closed);
}

function paint(text: string): string {
  const lines = text.split("\n");
  const first = lines.findIndex((line) => line.startsWith("@@"));
  return lines
    .map((line, index) => {
      if (index < first || first === -1) return colors.bold(line);
      if (line.startsWith("+")) return colors.green(line);
      return line.startsWith("-") ? colors.red(line) : line.startsWith("@@") ? colors.cyan(line) : line;
    })
    .join("\n");
}

function section(colour: "cyan" | "yellow" | "magenta", title: string, parts: readonly string[]): string[] {
  return parts.length === 0 ? [] : [colors.bold(colors[colour](`# ${title}`)), ...parts, ""];
}

function bothLine({ path, both }: FileComparison): string[] {
  if (!both) return [];
  const places = both.conflicts.map(({ line, lines }) => (lines > 1 ? `${line}-${line + lines - 1}` : `${line}`));
  if (places.length > 0) return [`# ${path}:${places.join(", ")} conflicts${both.reason ? ` (${both.reason})` : ""}`];
  return [`# ${path} ${both.reason ?? "merges"}`];
}
