import { spawnSync } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { mergeText } from "../../../cli/merge/merge-text.js";
import { type Fixture, useFiles } from "../../support/fixture.js";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const templates = join(root, "templates/auth-basic/base/src");
const everyItem = join(root, "templates");

/** What other people's formatters do. */
const styles = {
  "tabs, single quotes, no semicolons": {
    formatter: { indentStyle: "tab", lineWidth: 70 },
    javascript: {
      formatter: { quoteStyle: "single", semicolons: "asNeeded", trailingCommas: "none", bracketSpacing: false },
    },
  },
  "four spaces, single quotes, 80 columns": {
    formatter: { indentStyle: "space", indentWidth: 4, lineWidth: 80 },
    javascript: { formatter: { quoteStyle: "single", trailingCommas: "es5" } },
  },
};

async function sources(templates: string): Promise<Map<string, string>> {
  const names = (await readdir(templates, { recursive: true })).filter((name) => name.endsWith(".ts"));
  return new Map(
    await Promise.all(names.map(async (name) => [name, await readFile(join(templates, name), "utf8")] as const)),
  );
}

/** The newer version of a file: a line in its middle and its last lines are other ones. */
function newer(text: string): string {
  const added =
    '\nexport const added = { version: "2", list: [1, 2] };\nfunction more(): string {\n  return "x";\n}\nmore();\n';
  return text.replace(/return (?=[\w(])/, "return /* fixed */ ") + added;
}

/** What the user has added himself. */
function edited(text: string): string {
  return `export const mine = ["1"];\n${text}`;
}

async function format(folder: Fixture): Promise<void> {
  const biome = join(root, "node_modules/.bin/biome");
  const { status, stderr } = spawnSync(biome, ["format", "--write", "."], { cwd: folder.dir, encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
}

async function formatted(style: object, files: ReadonlyMap<string, string>): Promise<Fixture> {
  const folder = await useFiles({
    "biome.json": JSON.stringify({ root: true, ...style }),
    ...Object.fromEntries(files),
  });
  await format(folder);
  return folder;
}

const map = (files: ReadonlyMap<string, string>, change: (text: string) => string) =>
  new Map([...files].map(([name, text]) => [name, change(text)]));

describe("every source of the item, reformatted by its user", () => {
  test.each(Object.entries(styles))(
    "%s: the newer version comes whole, in the user's layout, beside his own code",
    async (_, style) => {
      const base = await sources(templates);
      const yours = await formatted(style, map(base, edited));
      const merged = new Map<string, string>();
      for (const [path, text] of base) {
        const mine = await yours.read(path);
        const merge = mergeText(
          { base: text, yours: mine, theirs: newer(text), path },
          { yours: "yours", theirs: "newer" },
        );
        if (merge.kind === "conflicts") throw new Error(`${path}: ${JSON.stringify(merge.conflicts)}`);
        merged.set(path, merge.text);
        const untouched = mine.split("\n").filter((line) => !merge.text.includes(line));
        expect(untouched.length, `${path} lost its layout`).toBeLessThan(4);
      }
      const result = await formatted(style, merged);
      const expected = await formatted(
        style,
        map(base, (text) => edited(newer(text))),
      );
      expect(merged.size).toBeGreaterThan(20);
      for (const path of merged.keys()) expect(await result.read(path), path).toBe(await expected.read(path));
    },
  );
});

describe("a line that must not compile, reformatted by its user", () => {
  const below = (text: string) =>
    [...text.matchAll(/@ts-expect-error.*\n(.*)/g)].map(([, line = ""]) => line.replace(/[\s'";]/g, ""));
  test.each(Object.entries(styles))("%s: stays the one line below the comment that says so", async (_, style) => {
    const all = [...(await sources(everyItem))].filter(([, text]) => text.includes("@ts-expect-error"));
    expect(all.length).toBeGreaterThan(0);
    const yours = await formatted(style, new Map(all));
    for (const [path, text] of all) expect(below(await yours.read(path)), path).toEqual(below(text));
  });
});
