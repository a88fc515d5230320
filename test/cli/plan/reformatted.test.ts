import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fs from "fs-extra";
import { beforeAll, describe, expect, test } from "vitest";
import { add } from "../../../cli/commands/add.js";
import { diff } from "../../../cli/commands/diff.js";
import { remove } from "../../../cli/commands/remove.js";
import { update } from "../../../cli/commands/update.js";
import { type Fixture, useFixture } from "../../support/fixture.js";
import { contextFor, runCommand } from "../../support/in-process.js";
import { edit, makeReleases, type Releases } from "../../support/releases.js";

const biome = fileURLToPath(new URL("../../../node_modules/.bin/biome", import.meta.url));
const style = {
  root: true,
  formatter: { indentStyle: "space", indentWidth: 4, lineWidth: 80 },
  javascript: { formatter: { quoteStyle: "single", semicolons: "asNeeded", quoteProperties: "asNeeded" } },
  assist: { actions: { source: { organizeImports: { level: "on", options: { groups: [":PATH:", ":PACKAGE:"] } } } } },
  linter: { enabled: false },
};
const names = ["auth-basic", "auth-cookies", "auth-email"];
const removing = ["auth-email", "auth-jobs", "auth-cookies", "auth-basic"];

let releases: Releases;
let reformatted: Fixture;
beforeAll(async () => {
  releases = await makeReleases();
  reformatted = await useFixture("nodenext-esm");
  await run(reformatted, () => add(names, {}, contextFor(releases.first, reformatted.dir)));
  const config = await useFixture("nodenext-esm");
  await config.write("biome.json", JSON.stringify(style));
  const options = ["check", "--write", "--config-path", config.dir, "src", "test"];
  const { status, stdout } = spawnSync(biome, options, { cwd: reformatted.dir, encoding: "utf8" });
  expect(status, stdout).toBe(0);
});

async function run({ dir }: Pick<Fixture, "dir">, command: () => Promise<number>): Promise<string> {
  const { code, stdout, error } = await runCommand(command);
  expect({ code, error, dir }).toEqual({ code: 0, error: "", dir });
  return stdout;
}

async function copy(): Promise<Fixture> {
  const repo = await useFixture("nodenext-esm");
  await fs.copy(reformatted.dir, repo.dir);
  return repo;
}

describe("a project whose formatter and import sorter went over every file", () => {
  test("diff shows no change of the user's", async () => {
    const { dir } = await copy();
    const stdout = await run({ dir }, () => diff(undefined, {}, contextFor(releases.first, dir)));
    expect(stdout).toMatch(/no differences\n$/);
  });

  test("the same add again writes nothing", async () => {
    const { dir, snapshot } = await copy();
    const before = await snapshot();
    await run({ dir }, () => add(names, {}, contextFor(releases.first, dir)));
    expect(await snapshot()).toEqual(before);
  });

  test("another choice takes the place of the files, and none counts as edited", async () => {
    const { dir, read } = await copy();
    await run({ dir }, () => add(["auth-basic"], { errors: "auth-basic" }, contextFor(releases.first, dir)));
    expect(JSON.parse(await read("authwright.json")).items["auth-basic"].choices.errors).toBe("auth-basic");
  });

  test("update brings the new version in the user's layout, without a conflict or a merge", async () => {
    const { dir, read } = await copy();
    const shown = JSON.parse(
      await run({ dir }, () => diff(undefined, {}, contextFor(releases.second, dir, { json: true }))),
    );
    expect(shown.files.filter((file: { yours: unknown; both: unknown }) => file.yours || file.both)).toEqual([]);
    const printed = await run({ dir }, () => update(undefined, {}, contextFor(releases.second, dir, { json: true })));
    const outcomes = JSON.parse(printed).files.map(({ what }: { what: string }) => what);
    expect(new Set(outcomes)).toEqual(new Set(["updated", "created", "deleted"]));
    expect(await read("src/auth/sessions.ts")).toContain("export const sessionsVersion = '0.2.0'\n");
    const after = await run({ dir }, () => diff(undefined, {}, contextFor(releases.second, dir)));
    expect(after).toMatch(/no differences\n$/);
  });

  test("remove leaves no file of the item", async () => {
    const { dir, snapshot } = await copy();
    for (const name of removing) await run({ dir }, () => remove(name, {}, contextFor(releases.first, dir)));
    const left = [...(await snapshot()).keys()].filter((path) => /auth/.test(path));
    expect(left).toEqual([]);
  });
});

describe("what an edited file imports", () => {
  const edited = "src/auth/sessions.ts";
  const mine = (line: string) => (text: string) => `${line}\n${text}\nexport const mine = legacy;\n`;

  test("stays with it when the item is removed, and so does what that imports", async () => {
    const { dir, snapshot } = await copy();
    await edit(dir, edited, (text) => `${text}\nexport const mine = true;\n`);
    for (const name of removing) await run({ dir }, () => remove(name, {}, contextFor(releases.first, dir)));
    const files = await snapshot();
    expect(files.has(edited)).toBe(true);
    for (const [path, text] of files)
      for (const [, specifier] of /^src\/.*\.ts$/.test(path) ? text.matchAll(/from ["'](\..*?)\.js["']/g) : [])
        expect(files.has(`${join(path, "..", specifier!)}.ts`), `${path}: ${specifier}`).toBe(true);
    expect(files.has("src/routes/auth.ts")).toBe(false);
  });

  test("stays when the new version drops it, and is named", async () => {
    const { dir, read } = await copy();
    await edit(dir, edited, mine('import { legacy } from "./legacy.js";'));
    const stdout = await run({ dir }, () => update(undefined, { conflicts: "ours" }, contextFor(releases.second, dir)));
    expect(stdout).toContain(`src/auth/legacy.ts: the new version no longer has it, but ${edited} imports it`);
    expect(await read("src/auth/legacy.ts")).toContain("to be dropped");
  });
});
