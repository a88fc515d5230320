import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Node } from "@babel/types";
import { expect, test } from "vitest";
import { parseSource, walk } from "../../cli/edits/syntax.js";
import { repo } from "../support/template-tree.js";

// In a project with Jest, `vitest` is written as `@jest/globals`: what only Vitest has fails there, as it runs or as it is compiled.

const names = ["afterAll", "afterEach", "beforeAll", "beforeEach", "describe", "expect", "it", "test"];
const ofExpect = [
  "any",
  "anything",
  "arrayContaining",
  "objectContaining",
  "stringContaining",
  "stringMatching",
  "not",
];
const ofTest = ["each", "skip", "only", "todo", "concurrent", "failing"];
const ofDescribe = ["each", "skip", "only"];
const matchersOfVitest =
  /^to(Satisfy|BeOneOf|BeTypeOf|BeNullable|HaveBeenCalledExactlyOnceWith|HaveResolved.*|MatchFileSnapshot)$/;

test("the tests that ship use nothing that only Vitest has", async () => {
  const templates = join(repo, "templates");
  const paths = (await readdir(templates, { recursive: true })).filter((path) => /\/test\/.*\.ts$/.test(path));
  expect(paths.length).toBeGreaterThan(40);
  const texts = await Promise.all(
    paths.map(async (path) => ({ path, text: await readFile(join(templates, path), "utf8") })),
  );
  expect(texts.flatMap(({ path, text }) => foreignTo(path, text))).toEqual([]);
});

test.each([
  ['expect(1, "one").toBe(1);', "expect with a message"],
  ["expect.poll(() => 1);", "expect.poll"],
  ["test.runIf(true);", "test.runIf"],
  ["describe.skipIf(true);", "describe.skipIf"],
  ["const one = 1n;", "a BigInt literal, which needs a target of ES2020"],
  ["expect(1).toSatisfy(Boolean);", "toSatisfy"],
  ['import { vi } from "vitest";', "vi"],
  ['test("a", { timeout: 1 }, () => {});', "test with options"],
])("it would be found: %s", (text, found) => {
  expect(foreignTo("a.test.ts", text)).toEqual([`a.test.ts:1 ${found}`]);
});

function foreignTo(path: string, text: string): string[] {
  const found: string[] = [];
  walk(parseSource(text, path).program, (node) => {
    for (const what of foreignIn(node)) found.push(`${path}:${node.loc?.start.line} ${what}`);
  });
  return found;
}

function foreignIn(node: Node): string[] {
  if (node.type === "ImportDeclaration" && node.source.value === "vitest") {
    const imported = node.specifiers.flatMap((one) => (one.type === "ImportSpecifier" ? [nameOf(one.imported)] : []));
    return imported.filter((name) => !names.includes(name));
  }
  if (node.type === "MemberExpression") return foreignMember(nameOf(node.object), nameOf(node.property));
  if (node.type === "BigIntLiteral") return ["a BigInt literal, which needs a target of ES2020"];
  if (node.type !== "CallExpression") return [];
  const [callee, [, second]] = [nameOf(node.callee), node.arguments];
  if (callee === "expect" && second) return ["expect with a message"];
  return callee === "test" && second?.type === "ObjectExpression" ? ["test with options"] : [];
}

function foreignMember(object: string, property: string): string[] {
  if (matchersOfVitest.test(property)) return [property];
  const known = { expect: ofExpect, test: ofTest, describe: ofDescribe }[object];
  return known && !known.includes(property) ? [`${object}.${property}`] : [];
}

function nameOf(node: Node): string {
  if (node.type === "Identifier") return node.name;
  return node.type === "StringLiteral" ? node.value : "";
}
