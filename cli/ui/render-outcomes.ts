import type { FileOutcome, Update } from "../plan/plan.js";
import { colors } from "./colors.js";

/** An item as an update names it. */
export function versionLine({ item, from, to }: Update["versions"][number]): string {
  return from === to ? `${item} ${to}` : `${item} ${from} -> ${to}`;
}

/** What an update could not merge, place by place, and what a person can do. */
export function renderConflicts({ outcomes, versions }: Update): string {
  const names = versions.map(versionLine).join(", ");
  const inTheWay = outcomes.filter(({ what }) => what === "conflict" || what === "taken");
  const conflicts = inTheWay.some(({ what }) => what === "conflict");
  const ways = [
    "--conflicts inline writes conflict markers for you to settle, then update --continue",
    "--conflicts ours keeps your lines where both sides changed, --conflicts theirs takes the new ones",
  ];
  return [
    colors.bold(`${names}: conflicts, nothing was written`),
    "",
    ...inTheWay.flatMap(conflictLines).map((line) => `  ${line}`),
    ...(conflicts ? ["", ...ways.map((line) => `  ${line}`)] : []),
  ].join("\n");
}

/** What an update does beyond a plain new text, for the plan that a person reads. */
export function outcomeLines(outcomes: readonly FileOutcome[]): string[] {
  return outcomes.filter(isWorthSaying).flatMap((outcome) => {
    if (outcome.what === "conflict") return conflictLines(outcome);
    const from = outcome.movedFrom ? [`moved from ${outcome.movedFrom}`] : [];
    const merged = outcome.what === "merged" ? ["your edits and the new version are merged"] : [];
    const words = [...from, ...merged, ...(outcome.note ? [outcome.note] : [])].join("; ");
    return [`${outcome.path}: ${words}`];
  });
}

function isWorthSaying({ what, note, movedFrom }: FileOutcome): boolean {
  return note !== null || movedFrom !== null || what === "merged" || what === "conflict";
}

function conflictLines({ path, conflicts, note }: FileOutcome): string[] {
  const places = conflicts.map(({ line, lines }) => (lines > 1 ? `${line}-${line + lines - 1}` : `${line}`));
  const where = places.length > 0 ? `:${places.join(", ")}` : "";
  return [`${colors.bold(path + where)}  ${note ?? "you and the new version changed the same lines"}`];
}
