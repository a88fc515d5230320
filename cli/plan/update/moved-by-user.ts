import type { SourceText } from "../../project/sources/source-files.js";
import type { FileOutcome, ManualStep } from "../plan.js";

/** A file that is no longer where it was installed, and what it said there. */
export interface Missing {
  readonly path: string;
  readonly base: string;
  /** Whether the new version changes it. */
  readonly changed: boolean;
}

/** How much of a file has to be in another for that to be the same one, as in git. */
const leastAlike = 0.6;

/**
 * Names the file of the user's that an installed one has become: no update reaches it there. Where the new version changes
 * it, that is left for the user to do.
 */
export function planMovedByUser(
  missing: readonly Missing[],
  sources: readonly SourceText[],
  outcomes: FileOutcome[],
): ManualStep[] {
  return missing.flatMap(({ path, base, changed }) => {
    const place = mostAlike(base, sources);
    const at = outcomes.findIndex((outcome) => outcome.path === path && outcome.what === "absent");
    if (place === null || at === -1) return [];
    outcomes[at] = { ...outcomes[at]!, note: `you have moved it to ${place}, where no update reaches it` };
    const reason = `it is ${path} of the installation, which the new version changes: "authwright diff" shows how`;
    return changed
      ? [{ path: place, place: "take the changes over by hand, or move it back and update again", reason, lines: [] }]
      : [];
  });
}

function mostAlike(base: string, sources: readonly SourceText[]): string | null {
  const wanted = saidLines(base);
  const scored = sources.map(({ path, text }) => {
    const there = new Set(saidLines(text));
    return { path, share: wanted.filter((line) => there.has(line)).length / Math.max(1, wanted.length) };
  });
  const best = scored.toSorted((a, b) => b.share - a.share)[0];
  return best && best.share >= leastAlike ? best.path : null;
}

/** Imports change where a file moves, and brackets say nothing. */
function saidLines(text: string): string[] {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  return lines.filter((line) => /\w{3}/.test(line) && !/^import\b|\bfrom\s+["']/.test(line));
}
