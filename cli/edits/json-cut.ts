import type { Node } from "jsonc-parser";
import { splice } from "./json-splice.js";

/**
 * `text` without child number `index` of an object or array: the reverse of `insertItem`. Comments and trailing commas of
 * its neighbours stay.
 */
export function cutItem(text: string, container: Node, index: number): string {
  const children = container.children ?? [];
  const [previous, item, next] = [children[index - 1], children[index]!, children[index + 1]];
  const end = item.offset + item.length;
  const comma = commaAfter(text, end);
  const before = previous ? previous.offset + previous.length : container.offset + 1;
  const ownLine = /\n[ \t]*$/.exec(text.slice(before, item.offset));
  const rest = /^[ \t]*(?:\/\/[^\r\n]*|\/\*[^\r\n]*?\*\/)?[ \t]*(?=\r?\n|$)/.exec(text.slice(comma ?? end));
  if (!ownLine || !rest) return cutInLine(text, { container, previous, item, next });

  const lineStart = item.offset - ownLine[0].length - (text[item.offset - ownLine[0].length - 1] === "\r" ? 1 : 0);
  const without = splice(text, lineStart, (comma ?? end) + rest[0].length, "");
  if (children.length === 1) return emptied(without, container);
  const dangling = next === undefined && comma === null && previous ? commaAfter(text, before) : null;
  return dangling === null ? without : splice(without, dangling - 1, dangling, "");
}

interface Around {
  readonly container: Node;
  readonly previous: Node | undefined;
  readonly item: Node;
  readonly next: Node | undefined;
}

function cutInLine(text: string, { container, previous, item, next }: Around): string {
  const end = item.offset + item.length;
  if (next) return splice(text, item.offset, next.offset, "");
  if (previous) return splice(text, previous.offset + previous.length, end, "");
  return splice(text, container.offset + 1, container.offset + container.length - 1, "");
}

/** An object or array that has nothing left in it, on one line. */
function emptied(text: string, container: Node): string {
  const inside = /^\s*(?=[}\]])/.exec(text.slice(container.offset + 1));
  return inside ? splice(text, container.offset + 1, container.offset + 1 + inside[0].length, "") : text;
}

/** Where the comma behind an item ends; null where there is none. */
function commaAfter(text: string, offset: number): number | null {
  const found = /^(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*,/.exec(text.slice(offset));
  return found ? offset + found[0].length : null;
}
