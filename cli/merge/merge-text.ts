import { diffIndices } from "node-diff3";
import { inShapeOf, joinLines, splitLines } from "../text/text-lines.js";
import { type ConflictLabels, markConflict } from "./markers.js";
import { conflictsIn, mergeLines, mergeTwoWay, type Region, settleRegions } from "./regions.js";
import { relayout } from "./relayout.js";
import { isCode, parses } from "./same-meaning.js";

/** Three versions of one file. */
export interface Versions {
  /** As it was installed; null where that is not known any more. */
  readonly base: string | null;
  readonly yours: string;
  readonly theirs: string;
  /** Its path: it decides whether the result has to be valid TypeScript. */
  readonly path: string;
}

/** Lines of the user's file, from 1, that a conflict covers; `lines` is 0 where only the other side has any. */
export interface Conflict {
  readonly line: number;
  readonly lines: number;
}

export type Merge =
  | { readonly kind: "merged"; readonly text: string }
  | {
      readonly kind: "conflicts";
      readonly conflicts: readonly Conflict[];
      /** Why it is a conflict, where that is more than the same lines changed on both sides. */
      readonly reason: string | null;
      /** The text for each way to settle the conflicts; all else is merged in each. */
      readonly settled: Readonly<Record<"ours" | "theirs" | "inline", string>>;
    };

type Lines = readonly string[];

/**
 * Merges what both sides changed: by lines, as git does, or by meaning where a side was reformatted. For that, both
 * sides are brought into the layout of the base, merged there by lines, and the result is brought back into the user's
 * layout. The result has the user's line endings and byte order mark, and it parses.
 */
export function mergeText({ base, yours, theirs, path }: Versions, labels: ConflictLabels): Merge {
  if (theirs === base || theirs === yours) return { kind: "merged", text: yours };
  const user = splitLines(yours);
  const next = splitLines(theirs);
  const old = base === null ? null : splitLines(base);
  const closed = old !== null && user.closed === old.closed ? next.closed : user.closed;
  const write = (lines: Lines) => inShapeOf(lines, yours, closed);
  if (old === null) {
    if (equal(user.lines, next.lines)) return { kind: "merged", text: yours };
    const reason = "how it was installed is not known any more, so every difference is yours to decide";
    return outcome(mergeTwoWay(user.lines, next.lines), user.lines, write, labels, reason);
  }
  if (equal(next.lines, old.lines) || equal(next.lines, user.lines)) return { kind: "merged", text: yours };
  if (equal(user.lines, old.lines)) return { kind: "merged", text: write(next.lines) };

  const byLines = mergeLines(user.lines, old.lines, next.lines);
  const code = isCode(path);
  const merged = conflictsIn(byLines).length === 0 ? settleRegions(byLines, ({ yours }) => yours) : null;
  const clean = merged !== null && (!code || parses(joinLines(merged), path));
  const byMeaning =
    code && (!clean || isReformatted(user.lines, old.lines))
      ? mergeMeaning(user.lines, old.lines, next.lines, path)
      : null;
  if (byMeaning && disputedLines(byMeaning) < (clean ? 1 : disputedLines(byLines) || Number.POSITIVE_INFINITY))
    return outcome(byMeaning, user.lines, write, labels, null);
  if (clean) return { kind: "merged", text: write(merged) };
  if (merged === null) {
    const unread = code && byMeaning === null && isReformatted(user.lines, old.lines);
    return outcome(byLines, user.lines, write, labels, unread ? notByMeaning : null);
  }
  const reason = "the two sides merge into a text that is no valid TypeScript";
  return outcome(mergeTwoWay(user.lines, next.lines), user.lines, write, labels, reason);
}

const notByMeaning =
  "it is laid out anew, and could not be merged by what it says: every line that differs is yours to decide";

function disputedLines(regions: readonly Region[]): number {
  return conflictsIn(regions).reduce((sum, { yours, theirs }) => sum + yours.length + theirs.length, 0);
}

/** Most lines are other ones: then new lines should follow the user's habits, even where the lines alone would merge. */
function isReformatted(yours: Lines, base: Lines): boolean {
  const known = new Set(base);
  return yours.filter((line) => known.has(line)).length * 2 < yours.length;
}

/** Merges in the layout of the base. Null where the layout is not what keeps the sides apart, or can't be told apart. */
function mergeMeaning(yours: Lines, base: Lines, theirs: Lines, path: string): Region[] | null {
  const [mine, old, next] = [joinLines(yours), joinLines(base), joinLines(theirs)];
  const myCode = relayout(mine, old, path);
  const nextCode = relayout(next, old, path);
  if (myCode === null || nextCode === null || (myCode === mine && nextCode === next)) return null;
  const regions = mergeLines(splitLines(myCode).lines, base, splitLines(nextCode).lines);
  const side = (pick: "yours" | "theirs") =>
    relayout(joinLines(settleRegions(regions, (conflict) => conflict[pick])), mine, path);
  const [ours, other] = [side("yours"), side("theirs")];
  if (ours === null || other === null) return null;
  return mergeTwoWay(splitLines(ours).lines, splitLines(other).lines);
}

function outcome(
  regions: readonly Region[],
  yours: Lines,
  write: (lines: Lines) => string,
  labels: ConflictLabels,
  reason: string | null,
): Merge {
  const settle = (pick: "yours" | "theirs") => settleRegions(regions, (conflict) => conflict[pick]);
  const ours = settle("yours");
  if (conflictsIn(regions).length === 0) return { kind: "merged", text: write(ours) };
  return {
    kind: "conflicts",
    conflicts: conflictLines(regions, ours, yours),
    reason,
    settled: {
      ours: write(ours),
      theirs: write(settle("theirs")),
      inline: write(settleRegions(regions, (conflict) => markConflict(conflict, labels))),
    },
  };
}

/** Where the conflicts stand in the user's file as it is now. */
function conflictLines(regions: readonly Region[], ours: Lines, yours: Lines): Conflict[] {
  const hunks = diffIndices([...ours], [...yours]);
  const place = (index: number) => {
    const before = hunks.filter(({ buffer1 }) => buffer1[0] + buffer1[1] <= index).at(-1);
    return before ? index - before.buffer1[0] - before.buffer1[1] + before.buffer2[0] + before.buffer2[1] : index;
  };
  let index = 0;
  const found: Conflict[] = [];
  for (const region of regions) {
    const { length } = region.kind === "settled" ? region.lines : region.yours;
    if (region.kind === "conflict") found.push({ line: place(index) + 1, lines: place(index + length) - place(index) });
    index += length;
  }
  return found;
}

function equal(a: Lines, b: Lines): boolean {
  return a.length === b.length && a.every((line, index) => line === b[index]);
}
