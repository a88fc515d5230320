import { lineEnding } from "../text/line-ending.js";

/**
 * Takes whole lines out of a text, by their numbers from 0. `glue` is what once came between the text and such lines. With
 * `first`, the number of the line that was appended first or null, a line before any other line keeps its end.
 */
export function cutLines(
  text: string,
  numbers: ReadonlySet<number>,
  glue: readonly string[] = [],
  first?: number | null,
): string {
  const lines = linesOf(text);
  let result = text;
  let end = text.length;
  for (let at = lines.length - 1; at >= 0; at--) {
    const start = end - lines[at]!.length;
    if (!numbers.has(at)) {
      end = start;
      continue;
    }
    const isFirst = !numbers.has(at - 1);
    result = isFirst
      ? join(result.slice(0, start), result.slice(end), glue, first === undefined || first === at)
      : result.slice(0, start) + result.slice(end);
    end = start;
  }
  return result;
}

/** The numbers of the last lines that say exactly this, one for each of `wanted`; what is not there is left out. */
export function findLines(text: string, wanted: readonly string[]): Set<number> {
  const lines = linesOf(text).map((line) => line.trimEnd());
  const found = new Set<number>();
  for (const line of wanted.toReversed()) {
    const at = lines.findLastIndex((one, number) => one === line.trimEnd() && !found.has(number));
    if (at !== -1) found.add(at);
  }
  return found;
}

/** The number of the first of these lines, if it still stands before all others of them. */
export function firstLine(text: string, appended: readonly string[]): number | null {
  const at = Math.min(...findLines(text, appended));
  return linesOf(text)[at]?.trimEnd() === appended[0]?.trimEnd() ? at : null;
}

/** The lines of a text, each with its line ending. */
export function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function join(before: string, after: string, glue: readonly string[], mayOpen: boolean): string {
  const seam = glue.toSorted((a, b) => b.length - a.length).find((one) => one !== "" && before.endsWith(one));
  const start = seam === undefined ? before : before.slice(0, -seam.length);
  const closes = after !== "" || (!mayOpen && start.trim() !== "");
  const open = closes && start !== "" && before.endsWith("\n") && !start.endsWith("\n");
  return start + (open ? lineEnding(before) : "") + after;
}
