import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import fs from "fs-extra";
import { beforeAll, describe, expect, test } from "vitest";
import { buildCli, run } from "../support/cli.js";
import { useFixture } from "../support/fixture.js";
import { treeOf } from "../support/tree.js";

const npm = promisify(execFile);
const megabyte = 1024 * 1024;

let folder: string;
let packed: { size: number; unpackedSize: number; files: { path: string; size: number; mode: number }[] };

beforeAll(async () => {
  folder = dirname(dirname(await buildCli()));
  const { stdout } = await npm("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], { cwd: folder });
  packed = JSON.parse(stdout)[0];
});

describe("the package", () => {
  test("is at most 4 MB unpacked and 1 MB packed, and its documentation at most 200 kB", () => {
    const pages = packed.files.filter(({ path }) => path.startsWith("docs/"));
    const ofPages = pages.reduce((sum, { size }) => sum + size, 0);
    expect(ofPages).toBeLessThanOrEqual(200_000);
    expect(packed.unpackedSize).toBeLessThanOrEqual(4 * megabyte);
    expect(packed.size).toBeLessThanOrEqual(megabyte);
  });

  test("brings the pages that users read, and none that only its authors do", () => {
    const pages = packed.files.map(({ path }) => path).filter((path) => path.startsWith("docs/"));
    expect(pages).toEqual(expect.arrayContaining(["docs/cli.md", "docs/update.md", "docs/recipes/README.md"]));
    expect(pages.filter((path) => /decisions|architecture/.test(path))).toEqual([]);
  });

  test("holds every template, the registry and the bundle, and nothing of the tests", async () => {
    const paths = packed.files.map(({ path }) => path);
    const templates = Object.keys(await treeOf(join(folder, "templates"))).filter((path) => !path.endsWith("/"));
    expect(paths).toEqual(expect.arrayContaining(templates.map((path) => `templates/${path}`)));
    expect(paths).toEqual(
      expect.arrayContaining([
        "registry.json",
        "registry.schema.json",
        "advisories.json",
        "dist/main.js",
        "dist/package.json",
      ]),
    );
    expect(paths.filter((path) => /^(test|cli|node_modules|demo|bench)\//.test(path))).toEqual([]);
  });

  test("has no runtime dependency, and its bundle imports nothing but Node", async () => {
    const manifest = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    expect(manifest.dependencies).toBeUndefined();
    expect(manifest.optionalDependencies).toBeUndefined();
    expect(manifest.peerDependencies).toBeUndefined();
  });

  test("its program is executable and starts with node's line", async () => {
    const main = join(folder, "dist/main.js");
    expect((await fs.stat(main)).mode & 0o111).toBe(0o111);
    expect(await readFile(main, "utf8")).toMatch(/^#!\/usr\/bin\/env node\n/);
  });

  test("its CommonJS is strict, as the modules are that it is made of", async () => {
    const program = packed.files.map(({ path }) => path).filter((path) => /^dist\/.*\.js$/.test(path));
    expect(program.length).toBeGreaterThan(5);
    for (const path of program)
      expect(await readFile(join(folder, path), "utf8"), path).toMatch(/^(#!.*\n)?"use strict";/);
  });

  test.each([
    ["--help"],
    ["--version"],
    ["list"],
    ["view auth-basic"],
    ["add auth-basic --no-install"],
    ["init new-app --no-install"],
  ])("runs %s with nothing installed around it, and no network", async (line) => {
    const { dir } = await useFixture("nodenext-esm");
    const unreachable = "http://127.0.0.1:9";
    const env = { HTTP_PROXY: unreachable, HTTPS_PROXY: unreachable, npm_config_registry: unreachable };
    const { code, stderr } = await run(join(folder, "dist/main.js"), line.split(" "), dir, env).ended;
    expect(stderr).toBe("");
    expect(code).toBe(0);
  });
});
