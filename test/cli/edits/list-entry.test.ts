import { describe, expect, test } from "vitest";
import type { Edit } from "../../../cli/edits/edit.js";
import { appendListEntry, hasListEntry, isInBuiltList, removeListEntry } from "../../../cli/edits/list-entry.js";
import { editFile } from "../../support/edit-file.js";

const wanted = { path: "a.ts", list: "list", entry: "two", specifier: "./two.js", sameModule: ["./two", "@/two.js"] };

const append = (text: string) => appendListEntry(text, wanted);
const textOf = (edit: Edit) => (edit.kind === "applied" ? edit.text : edit.kind);

const one = 'import { one } from "./one.js";\n';

describe("an entry comes with its import, and goes without a trace", () => {
  test.each([
    ["one line", `${one}\nexport const list: X[] = [one];\n`, "[one, two];"],
    ["an empty list", "/** Doc */\nexport const list: X[] = [];\n", "[two];"],
    ["an empty list below a type import", 'import type { X } from "x";\n\nexport const list: X[] = [];\n', "[two];"],
    ["nothing after the list", "export const list = []", "[two]"],
    ["single quotes, no semicolons", "import { one } from './one'\nexport const list = [one]\n", "from './two.js'\n"],
    ["lines", `${one}export const list = [\n  one,\n];\n`, "[\n  one,\n  two,\n];"],
    ["lines without a last comma", `${one}export const list = [\n\tone\n];\n`, "[\n\tone,\n\ttwo\n];"],
    ["a comment behind the last", `${one}const list = [\n  one, // a\n];\n`, "[\n  one, // a\n  two,\n];"],
    ["a comment, no last comma", `${one}const list = [\n  one // a\n];\n`, "[\n  one, // a\n  two\n];"],
    ["a comment inside", `${one}export const list = [one /* , */];\n`, "[one, two /* , */];"],
    ["only a comment", "export const list = [\n  // a\n];\n", "[two\n  // a\n];"],
    ["a spread", `${one}export const list = [...one];\n`, "[...one, two];"],
    ["as const", `${one}export const list = [one] as const;\n`, "[one, two] as const;"],
    ["satisfies", `${one}export const list = ([one] satisfies X[]) as X[];\n`, "([one, two] satisfies X[]) as X[];"],
    ["exported below", `${one}const list = [one];\nexport { list };\n`, "[one, two];"],
    ["import = require", 'import one = require("./one");\nexport const list = [one];\n', "[one, two];"],
    ["its module imported", 'import { x } from "./two";\nexport const list = [x];\n', '{ x, two } from "./two";'],
  ])("%s", (_, source, expected) => {
    for (const [start, eol] of [
      ["", "\n"],
      ["\uFEFF", "\n"],
      ["", "\r\n"],
      ["\uFEFF", "\r\n"],
    ] as const) {
      const text = start + source.replaceAll("\n", eol);
      const after = textOf(editFile(text, append));
      expect(after.startsWith(start) && after).toContain(expected.replaceAll("\n", eol));
      expect(editFile(after, append).kind).toBe("already");
      expect(textOf(editFile(after, (one) => removeListEntry(one, wanted)))).toBe(text);
    }
  });

  test.each([
    ["in the middle", "[one, two, three]", "[one, three]"],
    ["first", "[two, one]", "[one]"],
    ["a line in the middle", "[\n  one,\n  two,\n  three,\n]", "[\n  one,\n  three,\n]"],
    ["the first line", "[\n  two,\n  one,\n]", "[\n  one,\n]"],
    ["the only line", "[\n  two,\n]", "[\n]"],
    ["the last line, no comma", "[\n  one, // a, b\n  two // mine\n]", "[\n  one // a, b\n]"],
  ])("a user may have moved it: %s", (_, list, left) => {
    const text = (entries: string) => `${one}export const list = ${entries};\n`;
    const source = text(list).replace("\n", '\nimport { two } from "@/two.js";\n');
    expect(textOf(removeListEntry(source, wanted))).toBe(text(left));
  });
});

test("imports stay sorted, where they are", () => {
  const source = 'import { a } from "./a.js";\nimport { z } from "./z.js";\nexport const list = [a, z];\n';
  expect(textOf(appendListEntry(source, wanted))).toMatch(/a\.js";\nimport \{ two \} from "\.\/two\.js";\nimport \{ z/);
});

test("another name of the user's for it is the same entry", () => {
  const source = 'import { two as second } from "@/two.js";\nexport const list = [second];\n';
  expect(hasListEntry(source, wanted)).toBe(true);
  expect(textOf(removeListEntry(source, wanted))).toBe("export const list = [];\n");
});

test("an import that something else of the file uses stays, and is named", () => {
  const source = 'import { two } from "./two.js";\nexport const list = [two];\nexport const also = two;\n';
  expect(removeListEntry(source, wanted)).toMatchObject({ kind: "cannot", reason: "it uses two in another way too" });
});

test("what is not there any more is already out", () => {
  expect(removeListEntry(`${one}export const list = [one];\n`, wanted).kind).toBe("already");
  const imported = 'import { two } from "./two.js";\nexport const list = [];\n';
  expect(textOf(removeListEntry(imported, wanted))).toBe("export const list = [];\n");
});

test.each(["([] as X[]).concat([one, two])", "[one, two].filter(Boolean)", "Array.of(one, two)"])(
  "a person has put it into %s: there is nothing to do",
  (list) => {
    const source = `${one}import { two } from "./two.js";\nexport const list: X[] = ${list};\n`;
    expect(appendListEntry(source, wanted).kind).toBe("already");
    expect(isInBuiltList(source, wanted)).toBe(true);
    const without = source.replace(/,? two([\])])/, "$1");
    expect(appendListEntry(without, wanted).kind).toBe("cannot");
    expect(isInBuiltList(without, wanted)).toBe(false);
  },
);

test("an entry that is filtered out of a list is not in it", () => {
  const source = `${one}import { two } from "./two.js";\nexport const list = all.filter((x) => x !== two);\n`;
  expect(isInBuiltList(source, wanted)).toBe(false);
});

describe("not done, with the lines to paste", () => {
  test.each([
    ["no list", `${one}export const other = [one];\n`, "it no longer declares list as a list"],
    [
      "a list that is made",
      `${one}export const list = [one].filter(Boolean);\n`,
      "it no longer declares list as a list",
    ],
    ["another thing of that name", `${one}const two = 2;\nexport const list = [one];\n`, "it has another two"],
    ["another entry of that name", 'import { two } from "./x.js";\nexport const list = [two];\n', "it has another two"],
    ["a type of that name", 'import type { two } from "./two.js";\nexport const list = [];\n', "it has another two"],
    ["code on the import's line", `${one.trim()} one();\nexport const list = [one];\n`, /shares a line/],
    ["no program", "export const list = [", /does not parse/],
  ])("%s", (_, source, reason) => {
    expect(appendListEntry(source, wanted)).toEqual({
      kind: "cannot",
      reason: typeof reason === "string" ? reason : expect.stringMatching(reason),
      place: "at the top of a.ts, and at the end of the list list",
      paste: ['import { two } from "./two.js";', "two"],
    });
  });
});
