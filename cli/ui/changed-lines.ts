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

/** The lines that a change adds, with their numbers in the new text; empty ones left out. */
export function addedLines({ before, after }: Change): { line: number; text: string }[] {
  let line = 1;
  return diffLines(before ?? "", after ?? "", { stripTrailingCr: true }).flatMap((part) => {
    if (part.removed) return [];
    const first = line;
    line += part.count;
    const texts = part.added ? part.value.split("\n").slice(0, part.count) : [];
    return texts.map((text, at) => ({ line: first + at, text })).filter(({ text }) => text.trim() !== "");
  });
}

function countLines(text: string | null): number {
  if (!text) return 0;
  return text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
}
