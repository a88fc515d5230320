/** A key in a sample file, with the comment above it. */
export interface KeyBlock {
  readonly key: string;
  readonly lines: readonly string[];
}

/** The keys among the lines that were put into a sample file. */
export function keyBlocks(lines: readonly string[]): KeyBlock[] {
  let above: string[] = [];
  return lines.flatMap((line) => {
    above.push(line);
    if (line.startsWith("#")) return [];
    const block = { key: line.replace(/=.*/, ""), lines: above };
    above = [];
    return [block];
  });
}
