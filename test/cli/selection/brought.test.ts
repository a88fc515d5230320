import { join } from "node:path";
import { createClient } from "@libsql/client";
import fs from "fs-extra";
import { describe, expect, test } from "vitest";
import { add } from "../../../cli/commands/add.js";
import type { GlobalFlags } from "../../../cli/commands/context.js";
import { doctor } from "../../../cli/commands/doctor.js";
import { init } from "../../../cli/commands/init.js";
import { remove } from "../../../cli/commands/remove.js";
import { update } from "../../../cli/commands/update.js";
import { packageRoot } from "../../../cli/registry/package-root.js";
import { checkRegistry } from "../../../cli/registry/read-registry.js";
import type { AddFlags } from "../../../cli/selection/selection.js";
import { run } from "../../support/cli.js";
import { writeCompanions } from "../../support/companions.js";
import { changeItem } from "../../support/company-catalogue.js";
import { type Fixture, useFixture } from "../../support/fixture.js";
import { contextFor, runCommand } from "../../support/in-process.js";
import { edit } from "../../support/releases.js";
import { repo as clone, linkPackages } from "../../support/template-tree.js";
import { treeOf } from "../../support/tree.js";

const ours = packageRoot();
const done = { code: 0, error: "" };

const adding = (repo: Fixture, names: string, typed: AddFlags = {}, flags: Partial<GlobalFlags> = {}) =>
  runCommand(() => add(names.split(" "), typed, contextFor(ours, repo.dir, flags)));
const removing = (repo: Fixture, name: string) => runCommand(() => remove(name, {}, contextFor(ours, repo.dir)));
const record = async (repo: Fixture) => JSON.parse(await repo.read("authwright.json")).items;
const names = async (repo: Fixture) => Object.keys(await record(repo));
const missing = async (repo: Fixture) => {
  const { stdout } = await runCommand(() => doctor({ offline: true }, contextFor(ours, repo.dir, { json: true })));
  return (JSON.parse(stdout).findings as { check: string }[]).filter(({ check }) => check === "missing-item");
};

describe("a value that brings an item", () => {
  test("brings it with what it needs, names all of it before, and the project compiles", async () => {
    const repo = await useFixture("nodenext-esm");
    const before = await treeOf(repo.dir);
    const shown = await adding(repo, "auth-basic", { login: "email" }, { dryRun: true });
    expect(shown.stdout).toContain("auth-email");
    expect(shown.stdout).toContain("login=email");
    expect(await treeOf(repo.dir)).toEqual(before);
    expect(await adding(repo, "auth-basic", { login: "email" })).toMatchObject(done);
    expect(await names(repo)).toEqual(["auth-basic", "auth-jobs", "auth-email"]);
    expect((await record(repo))["auth-basic"]).toMatchObject({ choices: { login: "email" }, brings: ["auth-email"] });
    expect(await repo.read("src/auth/hooks.ts")).toContain("profileChanges: ProfileChange[] = [confirmNewAddress]");
    await linkPackages(repo.dir);
    const tsc = join(clone, "node_modules/typescript/bin/tsc");
    expect(await run(process.execPath, [tsc, "-p", ".", "--noEmit"], repo.dir).ended).toMatchObject({
      code: 0,
      stdout: "",
    });
    expect(await missing(repo)).toEqual([]);
  });

  test("brings it when another item brings that one along, and once", async () => {
    const repo = await useFixture("nodenext-esm");
    expect(await adding(repo, "auth-grace", { login: "email" })).toMatchObject(done);
    expect(await names(repo)).toEqual(["auth-basic", "auth-grace", "auth-jobs", "auth-email", "auth-grace-email"]);
    const after = await treeOf(repo.dir);
    expect(await adding(repo, "auth-basic", { login: "email" })).toMatchObject(done);
    expect(await treeOf(repo.dir)).toEqual(after);
  });

  test("leaves the other value alone", async () => {
    const repo = await useFixture("nodenext-esm");
    expect(await adding(repo, "auth-basic")).toMatchObject(done);
    expect(await names(repo)).toEqual(["auth-basic"]);
    expect((await record(repo))["auth-basic"]).toMatchObject({ choices: { login: "username" } });
    expect((await record(repo))["auth-basic"].brings).toBeUndefined();
  });

  test("makes a new project with it", async () => {
    const repo = await useFixture("nodenext-esm");
    const making = (dryRun: boolean) =>
      runCommand(() => init("shop", { login: "email", git: false }, contextFor(ours, repo.dir, { dryRun })));
    expect((await making(true)).stdout).toContain("src/auth/email/");
    expect(await fs.pathExists(join(repo.dir, "shop"))).toBe(false);
    expect(await making(false)).toMatchObject(done);
    const { items } = await fs.readJson(join(repo.dir, "shop/authwright.json"));
    expect(Object.keys(items)).toEqual(["auth-basic", "auth-jobs", "auth-email"]);
    expect(items["auth-basic"].choices).toMatchObject({ login: "email" });
  });

  test("keeps it as long as it stands itself, and takes it along with what only that needs", async () => {
    const repo = await useFixture("nodenext-esm");
    const before = await treeOf(repo.dir);
    await adding(repo, "auth-basic", { login: "email" });
    const installed = await treeOf(repo.dir);
    expect(await removing(repo, "auth-email")).toMatchObject({
      code: 2,
      error:
        'auth-email belongs to auth-basic as it is installed (--login email), and goes only with it: "authwright remove auth-basic"',
    });
    expect(await treeOf(repo.dir)).toEqual(installed);
    expect(await removing(repo, "auth-basic")).toMatchObject(done);
    expect(await treeOf(repo.dir)).toEqual(before);
  });

  test("does not take along what something else needs: that comes first", async () => {
    const repo = await useFixture("nodenext-esm");
    await adding(repo, "auth-events", { login: "email" });
    expect(await removing(repo, "auth-basic")).toMatchObject({
      code: 2,
      error: expect.stringContaining('"authwright remove auth-events" comes first'),
    });
    expect(await removing(repo, "auth-events")).toMatchObject(done);
    expect(await removing(repo, "auth-basic")).toMatchObject(done);
  });

  test("is told by the doctor where the item is not there, and another add brings it", async () => {
    const repo = await useFixture("nodenext-esm");
    await adding(repo, "auth-basic", { login: "email" });
    const written = JSON.parse(await repo.read("authwright.json"));
    delete written.items["auth-email"];
    await fs.writeJson(join(repo.dir, "authwright.json"), written, { spaces: 2 });
    expect(await missing(repo)).toMatchObject([
      { level: "warning", what: "auth-email is not there, and auth-basic as it is installed brings it" },
    ]);
  });
});

describe("a fixed choice", () => {
  test("is not swapped on an installed project, in one line that says where it is told how; another one is", async () => {
    for (const [there, other] of [
      ["username", "email"],
      ["email", "username"],
    ] as const) {
      const repo = await useFixture("nodenext-esm");
      await adding(repo, "auth-basic", { login: there });
      const before = await treeOf(repo.dir);
      for (const names of ["auth-basic", "auth-sudo"]) {
        const { code, error } = await adding(repo, names, { login: other });
        expect([code, error.split("\n")]).toEqual([2, [expect.stringContaining("docs/recipes/login-name.md")]]);
        expect(error).toContain(`auth-basic is installed with --login ${there}`);
      }
      expect(await treeOf(repo.dir)).toEqual(before);
      expect(await adding(repo, "auth-basic", { login: there, database: "postgres" })).toMatchObject(done);
      expect((await record(repo))["auth-basic"].choices).toMatchObject({ login: there, database: "postgres" });
    }
  });

  test("is changed by hand as the recipe says: the statements move every account, and update swaps the files", async () => {
    const page = await fs.readFile(join(clone, "docs/recipes/login-name.md"), "utf8");
    const [, look = "", move = ""] = page.split("```sql").map((block) => block.split("```")[0]!);
    const db = createClient({ url: ":memory:" });
    await db.executeMultiple(`create table auth_users (id text, username text, username_canonical text unique, email text);
      insert into auth_users values ('1', 'Bob', 'bob', 'Ada@example.org'), ('2', 'ada@example.org', 'ada@example.org', 'b@c.de')`);
    for (const query of look.split(";").slice(0, 2)) expect((await db.execute(query)).rows).toEqual([]);
    await db.executeMultiple(move);
    const { rows } = await db.execute("select username, username_canonical as form from auth_users order by id");
    expect(rows.map(({ username, form }) => [username, form])).toEqual([
      ["Ada@example.org", "ada@example.org"],
      ["b@c.de", "b@c.de"],
    ]);
    db.close();

    const repo = await useFixture("nodenext-esm");
    await adding(repo, "auth-email");
    await edit(repo.dir, "authwright.json", (text) => text.replace('"login": "username"', '"login": "email"'));
    expect(await runCommand(() => update(undefined, {}, contextFor(ours, repo.dir)))).toMatchObject(done);
    expect(await repo.read("src/auth/login-name.ts")).toContain('loginName = "email"');
    expect((await record(repo))["auth-basic"].brings).toEqual(["auth-email"]);
  });

  test("and a value that brings an item work in a catalogue of one's own", async () => {
    const [repo, registry] = [await useFixture("nodenext-esm"), await writeCompanions()];
    await changeItem(registry, ({ choices }) => {
      choices.retention.fixed = "old actions are gone: see our wiki";
      choices.retention.values.long.brings = ["stamp"];
    });
    expect(await adding(repo, "audit-log", { registry, retention: "long" })).toMatchObject(done);
    expect(await names(repo)).toEqual(["auth-basic", "audit-log", "stamp", "audit-stamp"]);
    expect(await adding(repo, "audit-log", { registry, retention: "short" })).toMatchObject({
      code: 2,
      error: "audit-log is installed with --retention long, and keeps it: old actions are gone: see our wiki",
    });
    expect(await removing(repo, "stamp")).toMatchObject({
      code: 2,
      error: expect.stringContaining("belongs to audit-log"),
    });
    expect(await removing(repo, "audit-log")).toMatchObject(done);
    expect(await names(repo)).toEqual(["auth-basic"]);
  });

  test("brings nothing that is not there, and no companion", async () => {
    const json = await fs.readJson(join(ours, "registry.json"));
    const bring = (name: string) => {
      const [basic, ...others] = structuredClone(json.items);
      basic.choices.login.values.email.brings = [name];
      return { ...json, items: [basic, ...others] };
    };
    for (const name of ["auth-nothing", "auth-grace-email"])
      expect(() => checkRegistry(bring(name))).toThrow(`auth-basic brings ${name}, which is not there`);
  });
});
