import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { join } from "node:path";
import fs from "fs-extra";
import { beforeAll, describe, expect, test } from "vitest";
import { add } from "../../../cli/commands/add.js";
import type { GlobalFlags } from "../../../cli/commands/context.js";
import { diff } from "../../../cli/commands/diff.js";
import { remove } from "../../../cli/commands/remove.js";
import { update } from "../../../cli/commands/update.js";
import { type Fixture, useFixture } from "../../support/fixture.js";
import { contextFor, runCommand } from "../../support/in-process.js";
import { makeReleases, type Releases } from "../../support/releases.js";
import { repo } from "../../support/template-tree.js";

const settings = {
  assist: { actions: { source: { organizeImports: { level: "on", options: { groups: [":PATH:", ":NODE:"] } } } } },
  formatter: { indentStyle: "tab" },
  javascript: { formatter: { quoteStyle: "single", semicolons: "asNeeded" } },
};

let releases: Releases;
beforeAll(async () => {
  releases = await makeReleases();
});

/** A project that has Biome, and lays out its own files with it. */
async function project(config: object = settings): Promise<Fixture> {
  const fixture = await useFixture("nodenext-esm");
  await fixture.write("biome.json", JSON.stringify(config));
  await fs.ensureSymlink(join(repo, "node_modules/@biomejs"), join(fixture.dir, "node_modules/@biomejs"));
  return fixture;
}

async function adding(
  dir: string,
  format: boolean | undefined,
  flags: Partial<GlobalFlags> = {},
  more: object = {},
  items: readonly string[] = [],
) {
  const typed = { ...more, ...(format !== undefined && { format }) };
  const from = items.length > 0 ? repo : releases.first;
  const { code, stdout, error } = await runCommand(() =>
    add(["auth-basic", ...items], typed, contextFor(from, dir, flags)),
  );
  expect({ code, error }).toEqual({ code: 0, error: "" });
  return stdout;
}

const ours = ["authwright.json", ".authwright", "scripts", "src/auth", "src/db", "test/auth"];

/** What Biome would still change in the files that it reads: their layout, and the order of their imports. */
function unformatted(dir: string, paths: readonly string[] = ours): string {
  const { status, stderr } = spawnSync(
    "node_modules/@biomejs/biome/bin/biome",
    ["check", "--linter-enabled=false", ...paths],
    {
      cwd: dir,
      encoding: "utf8",
    },
  );
  return status === 0 ? "" : stderr;
}

describe("add --format", () => {
  test("lays out the new files as the project does, before they become the base, and records it", async () => {
    const { dir, read } = await project();
    const server = await read("src/server.ts");
    const stdout = await adding(dir, true);
    expect(stdout).not.toContain("Lay the new files out");
    expect(await read("src/auth/sessions.ts")).toMatch(/^import .* from '.*'\n/);
    expect(await read(".authwright/base/src/auth/sessions.ts.txt")).toBe(await read("src/auth/sessions.ts"));
    const { format, files } = JSON.parse(await read("authwright.json")).items["auth-basic"];
    expect(format).toBe("biome");
    const hash = createHash("sha256")
      .update(await read("src/auth/sessions.ts"))
      .digest("hex");
    expect(files["src/auth/sessions.ts"].sha256).toBe(hash);
    expect((await read("src/server.ts")).split("\n")).toEqual(expect.arrayContaining(server.split("\n")));
    expect(unformatted(dir)).toBe("");
  });

  test("then the same add changes nothing, and diff shows nothing", async () => {
    const { dir, snapshot } = await project();
    await adding(dir, true);
    const before = await snapshot();
    await adding(dir, undefined);
    expect(await snapshot()).toEqual(before);
    const same = await runCommand(() => diff(undefined, {}, contextFor(releases.first, dir)));
    expect(same.stdout).toMatch(/no differences\n$/);
  });

  test("then update brings the new version in that layout, and the record too", async () => {
    const { dir, read } = await project();
    await adding(dir, true);
    const { code } = await runCommand(() => update(undefined, {}, contextFor(releases.second, dir)));
    expect(code).toBe(0);
    expect(await read("src/auth/sessions.ts")).toMatch(/\n\t.*\n[\s\S]*export const sessionsVersion = '0.2.0'\n$/);
    expect(await read("src/auth/audit.ts")).toBe("export const audit = 'new in 0.2.0'\n");
    const after = await runCommand(() => diff(undefined, {}, contextFor(releases.second, dir)));
    expect(after.stdout).toMatch(/no differences\n$/);
    expect(unformatted(dir)).toBe("");
  });

  test("what goes later leaves the record in that layout", async () => {
    const { dir, read } = await project();
    await adding(dir, true, {}, {}, ["auth-cookies", "auth-sudo"]);
    expect(unformatted(dir)).toBe("");
    const { code } = await runCommand(() => remove("auth-sudo", {}, contextFor(repo, dir, { yes: true })));
    expect(code).toBe(0);
    expect(await read("authwright.json")).not.toContain("auth-sudo");
    expect(unformatted(dir)).toBe("");
  });

  test("a record that the formatter is not to read stays as it comes", async () => {
    const { dir, read } = await project({ ...settings, files: { includes: ["**", "!authwright.json"] } });
    expect(await adding(dir, true)).not.toContain("failed");
    expect(await read("src/auth/sessions.ts")).toMatch(/^import .* from '.*'\n/);
    expect(await read("authwright.json")).toMatch(/^\{\n {2}"version": 1,/);
  });

  test("another choice comes in that layout too", async () => {
    const { dir, read } = await project();
    await adding(dir, true);
    await adding(dir, undefined, {}, { database: "postgres" });
    expect(await read("src/db/client.ts")).toMatch(/^import .* from '.*'\n/);
  });

  test("a formatter that fails leaves the files as they come, with a note and the command", async () => {
    const { dir, read } = await project({ formatter: { indentStyle: "none" } });
    const stdout = await adding(dir, true);
    expect(stdout).toContain("Biome failed, and the new files stay as they are: ");
    expect(stdout).toContain("Lay the new files out as yours: npx biome format --write ");
    expect(await read("src/auth/sessions.ts")).toMatch(/^import .* from ".*";\n/);
    expect(JSON.parse(await read("authwright.json")).items["auth-basic"].format).toBeUndefined();
  });

  test("a file that the formatter would have say something else stays as it comes, and a note names it", async () => {
    const { dir, read, write } = await useFixture("nodenext-esm");
    await write("node_modules/prettier/package.json", '{ "name": "prettier", "main": "index.js" }');
    await write(
      "node_modules/prettier/index.js",
      `exports.getFileInfo = async () => ({ ignored: false, inferredParser: "typescript" });
exports.resolveConfig = async () => null;
exports.format = (text, { filepath }) => filepath.endsWith("auth/sessions.ts") ? text + "export const more = 1;\\n" : text;
`,
    );
    const stdout = await adding(dir, true);
    expect(stdout.replace(/\s+/g, " ")).toContain("Prettier would change more than the layout of src/auth/sessions.ts");
    expect(await read("src/auth/sessions.ts")).not.toContain("more = 1");
  });

  test("where no formatter is installed says so", async () => {
    const { dir } = await useFixture("nodenext-esm");
    expect(await adding(dir, true)).toContain("neither Prettier nor Biome nor ESLint is in node_modules");
  });
});

describe("add without --format", () => {
  test("leaves the files as they come, and Next names the command and the new places", async () => {
    const { dir, read } = await project();
    const stdout = await adding(dir, undefined);
    const [, places = ""] = /Lay the new files out as yours: npx biome format --write (.*)\n/.exec(stdout)!;
    const made = ["authwright.json", "src/auth", "src/db", "src/middleware"];
    expect(places.split(" ")).toEqual(expect.arrayContaining(made));
    expect(places).not.toMatch(/(^| )src( |$)/);
    expect(await read("src/auth/sessions.ts")).toMatch(/^import .* from ".*";\n/);
  });

  test("the record is laid out as formatters do by themselves, and in the indentation that it is given", async () => {
    const spaces = { formatter: { indentStyle: "space" } };
    const { dir, read, write } = await project(spaces);
    await adding(dir, undefined);
    expect(unformatted(dir, ["authwright.json", ".authwright"])).toBe("");
    await write("biome.json", "{}");
    await write("authwright.json", (await read("authwright.json")).replaceAll("  ", "\t"));
    expect(unformatted(dir, ["authwright.json"])).toBe("");
    await adding(dir, undefined, {}, { database: "postgres" });
    expect(await read("authwright.json")).toContain('"database": "postgres"');
    expect(unformatted(dir, ["authwright.json"])).toBe("");
  });

  test("--no-format does the same", async () => {
    const { dir } = await project();
    expect(await adding(dir, false)).toContain("Lay the new files out as yours");
  });

  test("a dry run formats nothing, also with --format", async () => {
    const { dir, snapshot } = await project();
    const before = await snapshot();
    const plan = JSON.parse(await adding(dir, true, { dryRun: true, json: true }));
    const file = plan.changes.find(({ path }: { path: string }) => path === "src/auth/sessions.ts");
    expect(file.after).toMatch(/^import .* from ".*";\n/);
    expect(plan.warnings.join()).toContain("Biome lays out the new files when they are written");
    expect(await snapshot()).toEqual(before);
  });
});
