import { describe, expect, test } from "vitest";
import { onlyReformatted } from "../../../cli/merge/same-meaning.js";

describe("what formatters do to a file is layout", () => {
  test.each<[string, string, string, string]>([
    ["line ends and a byte order mark", "a.ts", "f();\ng();\n", "\uFEFFf();\r\ng();\r\n"],
    ["line breaks, quotes, semicolons, commas", "a.ts", 'f("a", [1]);\n', "f(\n  'a',\n  [\n    1,\n  ],\n)\n"],
    ["brackets", "a.ts", "const f = (a) => (b ? c : d);\n", "const f = a => b ? c : d;\n"],
    [
      "brackets around a type",
      "a.ts",
      "type A = (B | C) | D;\ntype E = (F);\n",
      "type A = (B | C) | D;\ntype E = F;\n",
    ],
    ["quotes of keys", "a.ts", 'f({ "a": 1, b: 2 });\n', "f({ a: 1, b: 2 });\n"],
    ["a comment laid out anew", "a.ts", "/**\n * One\n * two.\n */\nf();\n", "  /** One\n   * two. */\n  f();\n"],
    [
      "sorted imports",
      "a.ts",
      'import b from "b";\nimport { d, c } from "a";\n',
      'import { c, d } from "a";\nimport b from "b";\n',
    ],
    [
      "HTML in a template",
      "a.ts",
      `f(html\`<p>To \${you}.</p>\n<p>x</p>\`);\n`,
      `f(html\`<p>\n    To \${you}.\n  </p>\n  <p>x</p>\`);\n`,
    ],
    [
      "a table",
      "a.md",
      "| a | b |\n|---|---|\n| longer | c |\n",
      "| a      | b   |\n| ------ | --- |\n| longer | c   |\n",
    ],
    ["marks and lines of prose", "a.md", "* one _two_\n  three\n", "- one *two* three\n"],
    ["code in Markdown", "a.md", "```ts\nf({ a: 1, b });\n```\n", "```ts\nf({\n  a: 1,\n  b,\n})\n```\n"],
  ])("%s", (_, path, one, other) => {
    expect(onlyReformatted(one, other, path)).toBe(true);
    expect(onlyReformatted(other, one, path)).toBe(true);
  });
});

describe("what a person does to a file is an edit", () => {
  test.each<[string, string, string, string]>([
    ["another value", "a.ts", "f(1);\n", "f(2);\n"],
    ["another text in a string", "a.ts", 'f("a b");\n', 'f("a  b");\n'],
    ["white space in a template", "a.ts", "f(`a b`);\n", "f(`a  b`);\n"],
    ["another order of a list", "a.ts", "f([a, b]);\n", "f([b, a]);\n"],
    ["a comment", "a.ts", "f();\n", "f(); // mine\n"],
    ["another import", "a.ts", 'import "a";\n', 'import "b";\n'],
    ["a directive", "a.ts", "f();\n", '"use strict";\nf();\n'],
    ["another word", "a.md", "a word\n", "another word\n"],
    ["another row", "a.md", "| a |\n|---|\n| b |\n", "| a |\n|---|\n| b |\n| c |\n"],
    ["code in Markdown", "a.md", "```ts\nf(1);\n```\n", "```ts\nf(2);\n```\n"],
    ["a line of a script", "a.sh", "a\n", " a\n"],
    ["code that no longer parses", "a.ts", "f();\n", "f(;\n"],
  ])("%s", (_, path, one, other) => {
    expect(onlyReformatted(one, other, path)).toBe(false);
  });
});
