import { parseSource, walk } from "../../cli/edits/syntax.js";
import type { Module } from "../../test/support/import-graph.js";

/** The lines of the file in the middle, when they are sorted by length. */
export function medianFile(modules: readonly Module[]): number {
  return median(modules.map(({ text }) => text.split("\n").length - 1));
}

/** The lines of the function in the middle, from its first to its last: declarations, methods, and arrows that have a body. */
export function medianFunction(modules: readonly Module[]): number {
  return median(modules.flatMap(functionLengths));
}

function functionLengths({ path, text }: Module): number[] {
  const lengths: number[] = [];
  walk(parseSource(text, `${path}.ts`).program, (node) => {
    const hasBody = "body" in node && node.body && !Array.isArray(node.body) && node.body.type === "BlockStatement";
    if (hasBody && /Function|Method/.test(node.type)) lengths.push(node.loc!.end.line - node.loc!.start.line + 1);
  });
  return lengths;
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}
