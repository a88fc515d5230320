import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import fs from "fs-extra";
import { beforeAll, describe, expect, test } from "vitest";
import { buildCli, run } from "../support/cli.js";
import { useFixture } from "../support/fixture.js";

let cli: string;

beforeAll(async () => {
  cli = await buildCli();
});

/** A text that only this library's code has. */
const marks = {
  parser: "BABEL_PARSER_SYNTAX_ERROR",
  "check of a registry": "|accept-registry-change|name|git|constructor)",
  prompts: "toggle",
};

/** What a command loads of the bundle: the libraries, and the number of files. Node writes down what it has run. */
async function loadedBy(args: readonly string[], dir: string) {
  const coverage = join(dir, "loaded-by");
  const { code, stderr } = await run(cli, args, dir, { NODE_V8_COVERAGE: coverage }).ended;
  const [report] = await readdir(coverage);
  const { result } = JSON.parse(await readFile(join(coverage, report!), "utf8"));
  const files = result.flatMap(({ url }: { url: string }) => (url.startsWith("file:") ? [fileURLToPath(url)] : []));
  const texts: string[] = await Promise.all(files.map((path: string) => readFile(path, "utf8")));
  await fs.remove(coverage);
  const libraries = Object.entries(marks).filter(([, mark]) => texts.some((text) => text.includes(mark)));
  return { code, stderr, files: files.length, libraries: libraries.map(([name]) => name) };
}

describe("what a command does not need is not loaded", () => {
  test("--help needs no library but the one that reads the line", async () => {
    const { dir } = await useFixture("nodenext-esm");
    const { code, files, libraries } = await loadedBy(["--help"], dir);
    expect({ code, libraries }).toEqual({ code: 0, libraries: [] });
    expect(files).toBeLessThanOrEqual(4);
  });

  test("add, diff, update and doctor parse sources; none checks what was checked when the package was built", async () => {
    const { dir } = await useFixture("nodenext-esm");
    for (const line of ["add auth-basic --no-install --yes", "diff", "update --dry-run", "doctor --offline"]) {
      const { code, stderr, files, libraries } = await loadedBy(line.split(" "), dir);
      expect({ line, code, stderr, libraries }).toEqual({ line, code: 0, stderr: "", libraries: ["parser"] });
      expect(files, line).toBeLessThanOrEqual(14);
    }
  });

  test("a registry.json that is not as it was built is checked, and what is wrong with it is said", async () => {
    const { dir } = await useFixture("nodenext-esm");
    const path = join(dirname(dirname(cli)), "registry.json");
    const text = await readFile(path, "utf8");
    try {
      await fs.writeFile(path, text.replace('"version"', '"versions"'));
      const { code, stderr, libraries } = await loadedBy(["list"], dir);
      expect(code).not.toBe(0);
      expect(stderr).toContain("registry.json is damaged (items.0");
      expect(libraries).toEqual(["check of a registry"]);
    } finally {
      await fs.writeFile(path, text);
    }
  });
});
