import { diffLines } from "diff";
import type { Change } from "../plan/plan.js";

/** How many lines a change adds and takes away. */
export function changedLines({ before, after }: Change): { added: number; removed: number } {
  if (before === null || after === null) return { added: countLines(after), removed: countLines(before) };
  let added = 0;
  let removed = 0;
  for (const part of diffLines(before, after)) {
    if (part.added) added += part.count;
    if (part.removed) removed += part.count;
  }
  return { added, removed };
}

function countLines(text: string | null): number {
  if (!text) return 0;
  return text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
}
