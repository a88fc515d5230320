import { stripVTControlCharacters } from "node:util";

/** Lines that are copied: a line break in them would be typed too. */
const copied = /^\s*(?:(?:npx|npm|pnpm|yarn|bun|node|cd|git|curl|-d|eval) |\{|https?:)|^ {6}/;

/** The text with its long lines broken between words, each rest indented below its beginning. Commands and code stay whole. */
export function wrapped(text: string, columns: number): string {
  return text
    .split("\n")
    .map((line) =>
      widthOf(line) <= columns || copied.test(stripVTControlCharacters(line)) ? line : broken(line, columns),
    )
    .join("\n");
}

/** For a stream that is a terminal; a file and a pipe get the lines as they are. */
export function wrappedFor(stream: { readonly isTTY?: boolean; readonly columns?: number }, text: string): string {
  return stream.isTTY && stream.columns ? wrapped(text, Math.max(20, stream.columns)) : text;
}

function broken(line: string, columns: number): string {
  const indent = /^ */.exec(line)![0];
  const rest = `${indent}  `;
  const lines: string[] = [];
  let current = "";
  for (const word of line.slice(indent.length).split(/ +/)) {
    const start = lines.length === 0 ? indent : rest;
    const longer = current === "" ? start + word : `${current} ${word}`;
    if (current === "" || widthOf(longer) <= columns) current = longer;
    else {
      lines.push(current);
      current = rest + word;
    }
  }
  return [...lines, current].join("\n");
}

function widthOf(line: string): number {
  return [...stripVTControlCharacters(line)].length;
}
