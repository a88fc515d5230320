import { describe, expect, test } from "vitest";
import { appendedLines, fingerprint, joinUndo, undoFacts } from "../../../../cli/plan/record/undo.js";
import type { Undo } from "../../../../cli/record/schema.js";

type Text = string | null;

const nothing: Undo = { created: [], glue: {}, members: {}, replaced: [], env: {} };
const manifest = (members: object) => `${JSON.stringify(members, null, 2)}\n`;

/** What is kept of an add that changes one file. */
const factsOf = (path: string, before: Text, after: Text) =>
  undoFacts(new Map([[path, before]]), new Map([[path, after]]));

describe("what an add keeps of a file, so that a removal leaves it as it was", () => {
  test.each<[string, string, Text, Text, Partial<Undo>]>([
    ["one that is as it was", ".gitignore", "a\n", "a\n", {}],
    ["one that was not there", ".gitignore", null, ".env\n", { created: [".gitignore"], glue: { ".gitignore": [""] } }],
    ["lines after a closed line", ".gitignore", "a\n", "a\n.env\n", { glue: { ".gitignore": [""] } }],
    ["lines after an open line", ".gitignore", "a", "a\n.env\n", { glue: { ".gitignore": ["\n"] } }],
    ["lines after an open line of Windows", ".gitignore", "a", "a\r\n.env\r\n", { glue: { ".gitignore": ["\r\n"] } }],
    ["keys after an empty line", ".env.example", "A=\n", "A=\n\nB=\n", { glue: { ".env.example": ["\n"] } }],
    ["a key with a value", ".env", "A=1\n", "A=1\n\nB=2\n", { glue: { ".env": ["\n"] }, env: { B: fingerprint("2") } }],
    ["a key that was empty", ".env", "B=\n", "B=\n\nB=2\n", { glue: { ".env": ["\n"] }, env: { B: fingerprint("2") } }],
    [
      "a new list",
      "package.json",
      manifest({ name: "x" }),
      manifest({ name: "x", scripts: { a: "b" } }),
      { members: { "package.json": ["scripts"] } },
    ],
    ["a new entry of a list", "package.json", manifest({ scripts: {} }), manifest({ scripts: { a: "b" } }), {}],
    [
      "a range that is raised",
      "package.json",
      manifest({ dependencies: { a: "^1.0.0", zod: "^3.0.0" } }),
      manifest({ dependencies: { a: "^1.0.0", zod: "^3.25.0" } }),
      { replaced: [{ list: "dependencies", key: "zod", value: "^3.0.0", index: 1 }] },
    ],
    [
      "a package that moves",
      "package.json",
      manifest({ dependencies: {}, devDependencies: { zod: "^4.0.0" } }),
      manifest({ dependencies: { zod: "^4.0.0" }, devDependencies: {} }),
      { replaced: [{ list: "devDependencies", key: "zod", value: "^4.0.0", index: 0 }] },
    ],
    [
      "a script that stood for none",
      "package.json",
      manifest({ scripts: { test: "exit 1" } }),
      manifest({ scripts: { test: "vitest run" } }),
      { replaced: [{ list: "scripts", key: "test", value: "exit 1", index: 0 }] },
    ],
    [
      "a list in a tsconfig with comments",
      "tsconfig.json",
      '{\n  // mine\n  "include": ["src"],\n}\n',
      '{\n  // mine\n  "include": ["src"],\n  "exclude": ["a"],\n}\n',
      { members: { "tsconfig.json": ["exclude"] } },
    ],
  ])("%s", (_, path, before, after, expected) => {
    expect(factsOf(path, before, after)).toEqual({ ...nothing, ...expected });
  });
});

describe("a second add", () => {
  const raised = { list: "dependencies", key: "zod", value: "^3.0.0", index: 1 } as const;
  const again = { ...raised, value: "^3.25.0" };
  test.each<[string, Undo | undefined, Undo, Undo | undefined]>([
    ["of nothing leaves nothing", undefined, nothing, undefined],
    ["of nothing leaves the first as it is", { ...nothing, created: ["a"] }, nothing, { ...nothing, created: ["a"] }],
    ["is the first where there was none", undefined, { ...nothing, created: ["a"] }, { ...nothing, created: ["a"] }],
    [
      "names what both have made once",
      { ...nothing, created: ["a", "b"] },
      { ...nothing, created: ["b", "c"] },
      { ...nothing, created: ["a", "b", "c"] },
    ],
    [
      "keeps the glue of both",
      { ...nothing, glue: { ".gitignore": ["\n"] } },
      { ...nothing, glue: { ".gitignore": [""], "b.txt": [""] } },
      { ...nothing, glue: { ".gitignore": ["\n", ""], "b.txt": [""] } },
    ],
    [
      "puts back what the first one met",
      { ...nothing, replaced: [raised] },
      { ...nothing, replaced: [again] },
      { ...nothing, replaced: [raised] },
    ],
    [
      "adds a key",
      { ...nothing, env: { A: "1" } },
      { ...nothing, env: { A: "9", B: "2" } },
      { ...nothing, env: { A: "1", B: "2" } },
    ],
    [
      "in a fresh clone, which makes the same keys again, says nothing new",
      { ...nothing, env: { A: "1" } },
      { ...nothing, created: [".env"], glue: { ".env": [""] }, env: { A: "9" } },
      { ...nothing, env: { A: "1" } },
    ],
  ])("%s", (_, first, later, expected) => {
    expect(joinUndo(first, later)).toEqual(expected);
  });
});

test.each<[string, Text, Text, readonly string[]]>([
  ["a file that was not there", null, "A=\nB=\n", ["A=", "B="]],
  ["lines after others, without the empty one between", "A=\n", "A=\n\nB=\r\n# c\r\nC=\r\n", ["B=", "# c", "C="]],
  ["a file that is as it was", "A=\n", "A=\n", []],
  ["a file that has changed elsewhere", "A=\n", "B=\nA=\n", []],
])("the lines appended to %s", (_, before, after, expected) => {
  expect(appendedLines("f", new Map([["f", before]]), new Map([["f", after]]))).toEqual(expected);
});
