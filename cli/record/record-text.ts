import type { InstallRecord } from "./schema.js";

const columns = 80;

/**
 * The record as text, as Prettier and Biome lay JSON out by themselves: a list that fits into 80 columns stands on one line.
 * Its indentation is that of `before`, the record as it stands there, else two spaces.
 */
export function recordText(record: InstallRecord, before: string | null): string {
  const indent = /^\{\r?\n([ \t]+)/.exec(before ?? "")?.[1] ?? "  ";
  return `${layOut(record, { indent, depth: 0, before: 0, after: 0 })}\n`;
}

interface Place {
  readonly indent: string;
  readonly depth: number;
  /** The characters of the line in front of a value and behind it, its indentation aside. */
  readonly before: number;
  readonly after: number;
}

function layOut(value: unknown, place: Place): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (!Array.isArray(value)) return layOutObject(value, place);
  const line = `[${value.map((entry) => JSON.stringify(entry)).join(", ")}]`;
  const isFlat = value.every((entry) => typeof entry !== "object");
  return isFlat && fits(line, place) ? line : layOutList(value, place);
}

/** Formatters count a tab as two columns. */
function fits(line: string, { indent, depth, before, after }: Place): boolean {
  const indented = indent.replaceAll("\t", "  ").length * depth;
  return indented + before + line.length + after <= columns;
}

function layOutObject(value: object, place: Place): string {
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  const parts = entries.map(([name, member], index) => {
    const key = `${JSON.stringify(name)}: `;
    return key + layOut(member, within(place, key.length, index < entries.length - 1));
  });
  return block("{", parts, "}", place);
}

function layOutList(value: readonly unknown[], place: Place): string {
  const parts = value.map((entry, index) => layOut(entry, within(place, 0, index < value.length - 1)));
  return block("[", parts, "]", place);
}

function within({ indent, depth }: Place, before: number, hasComma: boolean): Place {
  return { indent, depth: depth + 1, before, after: hasComma ? 1 : 0 };
}

function block(open: string, parts: readonly string[], close: string, { indent, depth }: Place): string {
  if (parts.length === 0) return open + close;
  const lines = parts.map((part) => indent.repeat(depth + 1) + part);
  return `${open}\n${lines.join(",\n")}\n${indent.repeat(depth)}${close}`;
}
