import { describe, expect, test } from "vitest";
import { addToPackageJson, inEnglish, isPlaceholderTest } from "../../../cli/edits/package-json.js";
import { editFile } from "../../support/edit-file.js";

const zod = { dependencies: { zod: "^4.6.0" } };

function lines(...rows: string[]): string {
  return rows.join("\n");
}

describe("addToPackageJson", () => {
  test.each<[string, string, Parameters<typeof addToPackageJson>[1], string]>([
    [
      "a sorted list takes it in order",
      lines("{", `  "dependencies": {`, `    "express": "5",`, `    "zx": "8"`, "  }", "}", ""),
      zod,
      lines("{", `  "dependencies": {`, `    "express": "5",`, `    "zod": "^4.6.0",`, `    "zx": "8"`, "  }", "}", ""),
    ],
    [
      "an unsorted list takes it last",
      lines("{", `  "dependencies": {`, `    "zx": "8",`, `    "express": "5"`, "  }", "}"),
      zod,
      lines("{", `  "dependencies": {`, `    "zx": "8",`, `    "express": "5",`, `    "zod": "^4.6.0"`, "  }", "}"),
    ],
    [
      "first in a sorted list, tabs",
      lines("{", `\t"dependencies": {`, `\t\t"zx": "8"`, "\t}", "}"),
      zod,
      lines("{", `\t"dependencies": {`, `\t\t"zod": "^4.6.0",`, `\t\t"zx": "8"`, "\t}", "}"),
    ],
    [
      "four spaces, CRLF and an empty list",
      `{\r\n    "name": "a",\r\n    "dependencies": {}\r\n}\r\n`,
      zod,
      `{\r\n    "name": "a",\r\n    "dependencies": {\r\n        "zod": "^4.6.0"\r\n    }\r\n}\r\n`,
    ],
    [
      "no list at all: before devDependencies, and other values keep their layout",
      lines("{", `  "files": ["a","b"],`, `  "devDependencies": { "a": "1" }`, "}"),
      zod,
      lines(
        "{",
        `  "files": ["a","b"],`,
        `  "dependencies": {`,
        `    "zod": "^4.6.0"`,
        "  },",
        `  "devDependencies": { "a": "1" }`,
        "}",
      ),
    ],
    [
      "new devDependencies stand after dependencies",
      lines("{", `  "dependencies": { "a": "1" },`, `  "license": "MIT"`, "}"),
      { devDependencies: { vitest: "^4.1.0", supertest: "^7.0.0" } },
      lines(
        "{",
        `  "dependencies": { "a": "1" },`,
        `  "devDependencies": {`,
        `    "supertest": "^7.0.0",`,
        `    "vitest": "^4.1.0"`,
        "  },",
        `  "license": "MIT"`,
        "}",
      ),
    ],
    ["one line", `{"name":"a"}`, zod, `{"name":"a","dependencies":{"zod":"^4.6.0"}}`],
    ["a BOM", `\uFEFF{"name":"a"}`, zod, `\uFEFF{"name":"a","dependencies":{"zod":"^4.6.0"}}`],
    [
      "what runs in production moves out of devDependencies with its range",
      lines(
        "{",
        `  "dependencies": {`,
        `    "a": "1"`,
        "  },",
        `  "devDependencies": {`,
        `    "zod": "4.1.0"`,
        "  }",
        "}",
      ),
      zod,
      lines("{", `  "dependencies": {`, `    "a": "1",`, `    "zod": "4.1.0"`, "  },", `  "devDependencies": {}`, "}"),
    ],
    [
      "a range is raised in place",
      lines("{", `  "dependencies": { "zod": "^4.0.0" }`, "}"),
      { ...zod, setRanges: { zod: "^4.6.0" } },
      lines("{", `  "dependencies": { "zod": "^4.6.0" }`, "}"),
    ],
    [
      "a range is raised while it moves",
      `{"devDependencies":{"a":"1","zod":"^4.0.0"}}`,
      { ...zod, setRanges: { zod: "^4.6.0" } },
      `{"dependencies":{"zod":"^4.6.0"},"devDependencies":{"a":"1"}}`,
    ],
    [
      "scripts go last",
      lines("{", `  "scripts": {`, `    "build": "tsc",`, `    "start": "node ."`, "  }", "}"),
      { scripts: { "auth:migrate": "tsx m.ts", build: "other" } },
      lines(
        "{",
        `  "scripts": {`,
        `    "build": "tsc",`,
        `    "start": "node .",`,
        `    "auth:migrate": "tsx m.ts"`,
        "  }",
        "}",
      ),
    ],
    [
      "npm's placeholder test is replaced",
      `{"scripts":{"test":"echo \\"Error: no test specified\\" && exit 1"}}`,
      { scripts: { test: "vitest run" } },
      `{"scripts":{"test":"vitest run"}}`,
    ],
  ])("%s", (_, before, additions, after) => {
    const add = (text: string) => addToPackageJson(text, additions);
    expect(editFile(before, add)).toMatchObject({ kind: "applied", text: after });
    expect(editFile(after, add)).toEqual({ kind: "already" });
  });

  test.each([
    `{"dependencies":{"zod":"3"}}`,
    `{"optionalDependencies":{"zod":"3"}}`,
    `{"peerDependencies":{"zod":"3"}}`,
    `{"dependencies":{"zod":"3"},"devDependencies":{"zod":"3"}}`,
  ])("%s has it already", (text) => expect(addToPackageJson(text, zod)).toEqual({ kind: "already" }));

  test("a dev dependency that is listed as a runtime one stays there", () => {
    expect(addToPackageJson(`{"dependencies":{"vitest":"4"}}`, { devDependencies: { vitest: "4" } }).kind).toBe(
      "already",
    );
  });

  test("a real test script stays", () => {
    expect(addToPackageJson(`{"scripts":{"test":"jest"}}`, { scripts: { test: "vitest run" } }).kind).toBe("already");
  });

  test("what was added is named by its place", () => {
    const edit = addToPackageJson("{}", { ...zod, scripts: { "auth:migrate": "x" } });
    expect(edit).toMatchObject({ added: ["dependencies.zod", "scripts.auth:migrate"] });
  });

  test.each([
    [`{ "name": "a", }`, "not valid JSON"],
    [`// a\n{}`, "not valid JSON"],
    [``, "not valid JSON"],
    [`[]`, "does not hold a JSON object"],
    [`{"dependencies":{},"dependencies":{}}`, `"dependencies" stands there twice`],
    [`{"scripts":{"a":"1","a":"2"}}`, `"a" stands there twice in "scripts"`],
    [`{"dependencies":[]}`, `"dependencies" is not an object`],
  ])("%s is refused", (text, reason) => {
    const edit = addToPackageJson(text, zod);
    expect(edit).toMatchObject({ kind: "cannot", paste: [`dependencies: "zod": "^4.6.0"`] });
    expect(edit.kind === "cannot" && edit.reason).toContain(reason);
  });
});

test.each([
  [undefined, true],
  ["", true],
  [`echo "Error: no test specified" && exit 1`, true],
  ["echo 'Error: no test specified' && exit 1", true],
  ["vitest", false],
  ["echo ok", false],
])("%j is a placeholder: %s", (script, expected) => expect(isPlaceholderTest(script)).toBe(expected));

test("names are in npm's order, whichever characters they are of", () => {
  const parts = ["a", "b", "ab", "z", "a-b", "a.b", "a_b", "a0", "a9b", "ab-", "aB", "B", "0", "9a", "a:b", "a~"];
  const names = parts.flatMap((part) => [part, `@${part}`, ...parts.map((name) => `@${part}/${name}`)]);
  for (const name of names)
    for (const other of names)
      expect(Math.sign(inEnglish(name, other)), `${name} ${other}`).toBe(Math.sign(name.localeCompare(other, "en")));
});
