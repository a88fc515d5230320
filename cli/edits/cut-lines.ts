import { lineEnding } from "./line-ending.js";

/** Takes whole lines out of a text, by their numbers from 0. `glue` is what once came between the text and such lines. */
export function cutLines(text: string, numbers: ReadonlySet<number>, glue: readonly string[] = []): string {
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
      ? join(result.slice(0, start), result.slice(end), glue)
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

/** The lines of a text, each with its line ending. */
export function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function join(before: string, after: string, glue: readonly string[]): string {
  const seam = glue.toSorted((a, b) => b.length - a.length).find((one) => one !== "" && before.endsWith(one));
  const start = seam === undefined ? before : before.slice(0, -seam.length);
  const open = after !== "" && start !== "" && !start.endsWith("\n");
  return start + (open ? lineEnding(before) : "") + after;
}
