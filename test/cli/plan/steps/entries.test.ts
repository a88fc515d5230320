import { describe, expect, test } from "vitest";
import {
  type EntryFacts,
  entriesIn,
  hasAllEntries,
  withEntries,
  withoutEntries,
} from "../../../../cli/plan/steps/entries.js";
import type { Appended } from "../../../../cli/record/schema.js";

const at = "src/auth/close.ts";
const entry = (name: string): Appended => ({ file: at, list: "closers", entry: name, from: `src/auth/${name}.ts` });
const project = {
  aliases: [],
  modules: { extension: ".js" },
  record: {
    version: 1,
    items: { b: { appends: [entry("two"), entry("one")] }, c: { appends: [{ ...entry("far"), file: "x.ts" }] } },
  },
} as unknown as EntryFacts;

/** The file as its owner has it, with these entries. */
const text = (...names: string[]) =>
  `${names.map((name) => `import { ${name} } from "./${name}.js";\n`).join("")}\nexport const closers: Closer[] = [${names.join(", ")}];\n`;
const plain = "\nexport const closers: Closer[] = [];\n";
const own = (rest: string) => `import { mine } from "./mine.js";\n${rest}`;

test("the entries of a file are those that items have in it, in the order in which they came", () => {
  expect(entriesIn(at, project).map((one) => one.entry)).toEqual(["two", "one"]);
  expect(entriesIn("src/other.ts", project)).toEqual([]);
});

describe("without entries", () => {
  test.each<[string, string, string]>([
    ["a text with all of them is that of its owner", text("two", "one"), plain],
    ["so is one with some, in any order", text("one"), plain],
    ["one that has none stays as it is", plain, plain],
    [
      "what the user has put there stays",
      own("\nexport const closers: Closer[] = [mine];\n"),
      own("\nexport const closers: Closer[] = [mine];\n"),
    ],
    ["one without the list stays as it is", "export const other = 1;\n", "export const other = 1;\n"],
  ])("%s", (_, given, expected) => {
    expect(withoutEntries(given, at, project)).toBe(expected);
  });
});

test.each<[string, string, boolean]>([
  ["has all", text("two", "one"), true],
  ["lacks one", text("two"), false],
  ["has no list", "export const other = 1;\n", false],
])("a text that %s", (_, given, expected) => {
  expect(hasAllEntries(given, at, project)).toBe(expected);
});

describe("a new text", () => {
  const newer = `// newer${plain}`;
  const listOf = (given: string) => /= \[(.*)\];/.exec(given)?.[1];
  test.each<[string, string | null, boolean | undefined, string]>([
    ["gets all where there is none before it", null, undefined, "two, one"],
    ["gets those that the one before it has, in that order", text("one", "two"), undefined, "one, two"],
    ["does not get one that was taken out", text("one"), undefined, "one"],
    ["gets that one too where all are asked for, last", text("one"), true, "one, two"],
    ["gets none where the list is gone", "export const other = 1;\n", undefined, ""],
  ])("%s", (_, like, all, expected) => {
    const carried = withEntries(newer, { from: at, like, ...(all && { all }) }, project);
    expect(listOf(carried.text)).toBe(expected);
    expect(carried.manual).toEqual([]);
  });

  test("elsewhere imports them from there", () => {
    const carried = withEntries(newer, { from: at, path: "src/close.ts", like: null }, project);
    expect(carried.text).toContain('from "./auth/two.js"');
  });

  test("that has no such list leaves each to a person, with its lines", () => {
    const carried = withEntries("export const other = 1;\n", { from: at, like: null }, project);
    expect(carried.text).toBe("export const other = 1;\n");
    expect(carried.manual.map(({ path, lines }) => [path, lines.at(-1)])).toEqual([
      [at, "two"],
      [at, "one"],
    ]);
  });
});
