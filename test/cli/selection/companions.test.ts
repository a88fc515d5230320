import { join } from "node:path";
import fs from "fs-extra";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { add } from "../../../cli/commands/add.js";
import type { GlobalFlags } from "../../../cli/commands/context.js";
import { diff } from "../../../cli/commands/diff.js";
import { doctor } from "../../../cli/commands/doctor.js";
import { list } from "../../../cli/commands/list.js";
import { remove } from "../../../cli/commands/remove.js";
import { update } from "../../../cli/commands/update.js";
import { view } from "../../../cli/commands/view.js";
import { packageRoot } from "../../../cli/registry/package-root.js";
import { checkRegistry } from "../../../cli/registry/read-registry.js";
import { copyPackage } from "../../support/add-ons.js";
import { run } from "../../support/cli.js";
import { writeCompanions } from "../../support/companions.js";
import { changeItem } from "../../support/company-catalogue.js";
import { type Fixture, useFixture } from "../../support/fixture.js";
import { contextFor, runCommand } from "../../support/in-process.js";
import { edit } from "../../support/releases.js";
import { repo as clone, linkPackages } from "../../support/template-tree.js";
import { treeOf } from "../../support/tree.js";

type Flags = Partial<GlobalFlags>;
const ours = packageRoot();

const adding = (repo: Fixture, names: string, registry?: string, flags: Flags = {}) =>
  runCommand(() => add(names.split(" "), registry ? { registry } : {}, contextFor(ours, repo.dir, flags)));
const removing = (repo: Fixture, name: string, typed = {}, flags: Flags = {}) =>
  runCommand(() => remove(name, typed, contextFor(ours, repo.dir, flags)));
const updating = (repo: Fixture, typed = {}, name?: string, flags: Flags = {}) =>
  runCommand(() => update(name, typed, contextFor(ours, repo.dir, flags)));
const comparing = (repo: Fixture) => runCommand(() => diff(undefined, {}, contextFor(ours, repo.dir)));
const checking = async (repo: Fixture, from = ours) =>
  JSON.parse((await runCommand(() => doctor({ offline: true }, contextFor(from, repo.dir, { json: true })))).stdout)
    .findings as { check: string; what: string; fix: string }[];

const done = { code: 0, error: "" };
const record = async (repo: Fixture) => JSON.parse(await repo.read("authwright.json")).items;
const events = "src/auth/events.ts";

async function compiles(repo: Fixture): Promise<void> {
  await linkPackages(repo.dir);
  const tsc = join(clone, "node_modules/typescript/bin/tsc");
  expect(await run(process.execPath, [tsc, "-p", ".", "--noEmit"], repo.dir).ended).toMatchObject({
    code: 0,
    stdout: "",
  });
  await fs.remove(join(repo.dir, "node_modules"));
}

/** A repo with auth-basic, and the company's catalogue. */
async function start() {
  const [repo, company] = [await useFixture("nodenext-esm"), await writeCompanions()];
  expect(await adding(repo, "auth-basic")).toMatchObject(done);
  return { repo, company };
}

describe("add", () => {
  test("brings a companion with the later of its items, wherever that one is added, and it compiles", async () => {
    const { repo, company } = await start();
    expect(await adding(repo, "audit-log", company)).toMatchObject(done);
    expect(Object.keys(await record(repo))).toEqual(["auth-basic", "audit-log"]);
    const { stdout } = await adding(repo, "stamp", company);
    expect(stdout).toContain("Comes by itself\n  audit-stamp: comes with audit-log and stamp\n");
    const items = await record(repo);
    expect(items["audit-stamp"]).toMatchObject({
      requires: ["audit-log", "stamp"],
      comesWith: ["audit-log", "stamp"],
      registry: { sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
      sourceDir: "src",
    });
    expect(await repo.read(events)).toMatch(/recordEvent, stampEvent\];/);
    expect(await repo.read("docs/auth/audit-stamp.md")).toBe("# Stamps\n");
    await compiles(repo);
  });

  test("brings what comes with an item of authwright's and one of a catalogue, and what joins companions", async () => {
    const { repo, company } = await start();
    expect(await adding(repo, "audit-log stamp auth-sudo", company)).toMatchObject(done);
    const names = Object.keys(await record(repo));
    expect(names.slice(-3)).toEqual(["audit-stamp", "audit-sudo", "stamp-sudo"]);
    await compiles(repo);
    const before = await treeOf(repo.dir);
    for (const again of ["audit-log", "stamp auth-sudo"])
      expect(await adding(repo, again, company)).toMatchObject(done);
    expect(await treeOf(repo.dir)).toEqual(before);
  });

  test("shows it in the plan of --dry-run, with its source, and writes nothing", async () => {
    const { repo, company } = await start();
    const before = await treeOf(repo.dir);
    const dry = await adding(repo, "audit-log stamp", company, { dryRun: true });
    expect(dry.stdout).toContain("audit-stamp: comes with audit-log and stamp");
    expect(dry.stdout).toMatch(/audit-stamp: \S+ \(sha-256 [0-9a-f]{64}\)/);
    const json = JSON.parse((await adding(repo, "audit-log stamp", company, { dryRun: true, json: true })).stdout);
    expect(json.companions).toEqual([{ item: "audit-stamp", comesWith: ["audit-log", "stamp"] }]);
    expect(json.items.map(({ item }: { item: string }) => item)).toEqual(["audit-log", "stamp", "audit-stamp"]);
    expect(await treeOf(repo.dir)).toEqual(before);
  });

  test("by its name is refused with what it comes with, and writes nothing", async () => {
    const { repo, company } = await start();
    const before = await treeOf(repo.dir);
    expect(await adding(repo, "audit-stamp", company)).toMatchObject({
      code: 2,
      error: 'audit-stamp comes by itself with audit-log and stamp: "authwright add audit-log stamp"',
    });
    expect(await treeOf(repo.dir)).toEqual(before);
  });

  test("by its name is refused with names that can be typed, where it joins companions", async () => {
    const { repo, company } = await start();
    expect(await adding(repo, "stamp-sudo", company)).toMatchObject({
      code: 2,
      error: expect.stringContaining('audit-stamp and audit-sudo: "authwright add audit-log stamp auth-sudo"'),
    });
    expect(await adding(repo, "audit-log stamp auth-sudo", company)).toMatchObject(done);
    expect(await removing(repo, "stamp-sudo")).toMatchObject({
      code: 2,
      error: expect.stringContaining('it goes with any of them, "authwright remove auth-sudo"'),
    });
  });

  test("an entry of a companion that was taken out comes back with the command that the note names", async () => {
    const { repo, company } = await start();
    await adding(repo, "audit-log stamp", company);
    const before = await treeOf(repo.dir);
    await edit(repo.dir, events, (source) => source.replace(", stampEvent]", "]"));
    expect((await checking(repo)).find(({ what }) => what.startsWith("stampEvent"))?.fix).not.toContain("remove");
    const { stdout } = await updating(repo);
    const [, named = "nothing"] = /"authwright add (.*) --overwrite" puts it back/.exec(stdout) ?? [];
    expect(await adding(repo, named, company, { overwrite: true })).toMatchObject(done);
    expect(await treeOf(repo.dir)).toEqual(before);
  });

  test("a changed companion is refused until --accept-registry-change, as any pinned item", async () => {
    const { repo, company } = await start();
    await adding(repo, "audit-log stamp", company);
    await edit(company, "templates/audit-stamp/base/src/audit/stampEvent.ts", (text) => `${text}// changed\n`);
    const before = await treeOf(repo.dir);
    expect(await adding(repo, "stamp", company)).toMatchObject({
      code: 2,
      error: expect.stringContaining("audit-stamp"),
    });
    expect(await treeOf(repo.dir)).toEqual(before);
    expect(await updating(repo, { acceptRegistryChange: true }, "audit-stamp")).toMatchObject(done);
    expect(await repo.read("src/audit/stampEvent.ts")).toContain("// changed");
  });

  test("--overwrite puts the files of a companion back with those of its item", async () => {
    const { repo, company } = await start();
    await adding(repo, "audit-log stamp", company);
    const before = await treeOf(repo.dir);
    await edit(repo.dir, "src/audit/stampEvent.ts", (text) => `${text}// mine\n`);
    expect(await adding(repo, "stamp", company, { overwrite: true })).toMatchObject(done);
    expect(await treeOf(repo.dir)).toEqual(before);
  });
});

describe("remove", () => {
  test.each(["audit-log", "stamp"])("of %s takes its companion along, to the byte", async (name) => {
    const { repo, company } = await start();
    await adding(repo, name === "stamp" ? "audit-log" : "stamp", company);
    const before = await treeOf(repo.dir);
    expect(await adding(repo, name, company)).toMatchObject(done);
    const dry = JSON.parse((await removing(repo, name, {}, { dryRun: true, json: true })).stdout);
    expect(dry.companions).toEqual([{ item: "audit-stamp", comesWith: ["audit-log", "stamp"] }]);
    expect(dry.removed).toMatchObject({
      scripts: expect.arrayContaining(["stamp:check"]),
      env: expect.arrayContaining(["STAMP_KEY"]),
    });
    const { stdout, ...ended } = await removing(repo, name);
    expect(ended).toMatchObject(done);
    expect(stdout).toContain("Goes by itself\n  audit-stamp: comes with audit-log and stamp\n");
    expect(stdout).not.toMatch(/Stays|Left for you/);
    expect(await treeOf(repo.dir)).toEqual(before);
  });

  test("takes the companions of companions along, with the catalogue gone", async () => {
    const { repo, company } = await start();
    await adding(repo, "audit-log stamp", company);
    const before = await treeOf(repo.dir);
    expect(await adding(repo, "auth-sudo", company)).toMatchObject(done);
    await fs.remove(company);
    expect(await removing(repo, "auth-sudo")).toMatchObject(done);
    expect(Object.keys(await record(repo))).toEqual(["auth-basic", "audit-log", "stamp", "audit-stamp"]);
    expect(await treeOf(repo.dir)).toEqual(before);
  });

  test("by its name is refused with what it came with, and writes nothing", async () => {
    const { repo, company } = await start();
    await adding(repo, "audit-log stamp", company);
    const before = await treeOf(repo.dir);
    expect(await removing(repo, "audit-stamp")).toMatchObject({
      code: 2,
      error: 'audit-stamp came by itself with audit-log and stamp: it goes with any of them, "authwright remove stamp"',
    });
    expect(await treeOf(repo.dir)).toEqual(before);
  });

  test("what both build on still has to wait for them", async () => {
    const { repo, company } = await start();
    await adding(repo, "audit-log stamp", company);
    expect(await removing(repo, "auth-basic")).toMatchObject({
      code: 2,
      error: 'audit-log, stamp need auth-basic: "authwright remove stamp" comes first',
    });
  });
});

describe("an installed companion", () => {
  test("is updated, compared and checked as any item", async () => {
    const { repo, company } = await start();
    await adding(repo, "audit-log stamp", company);
    expect((await comparing(repo)).stdout).toMatch(/no differences\n$/);
    await edit(repo.dir, "src/audit/stampEvent.ts", (text) => `// mine\n${text}`);
    await changeItem(
      company,
      (item) => {
        item.version = "1.1.0";
      },
      "audit-stamp",
    );
    await edit(company, "templates/audit-stamp/base/src/audit/stampEvent.ts", (text) => `${text}export const v = 1;\n`);
    const { stdout } = await comparing(repo);
    expect(stdout).toContain("+// mine");
    expect(stdout).toContain("+export const v = 1;");
    expect(await updating(repo, { acceptRegistryChange: true })).toMatchObject({ code: 0 });
    const text = await repo.read("src/audit/stampEvent.ts");
    expect(text).toMatch(/^\/\/ mine\n[\s\S]*export const v = 1;\n$/);
    expect((await record(repo))["audit-stamp"]).toMatchObject({ version: "1.1.0", comesWith: ["audit-log", "stamp"] });
    await edit(repo.dir, events, (source) => source.replace(", stampEvent]", "]"));
    expect((await checking(repo)).map(({ what }) => what)).toContain("stampEvent of audit-stamp is not in eventSinks");
  });
});

describe("a companion that is newer than what it joins", () => {
  /** Both items, from before the catalogue had what comes with them. */
  async function startBefore() {
    const { repo, company } = await start();
    const registry = await fs.readJson(join(company, "registry.json"));
    const plain = registry.items.filter(({ comesWith }: { comesWith?: unknown }) => !comesWith);
    await fs.writeJson(join(company, "registry.json"), { ...registry, items: plain });
    expect(await adding(repo, "audit-log stamp", company)).toMatchObject(done);
    await fs.writeJson(join(company, "registry.json"), registry);
    return { repo, company };
  }

  test("is missed by doctor, shown by diff, and comes with update once its catalogue is accepted", async () => {
    const { repo } = await startBefore();
    const missing = () => checking(repo).then((all) => all.filter(({ check }) => check === "missing-companion"));
    expect(await missing()).toMatchObject([{ what: "audit-stamp is not there, and comes with audit-log and stamp" }]);
    expect((await comparing(repo)).stdout).toContain("stampEvent");
    const before = await treeOf(repo.dir);
    const said = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    onTestFinished(() => said.mockRestore());
    expect(await updating(repo)).toMatchObject(done);
    expect(said).toHaveBeenCalledWith(expect.stringContaining("and is not pinned yet"));
    expect(await treeOf(repo.dir)).toEqual(before);
    const { stdout } = await updating(repo, { acceptRegistryChange: true });
    expect(stdout).toContain("audit-stamp: comes with audit-log and stamp");
    expect((await record(repo))["audit-stamp"]).toMatchObject({ version: "1.0.0" });
    expect(await missing()).toEqual([]);
    expect((await comparing(repo)).stdout).toMatch(/no differences\n$/);
    const after = await treeOf(repo.dir);
    expect(await updating(repo)).toMatchObject(done);
    expect(await treeOf(repo.dir)).toEqual(after);
    await removing(repo, "stamp");
    expect(await adding(repo, "stamp")).toMatchObject({ code: 2 });
  });

  test("comes with another add of either", async () => {
    const { repo, company } = await startBefore();
    expect(await adding(repo, "audit-log", company)).toMatchObject(done);
    expect((await record(repo))["audit-stamp"]).toBeDefined();
  });

  test("of authwright's own comes with update, without a question", async () => {
    const repo = await useFixture("nodenext-esm");
    expect(await adding(repo, "auth-sudo auth-hibp")).toMatchObject(done);
    const next = await copyPackage();
    const { items } = await fs.readJson(join(next, "registry.json"));
    const own = { ...items.at(-1), name: "auth-sudo-hibp", requires: [], comesWith: ["auth-sudo", "auth-hibp"] };
    const bare = { ...own, mount: null, appends: [], packages: {}, env: [], scripts: {}, nextSteps: [] };
    await fs.writeJson(join(next, "registry.json"), { name: "authwright", items: [...items, bare] });
    await fs.outputFile(join(next, "templates/auth-sudo-hibp/base/src/auth/both.ts"), "export const both = 1;\n");
    const context = contextFor(next, repo.dir);
    expect((await checking(repo, next)).map(({ check }) => check)).toContain("missing-companion");
    expect(await runCommand(() => update("auth-sudo", {}, context))).toMatchObject(done);
    expect((await record(repo))["auth-sudo-hibp"]).toBeUndefined();
    expect(await runCommand(() => update(undefined, {}, context))).toMatchObject(done);
    expect((await record(repo))["auth-sudo-hibp"]).toMatchObject({ version: own.version });
    expect(await repo.read("src/auth/both.ts")).toBe("export const both = 1;\n");
  });
});

describe("list and view", () => {
  test("show a companion below what it comes with, and say so", async () => {
    const registry = await writeCompanions();
    const context = contextFor(ours, ours);
    const { stdout } = await runCommand(() => list({ registry }, context));
    expect(stdout).toMatch(
      /^stamp 1\.0\.0 .*\n {2}needs auth-basic\n {2}audit-stamp 1\.0\.0 {2}The audit-stamp {2}\(comes with audit-log and stamp\) {2}\(\S+\)$/m,
    );
    const json = JSON.parse(
      (await runCommand(() => list({ registry }, contextFor(ours, ours, { json: true })))).stdout,
    );
    expect(json.items).toContainEqual(
      expect.objectContaining({ name: "audit-stamp", comesWith: ["audit-log", "stamp"] }),
    );
    const viewed = await runCommand(() => view("audit-stamp", { registry }, context));
    expect(viewed.stdout).toContain("Comes by itself with\n  audit-log\n  stamp\n");
    const viewedJson = await runCommand(() =>
      view("audit-stamp", { registry }, contextFor(ours, ours, { json: true })),
    );
    expect(JSON.parse(viewedJson.stdout)).toMatchObject({ comesWith: ["audit-log", "stamp"] });
  });
});

describe("a registry is refused", () => {
  const item = (name: string, parts: object) => ({
    ...{ name, version: "1.0.0", title: name, description: name, requires: [], choices: {}, mount: null, packages: {} },
    ...{ devPackages: {}, env: [], scripts: {}, gitignore: [], nextSteps: [], ...parts },
  });
  test.each([
    ["where a companion names one item", [item("a", {}), item("b", { comesWith: ["a"] })], "too_small"],
    ["where it names what is not there", [item("a", {}), item("b", { comesWith: ["a", "x"] })], "requires x"],
    [
      "where it requires more than that",
      [item("a", {}), item("c", {}), item("b", { comesWith: ["a", "c"], requires: ["a"] })],
      "stays empty",
    ],
    [
      "where an item requires a companion",
      [item("a", {}), item("c", {}), item("b", { comesWith: ["a", "c"] }), item("d", { requires: ["b"] })],
      "comes by itself",
    ],
  ])("%s", (_, items, words) => {
    expect(() => checkRegistry({ name: "x", items })).toThrow(words);
  });
});
