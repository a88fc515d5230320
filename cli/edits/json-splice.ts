import type { Node } from "jsonc-parser";
import { lineEnding } from "../text/line-ending.js";

/** One level of a JSON file's indentation. */
export function indentUnit(text: string): string {
  return /^([ \t]+)"/m.exec(text)?.[1] ?? "  ";
}

/** The white space that the line of `offset` starts with. */
export function indentAt(text: string, offset: number): string {
  const line = text.slice(text.lastIndexOf("\n", offset - 1) + 1, offset);
  return /^[ \t]*/.exec(line)![0];
}

/**
 * `text` with `item` as the new child number `index` of an object or array. It follows the layout of its neighbours; comments
 * and trailing commas stay with the line they are on. Newlines in `item` take the file's line ending.
 */
export function insertItem(text: string, container: Node, index: number, item: string): string {
  const eol = lineEnding(text);
  const written = item.replaceAll("\n", eol);
  const children = container.children ?? [];
  const first = children[0];
  if (first === undefined) return insertFirst(text, container, written);

  const multiLine = text.slice(container.offset, first.offset).includes("\n");
  const gap = multiLine ? eol + indentAt(text, first.offset) : minified(text) ? "" : " ";
  if (index === 0) return splice(text, first.offset, first.offset, `${written},${gap}`);

  const previous = children[index - 1]!;
  const end = previous.offset + previous.length;
  const { comma, lineEnd } = afterItem(text, end);
  if (!multiLine) return splice(text, end, end, `,${gap}${written}`);
  const line = gap + written + (comma ? "," : "");
  return splice(splice(text, lineEnd, lineEnd, line), end, end, comma ? "" : ",");
}

export function splice(text: string, start: number, end: number, inserted: string): string {
  return text.slice(0, start) + inserted + text.slice(end);
}

function insertFirst(text: string, container: Node, item: string): string {
  const inside = container.offset + 1;
  const end = container.offset + container.length - 1;
  const blank = text.slice(inside, end).trim() === "";
  if (container.type === "array" || minified(text)) return splice(text, inside, blank ? end : inside, item);
  const eol = lineEnding(text);
  const indent = indentAt(text, container.offset);
  const line = eol + indent + indentUnit(text) + item;
  return blank ? splice(text, inside, end, line + eol + indent) : splice(text, inside, inside, line);
}

/** Whether a comma follows the item that ends at `end`, and where its line ends, comments included. */
function afterItem(text: string, end: number): { comma: boolean; lineEnd: number } {
  const restOfLine = /(?:[ \t]*(?:,|\/\/[^\r\n]*|\/\*[^\r\n]*?\*\/))*/y;
  restOfLine.lastIndex = end;
  const rest = restOfLine.exec(text)![0];
  return { comma: rest.replace(/\/\/.*|\/\*.*?\*\//g, "").includes(","), lineEnd: end + rest.length };
}

function minified(text: string): boolean {
  return !/\n|": /.test(text.trim());
}
