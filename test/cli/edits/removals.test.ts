import { parseTree } from "jsonc-parser";
import { describe, expect, test } from "vitest";
import { cutLines, findLines } from "../../../cli/edits/cut-lines.js";
import { removeEnvKeys } from "../../../cli/edits/dotenv-removal.js";
import type { Edit } from "../../../cli/edits/edit.js";
import { unmountRouter } from "../../../cli/edits/entry/unmount.js";
import { cutItem } from "../../../cli/edits/json-cut.js";
import { removeFromPackageJson } from "../../../cli/edits/package-json-removal.js";
import { removeFromTsconfig } from "../../../cli/edits/tsconfig-removal.js";

const text = (edit: Edit) => (edit.kind === "applied" ? edit.text : edit.kind);

describe("cutting lines", () => {
  test.each<[string, string, string[], string[], string]>([
    ["in the middle", "a\nb\nc\n", ["b"], [], "a\nc\n"],
    ["the last of two alike", "b\na\nb\n", ["b"], [], "b\na\n"],
    ["none that is not there", "a\n", ["x"], [], "a\n"],
    ["all of them", "a\nb\n", ["a", "b"], [""], ""],
    ["with the line end that was put before them", "a\nb\n", ["b"], ["\n"], "a"],
    ["with the empty line before them", "a\n\nb\nc\n", ["b", "c"], ["\n"], "a\n"],
    ["with both", "a\n\nb\n", ["b"], ["\n\n"], "a"],
    ["but not the end of a line that has a follower now", "a\nb\nc\n", ["b"], ["\n"], "a\nc\n"],
    ["with Windows line endings", "a\r\n\r\nb\r\n", ["b"], ["\r\n"], "a\r\n"],
    ["with the glue of two adds", "a\n\nb\n\nc\n", ["b", "c"], ["\n", "\n"], "a\n"],
  ])("%s", (_, before, lines, glue, after) => {
    expect(cutLines(before, findLines(before, lines), glue)).toBe(after);
  });
});

describe("cutting lines that were appended", () => {
  test.each<[string, string, number | null, string]>([
    ["after one that stays, its end stays", "a\nmine\nb\n", 0, "a\nmine\n"],
    ["where the text ended without a newline, it does so again", "mine\nb\n", 1, "mine"],
    ["where that can't be told, the end stays", "mine\nb\n", null, "mine\n"],
    ["with Windows line endings", "mine\r\nb\r\n", null, "mine\r\n"],
  ])("%s", (_, before, first, after) => {
    const glue = before.includes("\r") ? ["\r\n"] : ["\n"];
    expect(cutLines(before, findLines(before, ["b"]), glue, first)).toBe(after);
  });
});

describe("taking keys out of .env", () => {
  test.each([
    ["of a file that ended in a newline, behind a key that stays", "A=1\n\nB=mine\nC=2\n", ["\n"], "A=1\n\nB=mine\n"],
    ["of one without, behind a key that stays", "A=1\n\nB=mine\nC=2\n", ["\n\n"], "A=1\n\nB=mine\n"],
    ["of one without, behind a key and an empty line", "A=1\n\nB=mine\n\nC=2\n", ["\n\n"], "A=1\n\nB=mine\n"],
    ["of one whose empty line is gone", "A=1\nC=2\n", ["\n"], "A=1\n"],
  ])("%s: the last line keeps its end", (_, before, glue, after) => {
    expect(text(removeEnvKeys(before, ["C"], glue, ["B", "C"]))).toBe(after);
  });

  test("of a file without a final newline leaves it without one", () => {
    expect(text(removeEnvKeys("A=1\n\nB=1\nC=2\n", ["B", "C"], ["\n\n"]))).toBe("A=1");
  });

  test.each([
    ["a key", "A=1\nB=2\n", ["B"], "A=1\n"],
    ["a key with export and spaces", "A=1\n export B = 2\n", ["B"], "A=1\n"],
    ["the last of two, which counts", "B=\nA=1\nB=2\n", ["B"], "B=\nA=1\n"],
    ["no key of a longer name", "AB=1\n", ["A"], "already"],
    ["no key in a comment", "# A=1\n", ["A"], "already"],
    ["nothing where a quoted value holds such a line", 'X="\nA=1\n"\n', ["A"], "cannot"],
    ["nothing where its value goes over lines", 'A="x\ny=1"\n', ["A"], "cannot"],
  ])("%s", (_, before, names, after) => {
    expect(text(removeEnvKeys(before, names))).toBe(after);
  });
});

describe("cutting an item of JSON", () => {
  test.each([
    ["the first of a line", '{ "a": 1, "b": 2 }', 0, '{ "b": 2 }'],
    ["the last of a line", '{ "a": 1, "b": 2 }', 1, '{ "a": 1 }'],
    ["the only one", '{ "a": 1 }', 0, "{}"],
    ["the first line", '{\n  "a": 1,\n  "b": 2\n}', 0, '{\n  "b": 2\n}'],
    ["the last line", '{\n  "a": 1,\n  "b": 2\n}', 1, '{\n  "a": 1\n}'],
    ["the last line with a trailing comma", '{\n  "a": 1,\n  "b": 2,\n}', 1, '{\n  "a": 1,\n}'],
    ["a line and its comment", '{\n  "a": 1, // one\n  "b": 2 // two\n}', 1, '{\n  "a": 1 // one\n}'],
    ["the only line", '{\n  "a": 1\n}', 0, "{}"],
    ["one of two on a line of their own", '{\n  "a": 1, "b": 2\n}', 0, '{\n  "b": 2\n}'],
    ["a line with Windows endings", '{\r\n  "a": 1,\r\n  "b": 2\r\n}', 1, '{\r\n  "a": 1\r\n}'],
    ["an item of a list", '["a", "b", "c"]', 1, '["a", "c"]'],
  ])("%s", (_, before, index, after) => {
    expect(cutItem(before, parseTree(before)!, index)).toBe(after);
  });
});

describe("taking entries out of package.json", () => {
  const before =
    '{\n  "scripts": { "test": "vitest run", "x": "y" },\n  "dependencies": {\n    "a": "^2.0.0"\n  }\n}\n';

  test("leaves what is not named, and a list that was there", () => {
    const entries = [{ list: "dependencies", key: "a" } as const, { list: "scripts", key: "gone" } as const];
    const edit = removeFromPackageJson(before, { entries, restored: [], emptied: [] });
    expect(text(edit)).toBe('{\n  "scripts": { "test": "vitest run", "x": "y" },\n  "dependencies": {}\n}\n');
  });

  test("takes a list that was not there before, once it is empty", () => {
    const entries = [{ list: "dependencies", key: "a" } as const];
    const edit = removeFromPackageJson(before, { entries, restored: [], emptied: ["dependencies", "scripts"] });
    expect(text(edit)).toBe('{\n  "scripts": { "test": "vitest run", "x": "y" }\n}\n');
  });

  test("puts back what was replaced, in its place", () => {
    const restored = [
      { list: "scripts", key: "test", value: 'echo "no"', index: 0 },
      { list: "dependencies", key: "b", value: "1", index: 0 },
    ] as const;
    const edit = removeFromPackageJson(before, { entries: [], restored, emptied: [] });
    expect(text(edit)).toContain('"test": "echo \\"no\\"", "x": "y"');
    expect(text(edit)).toContain('{\n    "b": "1",\n    "a": "^2.0.0"\n  }');
  });

  test("that is no JSON is left to the user, with the entries", () => {
    const entries = [{ list: "scripts", key: "x" } as const];
    expect(removeFromPackageJson("{", { entries, restored: [], emptied: [] })).toMatchObject({
      kind: "cannot",
      paste: ["scripts.x"],
    });
  });
});

describe("taking settings out of a tsconfig", () => {
  test.each([
    [
      "an option",
      '{ "compilerOptions": { "strict": true, "skipLibCheck": true } }',
      '{ "compilerOptions": { "strict": true } }',
    ],
    ["not an option that says something else now", '{ "compilerOptions": { "skipLibCheck": false } }', "already"],
    ["not what is not there", '{ "include": ["src"] }', "already"],
    ["nothing of what does not parse", "{ ]", "cannot"],
  ])("%s", (_, before, after) => {
    expect(text(removeFromTsconfig(before, ['"skipLibCheck": true'], []))).toBe(after);
  });
});

describe("taking a router out of a file", () => {
  const options = { path: "src/app.ts", specifier: "./routes/auth.js", sameModule: ["@/routes/auth"] };
  const top = 'import express from "express";\n';

  test.each([
    [
      "both lines",
      `${top}import { authRouter } from "./routes/auth.js";\napp.use("/a", authRouter);\nx();\n`,
      `${top}x();\n`,
    ],
    ["by another specifier", `${top}import { authRouter as a } from '@/routes/auth'\napp.use('/a', a)\n`, top],
    ["a require", 'const { authRouter } = require("./routes/auth.js");\nthis.app.use("/a", authRouter);\n', ""],
    ["the last line without an end", `${top}import { a } from "./routes/auth.js";\napp.use("/a", a);`, top.trimEnd()],
    [
      "a call over several lines",
      `${top}import { a } from "./routes/auth.js";\napp.use(\n  "/a",\n  a,\n);\nx();\n`,
      `${top}x();\n`,
    ],
    [
      "nothing of another module",
      `${top}import { authRouter } from "./other.js";\napp.use("/a", authRouter);\n`,
      "already",
    ],
    [
      "nothing where it is used otherwise",
      `${top}import { a } from "./routes/auth.js";\napp.use("/a", x, a);\n`,
      "cannot",
    ],
    ["nothing beside other code", `${top}import { a } from "./routes/auth.js";\nx(); app.use("/a", a);\n`, "cannot"],
    [
      "nothing of an import of two names",
      `${top}import { a, b } from "./routes/auth.js";\napp.use("/a", a);\n`,
      "cannot",
    ],
    ["nothing of what does not parse", "import {", "cannot"],
  ])("%s", (_, before, after) => {
    expect(text(unmountRouter(before, options))).toBe(after);
  });
});
