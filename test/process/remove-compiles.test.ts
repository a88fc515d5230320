import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import fs from "fs-extra";
import { beforeAll, describe, expect, test } from "vitest";
import { add } from "../../cli/commands/add.js";
import { remove } from "../../cli/commands/remove.js";
import { packageRoot } from "../../cli/registry/package-root.js";
import { readRegistry } from "../../cli/registry/read-registry.js";
import { isCompanion } from "../../cli/registry/registry.js";
import { run } from "../support/cli.js";
import { type Fixture, useFixture } from "../support/fixture.js";
import { freePort } from "../support/free-port.js";
import { contextFor, runCommand } from "../support/in-process.js";
import { waitHangMs } from "../support/limits.js";
import { repo as clone, linkPackages } from "../support/template-tree.js";

const ours = packageRoot();
const names = readRegistry(ours)
  .items.filter((item) => !isCompanion(item))
  .map(({ name }) => name);

/** Starts the server of a project until it answers, and ends it: the tables are there then. */
async function startOnce({ dir }: Fixture): Promise<void> {
  const port = await freePort();
  const { child, ended } = run(process.execPath, ["--import", "tsx", "src/server.ts"], dir, {
    PORT: String(port),
    PUBLIC_ORIGIN: `http://127.0.0.1:${port}`,
  });
  const health = () =>
    fetch(`http://127.0.0.1:${port}/api/auth/health`).then(
      ({ status }) => status,
      () => 0,
    );
  for (const deadline = Date.now() + waitHangMs; (await health()) !== 204; await sleep(200))
    if (Date.now() > deadline || child.exitCode !== null) break;
  child.kill("SIGTERM");
  await ended;
  expect(await fs.readFile(join(dir, ".data/auth.db"), "latin1")).toContain("SQLite format 3");
}

/** A project with every item, as a start has left it. */
async function installed(database: string): Promise<Fixture> {
  const repo = await useFixture("nodenext-esm");
  const added = await runCommand(() => add(names, { database }, contextFor(ours, repo.dir)));
  expect(added).toMatchObject({ code: 0, error: "" });
  await linkPackages(repo.dir);
  if (database === "sqlite") await startOnce(repo);
  return repo;
}

/** Takes an item out, after those that need it. Returns what the last removal leaves. */
async function removeWith(repo: Fixture, name: string): Promise<string[]> {
  const { items } = JSON.parse(await repo.read("authwright.json"));
  const users = Object.entries<{ requires?: string[]; comesWith?: string[] }>(items);
  for (const [user, { requires = [], comesWith }] of users)
    if (requires.includes(name) && !comesWith && (await repo.read("authwright.json")).includes(`"${user}": {`))
      await removeWith(repo, user);
  const { stdout, ...ended } = await runCommand(() =>
    remove(name, {}, contextFor(ours, repo.dir, { strict: true, json: true })),
  );
  expect(ended).toEqual({ code: 0, error: "" });
  return JSON.parse(stdout).kept.map(({ what }: { what: string }) => what);
}

async function compiles({ dir, write }: Fixture): Promise<void> {
  await write(
    "tsconfig.all.json",
    '{ "extends": "./tsconfig.json", "compilerOptions": { "rootDir": "." }, "include": ["src", "test"] }',
  );
  const tsc = join(clone, "node_modules/typescript/bin/tsc");
  expect(await run(process.execPath, [tsc, "-p", "tsconfig.all.json", "--noEmit"], dir).ended).toMatchObject({
    code: 0,
    stdout: "",
  });
}

describe.each(["sqlite", "postgres"])("after a start on %s", (database) => {
  let all: Fixture;
  beforeAll(async () => {
    all = await installed(database);
    await compiles(all);
  });

  test.each(names)("what stays without %s compiles, and its tables are named", async (name) => {
    const repo = await useFixture("nodenext-esm");
    await fs.emptyDir(repo.dir);
    await fs.copy(all.dir, repo.dir, { filter: (path) => !path.includes("node_modules") });
    await linkPackages(repo.dir);
    const folder = join(ours, "templates", name);
    const paths = (await fs.readdir(folder, { recursive: true })).map(String);
    const kept = await removeWith(repo, name);
    await compiles(repo);
    const where = database === "sqlite" ? ".data/auth.db" : "the PostgreSQL database";
    expect(kept.some((what) => what.endsWith(where))).toBe(paths.some((path) => /migrations\/\d/.test(path)));
    expect(kept.filter((what) => /^(src|test|docs|scripts)\//.test(what))).toEqual([]);
    if (database === "sqlite") expect(await fs.pathExists(join(repo.dir, ".data/auth.db"))).toBe(true);
  });
});

test("an item that comes back finds its tables as they were, in the server that runs on them", async () => {
  const repo = await useFixture("nodenext-esm");
  const adding = (name: string) => runCommand(() => add([name], {}, contextFor(ours, repo.dir)));
  expect(await adding("auth-sessions")).toMatchObject({ code: 0 });
  await linkPackages(repo.dir);
  await startOnce(repo);
  await removeWith(repo, "auth-basic");
  expect(await fs.pathExists(join(repo.dir, "src/db"))).toBe(false);
  expect(await adding("auth-sessions")).toMatchObject({ code: 0 });
  await startOnce(repo);
});
