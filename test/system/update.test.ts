import { join } from "node:path";
import fs from "fs-extra";
import { x } from "tinyexec";
import { beforeAll, describe, expect, test } from "vitest";
import { add } from "../../cli/commands/add.js";
import { update } from "../../cli/commands/update.js";
import { type Fixture, useFixture } from "../support/fixture.js";
import { contextFor, runCommand } from "../support/in-process.js";
import { freshDatabase } from "../support/postgres.js";
import { edit, makeReleases, type Releases } from "../support/releases.js";
import { runShippedTests } from "../support/shipped-tests.js";
import { repo } from "../support/template-tree.js";

let releases: Releases;
beforeAll(async () => {
  releases = await makeReleases();
});

const style = {
  root: true,
  formatter: { indentStyle: "tab", lineWidth: 80 },
  javascript: { formatter: { quoteStyle: "single", semicolons: "asNeeded", trailingCommas: "none" } },
};

/** What users do to the code that they own. */
const users: Readonly<Record<string, (project: Fixture) => Promise<unknown>>> = {
  "an untouched copy": async () => undefined,
  "an edited copy": async ({ dir }) => {
    for (const path of ["sessions.ts", "close.ts", "clock.ts", "config.ts"])
      await edit(dir, `src/auth/${path}`, (text) => `// mine\n${text}`);
    await edit(dir, "src/auth/close.ts", (text) => text.replaceAll("\n", "\r\n"));
  },
  "a reformatted copy": async (project) => {
    await project.write("biome.json", JSON.stringify(style));
    const biome = join(repo, "node_modules/.bin/biome");
    await x(biome, ["format", "--write", "src", "test"], { nodeOptions: { cwd: project.dir }, throwOnError: true });
  },
  "a partly deleted copy": async ({ dir }) => {
    for (const path of ["src/auth/legacy.ts", "docs/auth/README.md", "src/auth/clock.ts"])
      await fs.remove(join(dir, path));
  },
};

/** The shipped tests take half a minute: each database has them once. (On PGlite, a whole minute: other tests do.) */
const tested: Readonly<Record<string, string>> = { sqlite: "a reformatted copy", postgres: "an edited copy" };

describe.each(["sqlite", "postgres"])("after an update of %s", (database) => {
  test.each(Object.entries(users))("%s compiles strictly; the tests that came along pass", async (name, change) => {
    const project = await useFixture("nodenext-esm");
    await fs.ensureSymlink(join(repo, "node_modules"), join(project.dir, "node_modules"));
    const adding = () => add(["auth-basic"], { database }, contextFor(releases.first, project.dir));
    expect(await runCommand(adding)).toMatchObject({ code: 0, error: "" });
    await change(project);
    const updating = () => update(undefined, {}, contextFor(releases.second, project.dir));
    expect(await runCommand(updating)).toMatchObject({ code: 0, error: "" });

    const tsc = join(repo, "node_modules/typescript/bin/tsc");
    const types = await x(process.execPath, [tsc, "-p", ".", "--noEmit"], { nodeOptions: { cwd: project.dir } });
    expect(types.stdout).toBe("");
    if (tested[database] !== name) return;
    const server = database === "postgres" ? await freshDatabase() : null;
    const tests = await runShippedTests(project.dir, server ? { TEST_DATABASE_URL: server.url } : {});
    await server?.drop();
    expect(tests.exitCode, tests.output).toBe(0);
  });
});
