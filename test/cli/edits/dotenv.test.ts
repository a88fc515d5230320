import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "dotenv";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addEnvKeys, envKeys, envWarnings } from "../../../cli/edits/dotenv.js";
import { editFile } from "../../support/edit-file.js";

const secret = "q1-w2_e3r4t5y6u7i8o9p0a1s2d3f4g5h6j7k8l9z0x1c";
const key = { name: "JWT_SECRET_KEY", value: secret };
const line = `JWT_SECRET_KEY=${secret}`;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "dotenv-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function nodeReads(text: string): Record<string, string> {
  const file = join(folder, ".env");
  writeFileSync(file, text);
  const script = "process.stdout.write(JSON.stringify(process.env))";
  const run = spawnSync(process.execPath, [`--env-file=${file}`, "-e", script], { env: {}, encoding: "utf8" });
  return JSON.parse(run.stdout) as Record<string, string>;
}

function applied(text: string | null, keys: Parameters<typeof addEnvKeys>[1]): string {
  const edit = text === null ? addEnvKeys(null, keys) : editFile(text, (plain) => addEnvKeys(plain, keys));
  if (edit.kind !== "applied") throw new Error(`expected an edit, got ${JSON.stringify(edit)}`);
  return edit.text;
}

describe("addEnvKeys", () => {
  test.each<[string, string | null, string]>([
    ["no file", null, `${line}\n`],
    ["an empty file", "", `${line}\n`],
    ["other keys", "PORT=3000\n", `PORT=3000\n\n${line}\n`],
    ["a blank line at the end", "PORT=3000\n\n", `PORT=3000\n\n${line}\n`],
    ["no final newline", "PORT=3000", `PORT=3000\n\n${line}\n`],
    ["CRLF", "PORT=3000\r\nHOST=a\r\n", `PORT=3000\r\nHOST=a\r\n\r\n${line}\r\n`],
    ["CRLF and no final newline", "A=1\r\nPORT=3000", `A=1\r\nPORT=3000\r\n\r\n${line}\r\n`],
    ["a commented-out key", "# JWT_SECRET_KEY=old\n", `# JWT_SECRET_KEY=old\n\n${line}\n`],
    ["an empty value", "JWT_SECRET_KEY=\nPORT=1\n", `JWT_SECRET_KEY=\nPORT=1\n\n${line}\n`],
    ["an empty quoted value", `JWT_SECRET_KEY=""\n`, `JWT_SECRET_KEY=""\n\n${line}\n`],
    ["a value that spans lines", `K="a\nJWT_SECRET_KEY=no\nb"\n`, `K="a\nJWT_SECRET_KEY=no\nb"\n\n${line}\n`],
    ["an apostrophe inside a value", "MOTD=it's me\n", `MOTD=it's me\n\n${line}\n`],
    ["a quote inside a comment", `# don't\nA=1 # isn't\n`, `# don't\nA=1 # isn't\n\n${line}\n`],
    ["a BOM and nothing else", "\uFEFF", `\uFEFF${line}\n`],
    ["a BOM before another key", "\uFEFFPORT=1\n", `\uFEFFPORT=1\n\n${line}\n`],
  ])("%s: the key is appended and both readers read it", (_, before, after) => {
    expect(applied(before, [key])).toBe(after);
    expect(parse(after)["JWT_SECRET_KEY"]).toBe(secret);
    const node = nodeReads(after);
    expect(node["JWT_SECRET_KEY"] ?? node["\uFEFFJWT_SECRET_KEY"]).toBe(secret);
    expect(addEnvKeys(after, [key])).toEqual({ kind: "already" });
  });

  test.each([
    "JWT_SECRET_KEY=mine",
    "export JWT_SECRET_KEY=mine\n",
    "  JWT_SECRET_KEY = mine\r\n",
    `JWT_SECRET_KEY="mine"\n`,
    "JWT_SECRET_KEY='mine'\n",
    "JWT_SECRET_KEY=`mine`\n",
    `JWT_SECRET_KEY="two\nlines"\n`,
    "\uFEFFJWT_SECRET_KEY=mine\n",
    "JWT_SECRET_KEY=\nJWT_SECRET_KEY=mine\n",
    "JWT_SECRET_KEY=mine # a comment\n",
  ])("a key that is there stays as it is: %j", (text) => {
    expect(addEnvKeys(text, [key])).toEqual({ kind: "already" });
  });

  test.each(["my-app", "@scope/name", "a b", "a#b", `say "hi"`, "it's", "$HOME", "a\\nb", "café", " padded "])(
    "the value %j comes back exactly from dotenv and from node --env-file",
    (value) => {
      const text = applied("A=1\n", [{ name: "JWT_ISSUER", value }]);
      expect(parse(text)["JWT_ISSUER"]).toBe(value);
      expect(nodeReads(text)["JWT_ISSUER"]).toBe(value);
    },
  );

  test("only the missing keys are added, and no value is told", () => {
    const edit = addEnvKeys("A=1\n", [{ name: "A", value: "2" }, key]);
    expect(edit).toEqual({ kind: "applied", text: `A=1\n\n${line}\n`, added: ["JWT_SECRET_KEY"] });
  });

  test("in an example the name alone is enough, and comments stand above their key", () => {
    const keys = [
      { name: "A", value: "", comment: "first" },
      { name: "B", value: "", comment: "signs tokens\n32 bytes" },
    ];
    expect(addEnvKeys("A=\n", keys)).toMatchObject({ text: "A=\n\n# signs tokens\n# 32 bytes\nB=\n" });
    expect(addEnvKeys("A=\r\nB=\r\n", keys)).toEqual({ kind: "already" });
  });

  test.each([`A=1\nB="open\n`, "B='open", "B=`open\nC=2\n"])("an open quote is refused without a value: %j", (text) => {
    const edit = addEnvKeys(text, [key]);
    expect(edit).toMatchObject({ kind: "cannot", paste: ["JWT_SECRET_KEY="] });
    expect(JSON.stringify(edit)).not.toContain(secret);
  });

  test("an open quote is named by its line", () => {
    expect(addEnvKeys(`A=1\nB="open\n`, [key])).toMatchObject({ reason: "the quote opened on line 2 is never closed" });
  });

  test("a value with a line break is refused", () => {
    expect(addEnvKeys(null, [{ name: "A", value: "a\nb" }]).kind).toBe("cannot");
  });
});

test("envKeys reads as dotenv does", () => {
  expect(Object.fromEntries(envKeys(`\uFEFFexport A = 'x'\r\nB=1\nB=2\n# C=3\n`))).toEqual({ A: "x", B: "2" });
});

describe("envWarnings", () => {
  test("a BOM is named with the key it hides", () => {
    expect(envWarnings("\uFEFFPORT=1\n")).toEqual([expect.stringContaining("PORT")]);
  });
  test("a key that only dotenv reads is named", () => {
    expect(envWarnings("JWT_ISSUER: me\n", ["JWT_ISSUER"])).toEqual([expect.stringContaining("JWT_ISSUER")]);
  });
  test("a plain file has none", () => expect(envWarnings("A=1\nB='2'\n", ["A", "B", "C"])).toEqual([]));
});
