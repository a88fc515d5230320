import type { Node } from "jsonc-parser";
import type { Edit } from "./edit.js";
import { cutItem } from "./json-cut.js";
import { cutEmptied, dropEmptied, editJson, memberOf, rootOf } from "./json-edit.js";
import { readTsconfig } from "./tsconfig.js";

const optionLine = /^"(\w+)": (true|false)$/;

/**
 * Takes away what an add wrote to a tsconfig: `lines` are options of `compilerOptions` ("skipLibCheck": true) and entries of
 * its lists. An option that says something else by now stays. Lists in `emptied` go where nothing is left in them.
 */
export function removeFromTsconfig(text: string, lines: readonly string[], emptied: readonly string[]): Edit {
  return editJson<Value>(text, {
    read: readTsconfig,
    splice: (before) => {
      const after = emptied.reduce(cutEmptied, lines.reduce(cutLine, before.text));
      if (after === before.text) return null;
      return { text: after, value: expectedValue(before.value, lines, emptied), added: lines };
    },
    refuse: (reason) => ({ kind: "cannot", reason, place: "take these out by hand", paste: lines }),
  });
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
  for (const name of emptied) dropEmptied(value, name);
  return value;
}

function cutLine(text: string, line: string): string {
  const [, option, value] = optionLine.exec(line) ?? [];
  const root = rootOf(text);
  const inList = (name: string) => memberOf(root, name)?.children?.some((entry) => entry.value === line);
  const list = memberOf(root, option ? "compilerOptions" : (lists.find(inList) ?? "exclude"));
  const at = (list?.children ?? []).findLastIndex((child) =>
    option ? isOption(child, option, value) : child.value === line,
  );
  return list && at !== -1 ? cutItem(text, list, at) : text;
}

function isOption({ children }: Node, option: string, value: string | undefined): boolean {
  return children?.[0]?.value === option && String(children[1]?.value) === value;
}
