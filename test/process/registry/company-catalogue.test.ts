import { join, relative } from "node:path";
import fs from "fs-extra";
import { beforeAll, describe, expect, test } from "vitest";
import { pinProblem } from "../../../cli/selection/pins.js";
import { buildCli, type Ended, run } from "../../support/cli.js";
import {
  changeItem,
  documentedCatalogue,
  writeCatalogue,
  writeCatalogueWithFacts,
} from "../../support/company-catalogue.js";
import { type Fixture, useFixture } from "../../support/fixture.js";
import { edit } from "../../support/releases.js";
import { linkPackages, repo } from "../../support/template-tree.js";
import { treeOf } from "../../support/tree.js";

let cli: string;
beforeAll(async () => {
  cli = await buildCli();
});

function authwright(project: Fixture, line: string): Promise<Ended> {
  return run(process.execPath, [cli, ...line.split(" "), "--no-install"], project.dir).ended;
}

async function installed(options = ""): Promise<{ project: Fixture; company: string }> {
  const company = await writeCatalogue();
  const project = await useFixture("nodenext-esm");
  const ended = await authwright(project, `add audit-log --registry ${company}${options}`);
  expect(ended).toMatchObject({ code: 0, stderr: "" });
  return { project, company };
}

const log = "src/audit/log.ts";
const template = `templates/audit-log/base/${log}`;

async function nextVersion(company: string): Promise<void> {
  await changeItem(company, (item) => {
    item.version = "1.1.0";
  });
  await edit(company, template, (text) => `${text}\nexport const version = "1.1.0";\n`);
}

describe("the item of docs/registry.md", () => {
  test("is added with what it requires: files of the choice, mount, key, script and record", async () => {
    const { project, company } = await installed(" --retention long");
    expect(await project.read("src/audit/retention.ts")).toBe("export const kept = 10_000;\n");
    expect(await project.read("src/server.ts")).toContain('app.use("/api/audit", auditRouter);');
    expect(await project.read("src/server.ts")).toContain('app.use("/api/auth", authRouter);');
    expect(await project.read(".env")).toMatch(/^AUDIT_KEY=[\w-]{43}$/m);
    expect(JSON.parse(await project.read("package.json")).scripts["audit:check"]).toBe(
      "node --check dist/audit/log.js",
    );
    const { items } = JSON.parse(await project.read("authwright.json"));
    expect(items["audit-log"]).toMatchObject({
      version: "1.0.0",
      choices: { retention: "long" },
      requires: ["auth-basic"],
      registry: { source: relative(project.dir, company), sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
    expect(items["auth-basic"].registry).toBeUndefined();
  });

  test.each(["nodenext-esm", "class-app"])("compiles in %s, beside what it requires", async (fixture) => {
    const company = await writeCatalogueWithFacts();
    const project = await useFixture(fixture);
    expect(await authwright(project, `add audit-log --registry ${company}`)).toMatchObject({ code: 0 });
    await linkPackages(project.dir);
    const tsc = join(repo, "node_modules/typescript/bin/tsc");
    const types = await run(process.execPath, [tsc, "-p", ".", "--noEmit"], project.dir).ended;
    expect(types).toMatchObject({ code: 0, stdout: "" });
  });

  test("the plan shows source, hash and script commands; --dry-run writes nothing", async () => {
    const company = await writeCatalogue();
    const project = await useFixture("nodenext-esm");
    const before = await treeOf(project.dir);
    const { code, stdout } = await authwright(project, `add audit-log --registry ${company} --dry-run`);
    expect(code).toBe(0);
    expect(stdout).toMatch(/audit-log: \S+ \(sha-256 [0-9a-f]{64}\)/);
    expect(stdout).toContain("audit:check: node --check dist/audit/log.js");
    expect(await treeOf(project.dir)).toEqual(before);
  });

  test("a second add changes no byte, and another choice swaps its file", async () => {
    const { project, company } = await installed();
    const before = await treeOf(project.dir);
    expect(await authwright(project, `add audit-log --registry ${company}`)).toMatchObject({ code: 0 });
    expect(await treeOf(project.dir)).toEqual(before);
    expect(await authwright(project, `add audit-log --registry=${company} --retention long`)).toMatchObject({
      code: 0,
    });
    expect(await project.read("src/audit/retention.ts")).toBe("export const kept = 10_000;\n");
    expect(await authwright(project, `add audit-log --registry ${company} --retention lang`)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("did you mean long?"),
    });
  });

  test("list and view show it beside authwright's own", async () => {
    const company = await writeCatalogue();
    const project = await useFixture("nodenext-esm");
    const { stdout } = await authwright(project, `list --registry ${company}`);
    expect(stdout).toMatch(/^auth-basic /m);
    expect(stdout).toContain(`audit-log 1.0.0  Who did what  (${company})`);
    const { items } = JSON.parse((await authwright(project, `list --json --registry ${company}`)).stdout);
    expect(items.at(-1)).toMatchObject({ name: "audit-log", from: company });
    const viewed = JSON.parse((await authwright(project, `view audit-log --json --registry ${company}`)).stdout);
    expect(viewed).toMatchObject({ name: "audit-log", sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(viewed.files).toEqual([
      "src/audit/log.ts",
      "src/audit/retention.ts",
      "src/audit/sink.ts",
      "src/routes/audit.ts",
    ]);
  });

  test("a changed item is shown by diff, refused by update and add, and taken with --accept-registry-change", async () => {
    const { project, company } = await installed();
    await edit(project.dir, log, (text) => `// mine\n${text}`);
    await nextVersion(company);
    const before = await treeOf(project.dir);

    const diff = await authwright(project, "diff audit-log");
    expect(diff).toMatchObject({ code: 0, stderr: expect.stringContaining("is not what authwright.json has pinned") });
    expect(diff.stdout).toContain('+export const version = "1.1.0";');
    expect(diff.stdout).toContain("+// mine");
    for (const line of ["update audit-log", `add audit-log --registry ${company}`]) {
      expect(await authwright(project, line)).toMatchObject({
        code: 2,
        stderr: expect.stringContaining("[RegistryChanged]"),
      });
    }
    const unnamed = await authwright(project, "update");
    expect(unnamed).toMatchObject({ code: 0, stderr: expect.stringContaining("left as it is: audit-log 1.0.0") });
    expect(await treeOf(project.dir)).toEqual(before);

    expect(await authwright(project, "update audit-log --accept-registry-change")).toMatchObject({
      code: 0,
      stderr: "",
    });
    const text = await project.read(log);
    expect(text).toMatch(/^\/\/ mine\n/);
    expect(text).toContain('export const version = "1.1.0";');
    expect(await authwright(project, "update audit-log")).toMatchObject({ code: 0, stderr: "" });
  });

  test("one byte that changed without a new version is a change", async () => {
    const { project, company } = await installed();
    await edit(company, "templates/audit-log/retention/long/src/audit/retention.ts", (text) => `${text} `);
    expect(await authwright(project, "update audit-log")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("1.0.0 has changed without a new version"),
    });
  });

  test("a catalogue that has moved is named by --registry, and recorded at its new place without a question", async () => {
    const { project, company } = await installed();
    const elsewhere = join(project.dir, "tools/modules");
    await fs.move(company, elsewhere);
    expect(await authwright(project, `update audit-log --registry ${elsewhere}`)).toMatchObject({
      code: 0,
      stderr: "",
    });
    const { items } = JSON.parse(await project.read("authwright.json"));
    expect(items["audit-log"].registry.source).toBe("tools/modules");
    expect(await authwright(project, "diff audit-log --exit-code")).toMatchObject({ code: 0, stderr: "" });
  });

  test("an item of the same name from elsewhere never takes its place", async () => {
    const { project, company } = await installed();
    const origin = { source: "../other", sha256: "0".repeat(64) };
    const record = JSON.parse(await project.read("authwright.json"));
    const item = (await fs.readJson(join(company, "registry.json"))).items[0];
    const part = { item, selection: {} as never, templates: [] };
    const at = { record } as never;
    expect(pinProblem({ ...part, origin: null }, at, true)).toMatchObject({ code: "BadArgument" });
    expect(pinProblem({ ...part, origin }, at, false)).toMatchObject({ code: "RegistryChanged" });
    expect(pinProblem({ ...part, origin }, at, true)).toBeNull();
    const own = { ...part, item: { ...item, name: "auth-basic" } };
    expect(pinProblem({ ...own, origin }, at, true)).toMatchObject({ code: "BadArgument" });
    expect(pinProblem({ ...own, origin: null }, at, false)).toBeNull();
  });

  test("a catalogue that is gone keeps nobody from updating the rest", async () => {
    const { project, company } = await installed();
    await fs.remove(company);
    expect(await authwright(project, "update")).toMatchObject({
      code: 0,
      stderr: expect.stringContaining("left as it is"),
    });
    expect(await authwright(project, "update audit-log")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("it is not there"),
    });
  });

  test("holds what it requires; removed again, every byte is as before, with the catalogue gone", async () => {
    const company = await writeCatalogue();
    const project = await useFixture("nodenext-esm");
    await authwright(project, "add auth-basic");
    const before = await treeOf(project.dir);
    await authwright(project, `add audit-log --registry ${company}`);
    await fs.remove(company);
    expect(await authwright(project, "remove auth-basic")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("audit-log needs auth-basic"),
    });
    expect(await authwright(project, "remove audit-log --yes")).toMatchObject({ code: 0, stderr: "" });
    expect(await treeOf(project.dir)).toEqual(before);
  });

  test("its page goes to docs/auth/ whatever --dir says, is no edit, and goes with it", async () => {
    const company = await writeCatalogue();
    await fs.outputFile(join(company, "templates/audit-log/base/docs/auth/audit-log.md"), "# Audit log\n");
    const project = await useFixture("nodenext-esm");
    const before = await treeOf(project.dir);
    expect(await authwright(project, `add audit-log --registry ${company} --dir src/own`)).toMatchObject({ code: 0 });
    expect(await project.read("docs/auth/audit-log.md")).toBe("# Audit log\n");
    expect(await project.read("src/own/audit/log.ts")).toContain("export function record");
    expect(await authwright(project, "diff --exit-code")).toMatchObject({ code: 0, stderr: "" });
    for (const item of ["audit-log", "auth-basic"]) await authwright(project, `remove ${item} --yes`);
    expect(await treeOf(project.dir)).toEqual(before);
  });

  test("a page of the user's where one of it would go is never replaced, and no flag is advised", async () => {
    const company = await writeCatalogue();
    await changeItem(company, (item) => {
      item.requires = item.appends = [];
    });
    for (const path of ["base/src/routes/audit.ts", "base/src/audit/sink.ts"])
      await fs.writeFile(join(company, "templates/audit-log", path), "export const auditRouter = () => {};\n");
    await fs.outputFile(join(company, "templates/audit-log/base/docs/auth/audit-log.md"), "# Audit log\n");
    const project = await useFixture("nodenext-esm");
    await project.write("docs/auth/audit-log.md", "mine\n");
    const before = await treeOf(project.dir);
    const { code, stderr } = await authwright(project, `add audit-log --registry ${company}`);
    expect(stderr).toContain("docs/auth/audit-log.md is yours already: rename it, then add again");
    expect(code).toBe(2);
    expect(await treeOf(project.dir)).toEqual(before);
  });

  test("doctor reads a project with it", async () => {
    const { project } = await installed();
    const { code, stdout, stderr } = await authwright(project, "doctor --offline --json");
    expect(stderr).toBe("");
    expect(code).toBeLessThan(2);
    expect(JSON.parse(stdout).findings).toBeInstanceOf(Array);
  });

  test("docs/registry.md has every file that it needs", async () => {
    expect([...(await documentedCatalogue()).keys()].sort()).toEqual([
      "registry.json",
      "templates/audit-log/base/src/audit/log.ts",
      "templates/audit-log/base/src/audit/sink.ts",
      "templates/audit-log/base/src/routes/audit.ts",
      "templates/audit-log/retention/long/src/audit/retention.ts",
      "templates/audit-log/retention/short/src/audit/retention.ts",
    ]);
  });
});
