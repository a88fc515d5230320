import { diff3MergeRegions, diffIndices } from "node-diff3";

/** A stretch of a merge, in lines. */
export type Region =
  | { readonly kind: "settled"; readonly lines: readonly string[]; readonly unchanged: boolean }
  /** `at` is the index of its first line among yours. */
  | {
      readonly kind: "conflict";
      readonly yours: readonly string[];
      readonly theirs: readonly string[];
      readonly at: number;
    };
export type ConflictRegion = Extract<Region, { kind: "conflict" }>;

type Lines = readonly string[];

/** Conflicts that are this near to each other are one, as in git. */
const joinedLines = 3;

/** The three-way merge of lines, with the conflicts that `git merge-file` sees. */
export function mergeLines(yours: Lines, base: Lines, theirs: Lines): Region[] {
  const regions: Region[] = [];
  for (const region of diff3MergeRegions([...yours], [...base], [...theirs])) {
    if (region.stable) regions.push({ kind: "settled", lines: region.bufferContent, unchanged: region.buffer === "o" });
    else if (equal(region.aContent, region.bContent))
      regions.push({ kind: "settled", lines: region.aContent, unchanged: false });
    else regions.push(...disputed(region.aContent, region.bContent, region.aStart));
  }
  return joinNear(regions);
}

/** Without a base, every line that differs is a conflict. */
export function mergeTwoWay(yours: Lines, theirs: Lines): Region[] {
  return joinNear(disputed(yours, theirs, 0));
}

/** The lines of a merge in which every conflict is settled by `settle`. */
export function settleRegions(regions: readonly Region[], settle: (conflict: ConflictRegion) => Lines): string[] {
  return regions.flatMap((region) => (region.kind === "settled" ? region.lines : settle(region)));
}

/** The conflicts of a merge. */
export function conflictsIn(regions: readonly Region[]): ConflictRegion[] {
  return regions.filter((region) => region.kind === "conflict");
}

/** What two versions of the same lines agree on is no conflict. */
function disputed(yours: Lines, theirs: Lines, at: number): Region[] {
  const regions: Region[] = [];
  let from = 0;
  for (const { buffer1, buffer2Content } of diffIndices([...yours], [...theirs])) {
    const [start, length] = buffer1;
    if (start > from) regions.push({ kind: "settled", lines: yours.slice(from, start), unchanged: true });
    from = start + length;
    regions.push({ kind: "conflict", yours: yours.slice(start, from), theirs: buffer2Content, at: at + start });
  }
  if (from < yours.length) regions.push({ kind: "settled", lines: yours.slice(from), unchanged: true });
  return regions;
}

function joinNear(regions: readonly Region[]): Region[] {
  const joined: Region[] = [];
  for (const region of regions) {
    const between = joined.at(-1);
    const before = joined.at(-2);
    if (region.kind === "conflict" && before?.kind === "conflict" && isSmall(between)) {
      joined.splice(-2, 2, {
        kind: "conflict",
        yours: [...before.yours, ...between.lines, ...region.yours],
        theirs: [...before.theirs, ...between.lines, ...region.theirs],
        at: before.at,
      });
    } else if (region.kind === "conflict" && between?.kind === "conflict") {
      const yours = [...between.yours, ...region.yours];
      joined.splice(-1, 1, { ...between, yours, theirs: [...between.theirs, ...region.theirs] });
    } else joined.push(region);
  }
  return joined;
}

function isSmall(region: Region | undefined): region is Extract<Region, { kind: "settled" }> {
  return region?.kind === "settled" && region.unchanged && region.lines.length <= joinedLines;
}

function equal(a: Lines, b: Lines): boolean {
  return a.length === b.length && a.every((line, index) => line === b[index]);
}
