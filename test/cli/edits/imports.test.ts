import { describe, expect, test } from "vitest";
import { rewriteSpecifiers, rewriteTemplateImports, type TemplateImports } from "../../../cli/edits/imports.js";

const shout = (specifier: string) => specifier.toUpperCase();

describe("rewriteSpecifiers", () => {
  test.each([
    [`import a from "a";`, `import a from "A";`],
    [`import * as a from 'a'`, `import * as a from 'A'`],
    [`import "a";`, `import "A";`],
    [`import type { A } from "a";`, `import type { A } from "A";`],
    [`import { type A, b } from "a";`, `import { type A, b } from "A";`],
    [`export * from "a";`, `export * from "A";`],
    [`export * as a from "a";`, `export * as a from "A";`],
    [`export { a } from "a";`, `export { a } from "A";`],
    [`export type { A } from "a";`, `export type { A } from "A";`],
    [`const a = await import("a");`, `const a = await import("A");`],
    [`type A = import("a").A;`, `type A = import("A").A;`],
    [`type A = typeof import("a");`, `type A = typeof import("A");`],
    [`import a = require("a");`, `import a = require("A");`],
    [`declare module "a" { interface A { b: "c" } }`, `declare module "A" { interface A { b: "c" } }`],
    [`import a from "a" with { type: "json" };`, `import a from "A" with { type: "json" };`],
  ])("%s", (before, after) => expect(rewriteSpecifiers(before, shout)).toBe(after));

  test.each([
    `const a = "a";`,
    `// import a from "a";`,
    'const a = `import b from "b"`;',
    `export { a };`,
    `call("a");`,
    `declare global { namespace Express { interface Request { auth?: "a" } } }`,
    `namespace a { export const b = "c"; }`,
  ])("leaves %s alone", (source) => expect(rewriteSpecifiers(source, shout)).toBe(source));

  test("BOM, shebang, CRLF, tabs and a missing final newline stay", () => {
    const before = `\uFEFF#!/usr/bin/env node\r\nimport a from "a";\n\tconst b = 1\r\n\r\n// "a"`;
    expect(rewriteSpecifiers(before, shout)).toBe(before.replace(`from "a"`, `from "A"`));
  });

  test("a source that does not parse throws", () => {
    expect(() => rewriteSpecifiers(`import {`, shout)).toThrow(SyntaxError);
  });
});

describe("rewriteTemplateImports", () => {
  const same: TemplateImports = { from: "src/auth/accounts.ts", place: (path) => path, extension: ".js", packages: {} };
  const line = (specifier: string, template: Partial<TemplateImports>) =>
    rewriteTemplateImports(`import { a } from "${specifier}";\n`, { ...same, ...template }).slice(19, -3);
  const toServer = (path: string) => path.replace(/^src\//, "server/");
  const toRoot = (path: string) => path.replace(/^src\//, "");

  test.each<[string, Partial<TemplateImports>, string]>([
    ["./store.js", {}, "./store.js"],
    ["./store.js", { extension: "" }, "./store"],
    ["./store.js", { extension: ".ts" }, "./store.ts"],
    ["../db/client.js", { extension: "" }, "../db/client"],
    ["./store.js", { place: toServer }, "./store.js"],
    ["../src/routes/auth.js", { from: "test/auth.test.ts", place: toServer }, "../server/routes/auth.js"],
    ["../src/routes/auth.js", { from: "test/auth.test.ts", place: toRoot, extension: "" }, "../routes/auth"],
    ["./rows.json", { extension: "" }, "./rows.json"],
    ["zod", { packages: { zod: "zod-4" } }, "zod-4"],
    ["zod/v4", { packages: { zod: "zod-4" } }, "zod-4/v4"],
    ["zod-form", { packages: { zod: "zod-4" } }, "zod-form"],
    ["vitest", { packages: { vitest: "@jest/globals" } }, "@jest/globals"],
    ["@libsql/client/web", { packages: { "@libsql/client": "@libsql/client-1" } }, "@libsql/client-1/web"],
    ["node:crypto", { packages: { crypto: "no" } }, "node:crypto"],
    ["constructor", {}, "constructor"],
  ])("%s with %j becomes %s", (specifier, template, expected) => expect(line(specifier, template)).toBe(expected));

  test("a test that moves next to the sources still finds them", () => {
    const place = (path: string) => path.replace(/^test\//, "src/__tests__/");
    expect(line("../src/routes/auth.js", { from: "test/auth.test.ts", place })).toBe("../routes/auth.js");
  });
});
