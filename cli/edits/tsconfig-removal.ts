import { isDeepStrictEqual } from "node:util";
import { type Node, type ParseError, parse, parseTree } from "jsonc-parser";
import type { Edit } from "./edit.js";
import { cutItem } from "./json-cut.js";

const bom = "\uFEFF";
const optionLine = /^"(\w+)": (true|false)$/;

/**
 * Takes away what an add wrote to a tsconfig: `lines` are options of `compilerOptions` ("skipLibCheck": true) and entries of
 * its lists. An option that says something else by now stays. Lists in `emptied` go where nothing is left in them.
 */
export function removeFromTsconfig(text: string, lines: readonly string[], emptied: readonly string[]): Edit {
  const start = text.startsWith(bom) ? bom : "";
  const body = text.slice(start.length);
  const before = read(body);
  if (!before) return cannot("it is not a valid tsconfig", lines);
  const cut = lines.reduce(cutLine, body);
  const after = emptied.reduce(cutEmptied, cut);
  if (after === body) return { kind: "already" };
  const expected = expectedValue(before, lines, emptied);
  if (!isDeepStrictEqual(read(after), expected)) return cannot("its layout is too unusual to edit", lines);
  return { kind: "applied", text: start + after, added: lines };
}

type Value = Record<string, unknown> & { compilerOptions?: Record<string, unknown> };

/** The lists that an add may write to; a path stands in one of them only. */
const lists = ["exclude", "include", "files"];

function expectedValue(before: Value, lines: readonly string[], emptied: readonly string[]): Value {
  const value = structuredClone(before);
  const { compilerOptions = {} } = value;
  for (const line of lines) {
    const [, option, set] = optionLine.exec(line) ?? [];
    if (option) {
      if (String(compilerOptions[option]) === set) delete compilerOptions[option];
    } else {
      const list = lists.map((name) => value[name]).find((entries) => Array.isArray(entries) && entries.includes(line));
      if (Array.isArray(list)) list.splice(list.lastIndexOf(line), 1);
    }
  }
  for (const name of emptied) if (isEmpty(value[name])) delete value[name];
  return value;
}

function cutLine(text: string, line: string): string {
  const [, option, value] = optionLine.exec(line) ?? [];
  const inList = (name: string) => member(text, name)?.children?.some((entry) => entry.value === line);
  const list = member(text, option ? "compilerOptions" : (lists.find(inList) ?? "exclude"));
  const at = (list?.children ?? []).findLastIndex((child) =>
    option ? isOption(child, option, value) : child.value === line,
  );
  return list && at !== -1 ? cutItem(text, list, at) : text;
}

function isOption({ children }: Node, option: string, value: string | undefined): boolean {
  return children?.[0]?.value === option && String(children[1]?.value) === value;
}

function cutEmptied(text: string, name: string): string {
  const root = parseTree(text, [], { allowTrailingComma: true })!;
  const at = (root.children ?? []).findIndex(({ children }) => children?.[0]?.value === name);
  const inside = root.children?.[at]?.children?.[1];
  return inside && !inside.children?.length ? cutItem(text, root, at) : text;
}

function member(text: string, name: string): Node | undefined {
  const root = parseTree(text, [], { allowTrailingComma: true });
  return root?.children?.find(({ children }) => children?.[0]?.value === name)?.children?.[1];
}

function isEmpty(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}

function read(text: string): Value | null {
  const errors: ParseError[] = [];
  const value: unknown = parse(text, errors, { allowTrailingComma: true });
  return errors.length === 0 && typeof value === "object" && value !== null ? (value as Value) : null;
}

function cannot(reason: string, lines: readonly string[]): Edit {
  return { kind: "cannot", reason, place: "take these out by hand", paste: lines };
}
