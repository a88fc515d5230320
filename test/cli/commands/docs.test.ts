import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { docs } from "../../../cli/commands/docs.js";
import { list } from "../../../cli/commands/list.js";
import { view } from "../../../cli/commands/view.js";
import { pages } from "../../../cli/errors.js";
import { contextFor, runCommand } from "../../support/in-process.js";
import { repo } from "../../support/template-tree.js";
import { useRepo } from "../project/repo.js";

const context = contextFor(repo, repo);
const printed = (page?: string, flags = {}) => runCommand(async () => docs(page, flags, context));
const names = async (): Promise<string[]> =>
  JSON.parse((await runCommand(async () => docs(undefined, {}, contextFor(repo, repo, { json: true })))).stdout).pages;

describe("docs", () => {
  test.each([
    ["cli", "docs/cli.md"],
    ["docs/cli.md", "docs/cli.md"],
    ["recipes", "docs/recipes/README.md"],
    ["own-tables", "docs/recipes/own-tables.md"],
  ])("%s prints %s, or where it is", async (page, file) => {
    expect((await printed(page)).stdout).toBe(await readFile(join(repo, file), "utf8"));
    expect((await printed(page, { path: true })).stdout).toBe(`${join(repo, file)}\n`);
  });

  test.each(["../package", "/etc/passwd", "nowhere-at-all"])("%s is no page", async (page) => {
    expect(await printed(page)).toMatchObject({
      code: 2,
      error: expect.stringContaining(`there is no page "${page}"`),
    });
  });

  test("every page that a failure or the README names is there", async () => {
    const there = await names();
    const readme = await readFile(join(repo, "README.md"), "utf8");
    const named = [...readme.matchAll(/\bdocs ([a-z][\w/-]+)`/g)].map(([, page]) => page!);
    expect(named.length).toBeGreaterThan(5);
    for (const page of [...named, ...Object.values(pages)])
      expect(there.some((one) => one === page || one === `${page}/README`)).toBe(true);
  });

  test("every relative link of a page leads to a file of the package", async () => {
    const { files } = JSON.parse(await readFile(join(repo, "package.json"), "utf8"));
    for (const name of await names()) {
      const path = join("docs", `${name}.md`);
      const text = (await readFile(join(repo, path), "utf8")).replace(/```[\s\S]*?```/g, "");
      const links = [...text.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].map(([, link]) => link!);
      for (const link of links.filter((one) => !/^https?:/.test(one))) {
        const target = join(dirname(path), link);
        expect(existsSync(join(repo, target)), `${path}: ${link}`).toBe(true);
        expect([...files, "README.md", "LICENSE"], `${path}: ${link}`).toContain(target.split("/")[0]);
      }
    }
  });
});

test("the README has no link that only its repository could follow", async () => {
  const readme = await readFile(join(repo, "README.md"), "utf8");
  const links = [...readme.matchAll(/\]\(([^)]+)\)/g)].map(([, link]) => link!);
  const headings = [...readme.matchAll(/^#+ (.+)$/gm)].map(
    ([, text]) => `#${text!.toLowerCase().replaceAll(" ", "-")}`,
  );
  for (const link of links) expect(/^https:/.test(link) || headings.includes(link), link).toBe(true);
});

test("list marks what is installed in the project around it, with its version", async () => {
  const item = {
    version: "0.0.9",
    choices: {},
    mount: null,
    sourceDir: "src",
    testDir: "test",
    files: {},
    patches: [],
  };
  const installed = { ...item, env: [], scripts: {}, dependencies: {}, devDependencies: {} };
  const record = { version: 1, items: { "auth-hibp": installed } };
  const { dir } = await useRepo({ files: { "authwright.json": JSON.stringify(record) } });
  const { stdout } = await runCommand(() => list({}, contextFor(repo, dir)));
  expect(stdout).toMatch(/^auth-hibp .*0\.0\.9 is installed$/m);
  expect(stdout.match(/installed/g)).toHaveLength(1);
  const damaged = await useRepo({ files: { "authwright.json": "{" } });
  expect((await runCommand(() => list({}, contextFor(repo, damaged.dir)))).code).toBe(0);
});

test("view says how to add an item and what it needs, and names its files under --verbose", async () => {
  const shown = async (verbose: boolean) =>
    (await runCommand(() => view("auth-cookies", {}, contextFor(repo, repo, { verbose })))).stdout;
  expect(await shown(false)).toContain("npx authwright add auth-cookies   (brings auth-basic too)");
  expect(await shown(false)).toMatch(/src\/auth\/cookies: \d+ files/);
  expect(await shown(false)).not.toContain("cookie-jar.ts");
  expect(await shown(true)).toContain("src/auth/cookies/cookie-jar.ts");
});
