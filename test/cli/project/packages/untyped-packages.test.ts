import { describe, expect, test } from "vitest";
import { readProject } from "../../../../cli/project/read-project.js";
import { useFiles } from "../../../support/fixture.js";

/** What a project with this file, and these types in package.json, imports without types. */
async function untyped(file: string, text: string, types: readonly string[] = [], more: Record<string, string> = {}) {
  const devDependencies = Object.fromEntries(["typescript", ...types].map((name) => [name, "*"]));
  const { dir } = await useFiles({
    "package.json": JSON.stringify({ name: "x", type: "module", dependencies: { express: "^5.1.0" }, devDependencies }),
    "tsconfig.json": '{ "compilerOptions": { "module": "nodenext", "strict": false } }',
    "src/server.ts": 'import express from "express";\nexpress().listen(1);\n',
    [file]: text,
    ...more,
  });
  return (await readProject(dir, {})).untyped;
}

describe("a package is untyped where a compiled file imports it and its @types are nowhere", () => {
  test.each([
    ["import jwt from 'jsonwebtoken';", "jsonwebtoken"],
    ["import * as jwt from 'jsonwebtoken/verify';", "jsonwebtoken"],
    ["import jwt = require('jsonwebtoken');", "jsonwebtoken"],
    ["export const lazy = () => import('@acme/door/key');", "@acme/door"],
  ])("%s", async (text, name) => {
    expect(await untyped("src/a.ts", text)).toMatchObject({ [name]: "src/a.ts" });
  });

  test.each<[string, string, string, string[], Record<string, string>]>([
    ["its types are in package.json", "src/a.ts", "import 'jsonwebtoken';", ["@types/jsonwebtoken"], {}],
    ["a scoped one's are", "src/a.ts", "import '@acme/door';", ["@types/acme__door"], {}],
    [
      "another package has brought them",
      "src/a.ts",
      "import 'jsonwebtoken';",
      [],
      { "node_modules/@types/jsonwebtoken/package.json": '{ "version": "9.0.0" }' },
    ],
    ["only a comment imports it", "src/a.ts", "// import 'jsonwebtoken';", [], {}],
    ["the compiler reads no JavaScript", "tools/a.js", "import 'jsonwebtoken';", [], {}],
    [
      "it is Node's, or the project's",
      "src/a.ts",
      "import 'node:fs'; import '#a'; import '@/b'; import './c';",
      [],
      {},
    ],
  ])("none where %s", async (_, file, text, types, more) => {
    expect(await untyped(file, text, ["@types/express", ...types], more)).toEqual({});
  });
});

describe("where the compiler refuses what it has no types of", () => {
  const strict = {
    "tsconfig.json": '{ "compilerOptions": { "module": "nodenext", "strict": true, "allowJs": true } }',
  };

  test("an import without types is red already, and better off with them", async () => {
    expect(await untyped("src/a.ts", "import 'bcrypt';", ["@types/express"], strict)).toEqual({});
  });

  test.each<[string, string, string]>([
    ["the project's own declaration", "src/a.ts", 'declare module "bcrypt" { export const hash: any; }'],
    ["a declaration of anything", "src/a.ts", 'declare module "*";'],
    ["being JavaScript", "src/a.js", ""],
  ])("%s lets it pass", async (_, file, declaration) => {
    const more = { ...strict, "types/own.d.ts": declaration };
    expect(await untyped(file, "import 'bcrypt';", ["@types/express"], more)).toEqual({ bcrypt: file });
  });
});
