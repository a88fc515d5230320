import { diffIndices } from "node-diff3";
import { withMarkOf, withoutMark } from "./byte-order-mark.js";
import { lineEnding } from "./line-ending.js";

/** A text apart from what an editor or a checkout may change by itself: line endings, byte order mark, final line end. */
export interface TextLines {
  readonly lines: readonly string[];
  readonly closed: boolean;
}

/** The lines of a text, without their ends. */
export function splitLines(text: string): TextLines {
  const lines = withoutMark(text).split(/\r?\n/);
  const closed = lines.at(-1) === "";
  return { lines: closed ? lines.slice(0, -1) : lines, closed };
}

/** Lines with plain ends: what parsers and comparisons work on. */
export function joinLines(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join("");
}

/** New lines in the shape of a file of the user's: its byte order mark, and for each line the end that it has there. */
export function inShapeOf(lines: readonly string[], file: string, closed: boolean): string {
  const { lines: known } = splitLines(file);
  const usual = lineEnding(file);
  const ends = file.match(/\r?\n/g) ?? [];
  const own = new Set(ends).size > 1 ? keptEnds(lines, known, ends) : [];
  const body = lines.map((line, index) => {
    const last = index === lines.length - 1 && !closed;
    return last ? line : line + (own[index] ?? usual);
  });
  return withMarkOf(file, body.join(""));
}

/** In a file with mixed ends, a line that stays keeps its own. */
function keptEnds(lines: readonly string[], known: readonly string[], ends: readonly string[]) {
  const kept: (string | undefined)[] = [];
  let from = 0;
  const hunks = diffIndices([...known], [...lines]);
  for (const { buffer1, buffer2 } of [...hunks, { buffer1: [known.length, 0], buffer2: [lines.length, 0] }]) {
    const [start = 0, length = 0] = buffer1;
    kept.push(...ends.slice(from, start), ...Array<undefined>(buffer2[1] ?? 0).fill(undefined));
    from = start + length;
  }
  return kept;
}
