import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import fs from "fs-extra";
import { x } from "tinyexec";
import { beforeAll, describe, expect, test } from "vitest";
import { add } from "../../cli/commands/add.js";
import { doctor } from "../../cli/commands/doctor.js";
import { update } from "../../cli/commands/update.js";
import { type Fixture, useFixture } from "../support/fixture.js";
import { contextFor, runCommand } from "../support/in-process.js";
import { edit, makeReleases, type Releases } from "../support/releases.js";
import { runShippedTests } from "../support/shipped-tests.js";
import { repo } from "../support/template-tree.js";

// What owners change in their first week: each page of docs/recipes/ has the diff that is made here on a fresh copy.

const folder = join(repo, "docs/recipes");
const everyPage = (await readdir(folder)).filter((page) => page !== "README.md").sort();
const read = everyPage.map(async (page) => [page, await diffOf(page)] as const);
/** Those whose diff git can apply. (The rest of own-tables.md is a file of the application's: it has a test of its own.) */
const diffs = new Map((await Promise.all(read)).filter(([, diff]) => filesOf(diff).length > 0));
const changedFiles = new Set([...diffs.values()].flatMap(filesOf));

let releases: Releases;
let fresh: Fixture;
let untouched: string;

beforeAll(async () => {
  releases = await makeReleases();
  for (const path of changedFiles) await touch(releases.second, path);
  fresh = await useFixture("nodenext-esm");
  await expectDone(() => add(["auth-basic"], { database: "sqlite" }, contextFor(releases.first, fresh.dir)));
  const project = await copy();
  await extend(project);
  untouched = await findings(project);
});

test("the list of recipes names each page", async () => {
  const index = await readFile(join(folder, "README.md"), "utf8");
  expect([...index.matchAll(/\]\(([\w-]+\.md)\)/g)].map(([, page]) => page).sort()).toEqual(everyPage);
});

describe.each([...diffs.keys()])("%s", (page) => {
  const diff = diffs.get(page) ?? "";

  test("changes one file at most of the tests that ship", async () => {
    const shipped = filesOf(diff).filter((path) => path.startsWith("test/") && fs.existsSync(join(fresh.dir, path)));
    expect(shipped.length).toBeLessThanOrEqual(1);
  });

  test("compiles strictly; what comes later goes around it, and all tests pass", async () => {
    const project = await copy();
    await apply(project, diff);
    await expectCompiles(project);
    await extend(project, page);
    await expectCompiles(project);
    for (const path of filesOf(diff).filter((one) => one !== settled[page]?.path))
      expect((await project.read(path)).split("\n"), path).toEqual(expect.arrayContaining(addedTo(path, diff)));
    expect(await findings(project)).toBe(untouched);

    const tests = await runShippedTests(project.dir);
    expect(tests.exitCode, tests.output).toBe(0);
  });
});

async function diffOf(page: string): Promise<string> {
  const text = await readFile(join(folder, page), "utf8");
  return [...text.matchAll(/^```diff\n([\s\S]*?)^```$/gm)].map(([, diff]) => diff).join("");
}

/** The files that a diff changes or makes. */
function filesOf(diff: string): string[] {
  return [...diff.matchAll(/^\+\+\+ b\/(.+)$/gm)].map(([, path]) => path!);
}

/** The lines that a diff puts into a file. */
function addedTo(path: string, diff: string): string[] {
  const [, ...parts] = diff.split(/^\+\+\+ b\//m);
  const part = parts.find((text) => text.startsWith(`${path}\n`)) ?? "";
  return [...part.matchAll(/^\+(?!\+\+ )(.*)$/gm)].map(([, line]) => line!);
}

/** Where a recipe changes the first lines or the last ones, a later release has changed others. */
const laterChanges: Readonly<Record<string, (text: string) => string>> = {
  "src/auth/access-claims.ts": (text) => text.replace("An entry is all", "One entry is all"),
  "test/auth/shapes.ts": (text) => `// Of a later release.\n${text}`,
};

/** A later release that has changed the same file. */
async function touch(release: string, path: string): Promise<void> {
  const template = join("templates/auth-basic/base", path);
  if (!(await fs.pathExists(join(release, template)))) return;
  const aboveAndBelow = (text: string) => `// Of a later release.\n${text}\nexport const laterRelease = true;\n`;
  await edit(release, template, laterChanges[path] ?? aboveAndBelow);
}

async function copy(): Promise<Fixture> {
  const project = await useFixture("nodenext-esm");
  await fs.copy(fresh.dir, project.dir);
  await fs.ensureSymlink(join(repo, "node_modules"), join(project.dir, "node_modules"));
  return project;
}

async function apply({ dir }: Fixture, diff: string): Promise<void> {
  await fs.outputFile(join(dir, "recipe.diff"), diff);
  await x("git", ["apply", "recipe.diff"], { nodeOptions: { cwd: dir }, throwOnError: true });
  await fs.remove(join(dir, "recipe.diff"));
}

/** An add-on, and the later release. */
async function extend(project: Fixture, page = ""): Promise<void> {
  const { dir } = project;
  await expectDone(() => add(["auth-cookies"], {}, contextFor(releases.first, dir)));
  const settle = settled[page];
  if (settle) await expectConflict(project, settle.path);
  await expectDone(() => update(undefined, settle ? { conflicts: "ours" } : {}, contextFor(releases.second, dir)));
  if (settle) await edit(dir, settle.path, settle.how);
}

/** The one line that both sides have changed, and how the page says to settle that. */
const settled: Readonly<Record<string, { path: string; how: (text: string) => string }>> = {
  "company-field.md": {
    path: "src/db/migrations/index.ts",
    how: (text) =>
      `import { audit } from "./0002-audit.js";\n${text.replace("[auth, company]", "[auth, audit, company]")}`,
  },
};

async function expectConflict({ dir }: Fixture, path: string): Promise<void> {
  const { code, stdout } = await runCommand(() => update(undefined, {}, contextFor(releases.second, dir)));
  expect({ code, conflicts: stdout.match(/\S+(?=:\S+.* you and the new version)/g) }).toEqual({
    code: 3,
    conflicts: [path],
  });
}

async function findings({ dir }: Fixture): Promise<string> {
  const { stdout } = await runCommand(() =>
    doctor({ offline: true }, contextFor(releases.second, dir, { json: true })),
  );
  return stdout;
}

async function expectDone(command: () => Promise<number>): Promise<void> {
  const { code, error, stdout } = await runCommand(command);
  expect({ code, error }, stdout).toEqual({ code: 0, error: "" });
}

/** Sources and tests alike, with the settings that the project has for its sources. */
async function expectCompiles({ dir }: Fixture): Promise<void> {
  const compilerOptions = { rootDir: ".", noEmit: true };
  await fs.outputJson(join(dir, "tsconfig.all.json"), {
    extends: "./tsconfig.json",
    compilerOptions,
    include: ["src", "test"],
  });
  const tsc = join(repo, "node_modules/typescript/bin/tsc");
  const types = await x(process.execPath, [tsc, "-p", "tsconfig.all.json"], { nodeOptions: { cwd: dir } });
  expect(types.stdout).toBe("");
  await fs.remove(join(dir, "tsconfig.all.json"));
}
