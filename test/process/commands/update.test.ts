import { execFileSync } from "node:child_process";
import { join } from "node:path";
import fs from "fs-extra";
import { beforeAll, describe, expect, test } from "vitest";
import { add } from "../../../cli/commands/add.js";
import type { GlobalFlags } from "../../../cli/commands/context.js";
import { remove } from "../../../cli/commands/remove.js";
import { type UpdateFlags, update } from "../../../cli/commands/update.js";
import { type Fixture, useFixture } from "../../support/fixture.js";
import { contextFor, runCommand } from "../../support/in-process.js";
import { edit, makeReleases, type Releases } from "../../support/releases.js";
import { treeOf } from "../../support/tree.js";

let releases: Releases;
const fresh = new Map<string, Fixture>();
beforeAll(async () => {
  releases = await makeReleases();
});

/** A repo with the first release in it. The first of its kind is made by `add`, the others are copies. */
async function installed(flags: Record<string, string> = {}): Promise<Fixture> {
  const key = JSON.stringify(flags);
  if (!fresh.has(key)) {
    const made = await useFixture("nodenext-esm");
    const outcome = await runCommand(() => add(["auth-basic"], flags, contextFor(releases.first, made.dir)));
    expect(outcome).toMatchObject({ code: 0, error: "" });
    fresh.set(key, made);
  }
  const copy = await useFixture("nodenext-esm");
  await fs.copy(fresh.get(key)!.dir, copy.dir);
  return copy;
}

function updating({ dir }: Fixture, typed: UpdateFlags = {}, flags: Partial<GlobalFlags> = {}, from = releases.second) {
  return runCommand(() => update(undefined, typed, contextFor(from, dir, flags)));
}

async function change(repo: Fixture, path: string, how: (text: string) => string): Promise<void> {
  await edit(repo.dir, path, how);
}

const record = async (repo: Fixture) => JSON.parse(await repo.read("authwright.json")).items["auth-basic"];
const template = (path: string) => fs.readFile(join(releases.second, "templates/auth-basic/base", path), "utf8");
const exists = ({ dir }: Fixture, path: string) => fs.pathExists(join(dir, path));

/** Both sides change the last lines of this file. */
const sessions = "src/auth/sessions.ts";
const atTop = (text: string) => `// mine\n${text}`;
const atEnd = (text: string) => `${text}\nexport const mine = true;\n`;

test("what it brings stands first, holes that it closes before all else", async () => {
  const repo = await installed();
  const advisories = join(releases.second, "advisories.json");
  const hole = {
    id: "AW-2027-001",
    item: "auth-basic",
    versions: "<0.2.0",
    severity: "high",
    text: "A hole.",
    fix: "Log all out.",
  };
  await fs.writeJson(advisories, { advisories: [{ ...hole, reviewedBy: ["ada", "grace"] }] });
  try {
    const { stdout } = await updating(repo, {}, { dryRun: true });
    const [, brought = ""] = stdout.split("What it brings\n");
    expect(brought.split("\n").slice(0, 4)).toEqual([
      "  security: 0.2.0 fixes AW-2027-001 (high): A hole. Besides: Log all out.",
      "  auth-basic 0.2.0: Security: a guess of a password counts once.",
      "  auth-basic 0.2.0: an audit log.",
      "",
    ]);
    expect(brought).toContain("Files");
    const { brings } = JSON.parse((await updating(repo, {}, { dryRun: true, json: true })).stdout);
    expect(brings).toHaveLength(3);
  } finally {
    await fs.remove(advisories);
  }
});

describe("an untouched copy", () => {
  test.each([{ database: "sqlite" }, { database: "postgres" }])(
    "%o: becomes the new version, file for file",
    async (flags) => {
      const repo = await installed(flags);
      const before = await repo.snapshot();
      expect(await updating(repo)).toMatchObject({ code: 0, error: "" });
      expect(await repo.read(sessions)).toBe(await template(sessions));
      expect(await repo.read("src/auth/audit.ts")).toBe(await template("src/auth/audit.ts"));
      expect(await repo.read("src/auth/time/now.ts")).toBe(await template("src/auth/time/now.ts"));
      for (const gone of ["src/auth/legacy.ts", "src/auth/clock.ts", ".authwright/base/src/auth/clock.ts.txt"])
        expect(await exists(repo, gone), gone).toBe(false);
      expect(await repo.read("src/db/migrations/0002-audit.ts")).toContain("CREATE TABLE audit");
      expect(await repo.read("src/db/migrations/0001-auth.ts")).toBe(before.get("src/db/migrations/0001-auth.ts"));
      expect(await repo.read("src/db/migrations/index.ts")).toContain("[auth, audit]");
      const manifest = JSON.parse(await repo.read("package.json"));
      expect(manifest.dependencies.jsonwebtoken).toBe("^9.0.3");
      expect(manifest.scripts["auth:logout-everyone"]).toContain("node --enable-source-maps scripts/auth.mjs");
      const env = await repo.read(".env");
      expect(env.startsWith(before.get(".env")!)).toBe(true);
      expect(env).toMatch(/\nAUTH_AUDIT_KEY=[\w-]{43}\n/);
      expect(await record(repo)).toMatchObject({ version: "0.2.0", choices: flags });
      expect(await repo.read("src/server.ts")).toBe(before.get("src/server.ts"));
    },
  );

  test("a second update changes 0 bytes", async () => {
    const repo = await installed();
    await updating(repo);
    const before = await treeOf(repo.dir);
    const { code, stdout } = await updating(repo);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "auth-basic 0.2.0: nothing to do, it is up to date\n" });
    expect(await treeOf(repo.dir)).toEqual(before);
  });

  test.each([
    "nodenext-esm",
    "commonjs-alias",
    "express4-commonjs",
    "bin-www",
    "compiles-tests",
    "zod3",
    "crlf",
    "jest-project",
    "factory",
    "symlinked",
  ])(
    "in %s is the same tree as a fresh add of the new version, but for the record of what each step added",
    async (name) => {
      const [repo, direct] = [await useFixture(name), await useFixture(name)];
      await runCommand(() => add(["auth-basic"], {}, contextFor(releases.first, repo.dir)));
      expect(await updating(repo)).toMatchObject({ code: 0, error: "" });
      await runCommand(() => add(["auth-basic"], {}, contextFor(releases.second, direct.dir)));
      const [updated, added] = [await repo.snapshot(), await direct.snapshot()];
      expect(updated.size).toBeGreaterThan(60);
      for (const tree of [updated, added])
        for (const path of [".env", ".env.example", "authwright.json"]) tree.delete(path);
      expect(updated).toEqual(added);
      expect((await updating(repo)).stdout).toContain("nothing to do");
    },
  );

  test("leaves no trace after a remove", async () => {
    const repo = await installed();
    await updating(repo);
    const removing = () => remove("auth-basic", { purge: true }, contextFor(releases.second, repo.dir));
    expect(await runCommand(removing)).toMatchObject({ code: 0, error: "" });
    expect(await repo.snapshot()).toEqual(await (await useFixture("nodenext-esm")).snapshot());
  });

  test("the dry run and its JSON show what is then written, and write nothing", async () => {
    const repo = await installed();
    const before = await treeOf(repo.dir);
    const json = async (flags: Partial<GlobalFlags>) => {
      const { stdout } = await updating(repo, {}, { ...flags, json: true });
      // A fresh secret has another fingerprint in each run.
      return JSON.parse(stdout.replace(/(AUTH_AUDIT_KEY\\": \\")[0-9a-f]{16}/g, "$1fresh"));
    };
    const dry = await json({ dryRun: true });
    expect(await treeOf(repo.dir)).toEqual(before);
    const real = await json({});
    expect(real).toEqual({ ...dry, dryRun: false, applied: true });
    expect(dry.versions).toEqual([{ item: "auth-basic", from: "0.1.0", to: "0.2.0" }]);
    for (const { path, after } of dry.changes.filter((one: { secret: boolean }) => !one.secret)) {
      if (after === null) expect(await exists(repo, path)).toBe(false);
      else if (path !== "authwright.json") expect(await repo.read(path)).toBe(after);
    }
    expect(JSON.stringify(dry)).not.toContain((await repo.read(".env")).match(/AUTH_AUDIT_KEY=(.*)/)![1]);
  });
});

describe("an edited copy", () => {
  test("edits stay beside the new code, move with a renamed file, and keep their line endings", async () => {
    const repo = await installed();
    await change(repo, sessions, (text) => atTop(text).replaceAll("\n", "\r\n"));
    await change(repo, "src/auth/clock.ts", atTop);
    await change(repo, "src/auth/config.ts", atTop);
    const config = await repo.read("src/auth/config.ts");
    const { code, stdout } = await updating(repo);
    expect(code).toBe(0);
    expect(await repo.read(sessions)).toBe(atTop(await template(sessions)).replaceAll("\n", "\r\n"));
    expect(await repo.read("src/auth/time/now.ts")).toBe(atTop(await template("src/auth/time/now.ts")));
    expect(await exists(repo, "src/auth/clock.ts")).toBe(false);
    expect(await repo.read("src/auth/config.ts")).toBe(config);
    expect(stdout).toContain(
      "src/auth/time/now.ts: moved from src/auth/clock.ts; your edits and the new version are merged",
    );
    const again = await treeOf(repo.dir);
    await updating(repo);
    expect(await treeOf(repo.dir)).toEqual(again);
  });

  test("a reformatted file gets the new code in its own layout", async () => {
    const repo = await installed();
    await change(repo, sessions, (text) =>
      text.replaceAll('"', "'").replaceAll("\n  ", "\n\t").replaceAll(";\n", "\n"),
    );
    const mine = await repo.read(sessions);
    expect(await updating(repo)).toMatchObject({ code: 0 });
    expect(await repo.read(sessions)).toBe(`${mine}\nexport const sessionsVersion = '0.2.0'\n`);
  });

  test("a dropped file that is edited stays, is said, and is the user's from then on", async () => {
    const repo = await installed();
    await change(repo, "src/auth/legacy.ts", atTop);
    const { stdout } = await updating(repo);
    expect(stdout).toContain(
      "src/auth/legacy.ts: 0.2.0 no longer has it; you have edited it, so it stays and is yours now",
    );
    expect(await repo.read("src/auth/legacy.ts")).toContain("// mine");
    expect((await record(repo)).files).not.toHaveProperty("src/auth/legacy.ts");
    expect((await updating(repo)).stdout).toContain("nothing to do");
  });

  test("a script of the user's and a script that he removed stay, and the changed one is said", async () => {
    const repo = await installed();
    const name = "auth:logout-everyone";
    await change(repo, "package.json", (text) => text.replace(/("auth:logout-everyone": ").*"/, '$1echo mine"'));
    const { stdout } = await updating(repo);
    expect(JSON.parse(await repo.read("package.json")).scripts[name]).toBe("echo mine");
    expect(stdout).toContain(
      `the script ${name} is yours and stays; that of 0.2.0 would be: node --enable-source-maps`,
    );
  });

  test("keys and values of .env stay as they are, and one that was taken out is not made again", async () => {
    const repo = await installed();
    await repo.write(".env", "# mine\nJWT_SECRET_KEY='kept elsewhere'\n");
    await updating(repo);
    const env = await repo.read(".env");
    expect(env).toMatch(/^# mine\nJWT_SECRET_KEY='kept elsewhere'\n\nAUTH_AUDIT_KEY=.{43}\n$/);
  });
});

describe("a partly deleted copy", () => {
  test("a deleted file stays deleted, is said each time, and comes back as new with an add", async () => {
    const repo = await installed();
    await fs.remove(join(repo.dir, sessions));
    await fs.remove(join(repo.dir, "src/auth/clock.ts"));
    const { code, stdout } = await updating(repo);
    expect(code).toBe(0);
    expect(stdout).toContain(`${sessions}: you have deleted it, and it stays deleted`);
    for (const path of [sessions, "src/auth/clock.ts", "src/auth/time/now.ts"])
      expect(await exists(repo, path)).toBe(false);
    const before = await treeOf(repo.dir);
    expect((await updating(repo)).stdout).toContain(`${sessions}: you have deleted it`);
    expect(await treeOf(repo.dir)).toEqual(before);
    await runCommand(() => add(["auth-basic"], {}, contextFor(releases.second, repo.dir)));
    expect(await repo.read(sessions)).toBe(await template(sessions));
  });

  test("a deleted file that comes back as it was gets the update then", async () => {
    const repo = await installed();
    const old = await repo.read(sessions);
    await fs.remove(join(repo.dir, sessions));
    await updating(repo);
    await repo.write(sessions, old);
    await updating(repo);
    expect(await repo.read(sessions)).toBe(await template(sessions));
  });

  test.each([
    ["missing", async (repo: Fixture, path: string) => fs.remove(join(repo.dir, path))],
    ["damaged", async (repo: Fixture, path: string) => fs.appendFile(join(repo.dir, path), "damage")],
  ])(
    "a %s base is said; an unedited file is updated all the same, an edited one is the user's to decide",
    async (_, damage) => {
      const repo = await installed();
      await damage(repo, `.authwright/base/${sessions}.txt`);
      await damage(repo, ".authwright/base/src/auth/close.ts.txt");
      await change(repo, sessions, atTop);
      const before = await treeOf(repo.dir);
      const refused = await updating(repo);
      expect(refused.code).toBe(3);
      expect(refused.stdout).toContain(
        "how it was installed is not known any more, so every difference is yours to decide",
      );
      expect(await treeOf(repo.dir)).toEqual(before);
      const { stdout } = await updating(repo, { conflicts: "theirs" });
      expect(stdout).toMatch(
        /src\/auth\/close.ts: its text in .authwright\/base (is missing|was changed): put there again/,
      );
      expect(await repo.read(sessions)).toBe(await template(sessions));
      expect(await repo.read("src/auth/close.ts")).toBe(await template("src/auth/close.ts"));
      expect((await updating(repo)).stdout).toContain("nothing to do");
    },
  );
});

describe("conflicts", () => {
  async function conflicting(): Promise<Fixture> {
    const repo = await installed();
    await change(repo, sessions, atEnd);
    return repo;
  }

  test("by default nothing is written, and files and lines are named", async () => {
    const repo = await conflicting();
    const before = await treeOf(repo.dir);
    const lines = (await repo.read(sessions)).split("\n");
    const { code, stdout } = await updating(repo);
    expect(code).toBe(3);
    expect(stdout).toContain(`${sessions}:${lines.indexOf("export const mine = true;") + 1}  you and the new version`);
    expect(stdout).toContain("--conflicts inline");
    expect(await treeOf(repo.dir)).toEqual(before);
    const json = JSON.parse((await updating(repo, {}, { json: true })).stdout);
    expect(json).toMatchObject({ applied: false, changes: [] });
    expect(json.files).toContainEqual(expect.objectContaining({ path: sessions, what: "conflict" }));
  });

  test.each([
    ["ours" as const, "export const mine = true;", "sessionsVersion"],
    ["theirs" as const, "sessionsVersion", "export const mine = true;"],
  ])("%s settles the lines in conflict, and only those", async (mode, kept, left) => {
    const repo = await conflicting();
    await change(repo, sessions, atTop);
    expect(await updating(repo, { conflicts: mode })).toMatchObject({ code: 0 });
    const text = await repo.read(sessions);
    expect(text).toContain("// mine\n");
    expect(text).toContain(kept);
    expect(text).not.toContain(left);
    expect((await updating(repo)).stdout).toContain("nothing to do");
  });

  test("inline writes markers and git's stages; --continue refuses while one is left, then records", async () => {
    const repo = await conflicting();
    const git = (...args: string[]) =>
      execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@t", ...args], { cwd: repo.dir, encoding: "utf8" });
    git("init", "-q");
    git("add", "-A");
    git("commit", "-qm", "mine");
    const mine = await repo.read(sessions);
    const base = await repo.read(`.authwright/base/${sessions}.txt`);
    expect(await updating(repo, { conflicts: "inline" })).toMatchObject({ code: 3, error: "" });

    const text = await repo.read(sessions);
    expect(text).toMatch(/<<<<<<< yours\n[\s\S]*\n=======\n[\s\S]*\n>>>>>>> authwright 0\.2\.0\n/);
    expect(git("status", "--short", sessions)).toBe(`UU ${sessions}\n`);
    expect(git("show", `:1:${sessions}`)).toBe(base);
    expect(git("show", `:2:${sessions}`)).toBe(mine);
    expect(git("show", `:3:${sessions}`)).toBe(await template(sessions));

    const waiting = await treeOf(repo.dir);
    expect(await updating(repo)).toMatchObject({ code: 3, error: expect.stringContaining("update --continue") });
    const left = await updating(repo, { continue: true });
    expect(left).toMatchObject({ code: 3, error: expect.stringContaining(`${sessions}:`) });
    expect(await treeOf(repo.dir)).toEqual(waiting);

    await repo.write(sessions, text.replace(/^[<=>]{7}.*\n/gm, ""));
    expect(await updating(repo, { continue: true })).toMatchObject({ code: 0, error: "" });
    expect(await record(repo)).not.toHaveProperty("unmerged");
    expect((await updating(repo)).stdout).toContain("nothing to do");
    expect(await updating(repo, { continue: true })).toMatchObject({ code: 2 });
  });

  test("a file of the user's where a new one would go is never overwritten, whatever the flag", async () => {
    const repo = await installed();
    await repo.write("src/auth/audit.ts", "mine\n");
    const before = await treeOf(repo.dir);
    for (const conflicts of [undefined, "inline", "ours", "theirs"]) {
      const { code, stdout } = await updating(repo, conflicts ? { conflicts } : {});
      expect(code).toBe(3);
      expect(stdout).toContain("src/auth/audit.ts  a file of yours stands there");
      expect(await treeOf(repo.dir)).toEqual(before);
    }
  });
});

describe("refusals", () => {
  test.each(["MERGE_HEAD", "rebase-merge", "CHERRY_PICK_HEAD"])(
    "%s in .git: one line, nothing written",
    async (name) => {
      const repo = await installed();
      await repo.write(`.git/${name}`, "");
      const before = await treeOf(repo.dir);
      const { code, error } = await updating(repo);
      expect(code).toBe(2);
      expect(error).toMatch(/^git is in the middle of a [a-z-]+ here: finish or abort it, then update$/);
      expect(await treeOf(repo.dir)).toEqual(before);
    },
  );

  test("an installed migration is never changed in place, edited or not", async () => {
    const repo = await installed();
    const path = "src/db/migrations/0001-auth.ts";
    const before = await repo.read(path);
    const { dir: other } = await useFixture("nodenext-esm");
    await fs.copy(releases.second, other);
    await edit(other, `templates/auth-basic/base/${path}`, (text) => text.replace("username text", "name text"));
    const { code, stdout, error } = await updating(repo, {}, {}, other);
    expect({ code, error }).toEqual({ code: 0, error: "" });
    expect(stdout).toContain(`${path}: 0.2.0 changes it, but it may be applied already`);
    expect(await repo.read(path)).toBe(before);
    const again = await treeOf(repo.dir);
    await updating(repo, {}, {}, other);
    expect(await treeOf(repo.dir)).toEqual(again);
  });

  test("nothing installed, a lower version, an unknown way to settle: exit 2 with the way out", async () => {
    const bare = await useFixture("nodenext-esm");
    expect(await updating(bare)).toMatchObject({
      code: 2,
      error: expect.stringContaining("authwright add auth-basic"),
    });
    const repo = await installed();
    await updating(repo);
    const back = await updating(repo, {}, {}, releases.first);
    expect(back).toMatchObject({ code: 2, error: expect.stringContaining("npx authwright@latest update") });
    expect(await updating(repo, { conflicts: "mine" })).toMatchObject({ code: 2 });
  });
});
