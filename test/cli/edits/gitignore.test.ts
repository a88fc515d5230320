import { expect, test } from "vitest";
import { addIgnoreLines, isIgnored } from "../../../cli/edits/gitignore.js";

test.each<[string, string | null, readonly string[], string]>([
  ["no file", null, [".env", ".data/"], ".env\n.data/\n"],
  ["an empty file", "", [".env"], ".env\n"],
  ["other lines", "node_modules\n", [".env"], "node_modules\n.env\n"],
  ["no final newline", "node_modules", [".env"], "node_modules\n.env\n"],
  ["CRLF", "node_modules\r\ndist", [".env"], "node_modules\r\ndist\r\n.env\r\n"],
  ["one of two there", ".env\n", [".env", ".data/"], ".env\n.data/\n"],
  ["a later negation", ".env*\n!.env\n", [".env"], ".env*\n!.env\n.env\n"],
  ["a comment", "# .env\n", [".env"], "# .env\n.env\n"],
])("%s: the missing lines are appended", (_, before, lines, after) => {
  expect(addIgnoreLines(before, lines)).toMatchObject({ kind: "applied", text: after });
  expect(addIgnoreLines(after, lines)).toEqual({ kind: "already" });
});

test.each<[string, string, boolean]>([
  [".env", ".env", true],
  ["/.env", ".env", true],
  [".env*", ".env", true],
  ["*.env", ".env", true],
  [".env ", ".env", true],
  ["**/.env", ".env", true],
  [".en?", ".env", true],
  [".[e]nv", ".env", true],
  ["*", ".env", true],
  ["\uFEFF.env", ".env", true],
  [".env\r\n", ".env", true],
  [".env*\n!.env.example", ".env", true],
  [".env/", ".env", false],
  [".env.local", ".env", false],
  ["xenv", ".env", false],
  ["config/.env", ".env", false],
  ["#.env", ".env", false],
  [".env\n!.env*", ".env", false],
  [".data", ".data/", true],
  ["/.data/", ".data/", true],
  [".data/*", ".data/", true],
  [".data/**", ".data/", true],
  ["data/", ".data/", false],
  [".data/tmp", ".data/", false],
  [".*/", ".data/", true],
  [".data/*\n!.data/keep", ".data/", true],
  [".data/*.log", ".data/", false],
  [".ENV", ".env", false],
  ["\\.env", ".env", true],
  ["*.log", "/*.log", true],
  [".env", "/", false],
])("%j ignores %s: %s", (text, target, expected) => expect(isIgnored(text, target)).toBe(expected));
