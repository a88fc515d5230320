import { chmod, lstat, mkdir, readFile, readlink, stat, symlink } from "node:fs/promises";
import { join } from "node:path";
import fs from "fs-extra";
import { describe, expect, test } from "vitest";
import { applyPlan } from "../../../cli/apply/apply-plan.js";
import { type Change, emptyPlan, type Plan } from "../../../cli/plan/plan.js";
import { useFiles } from "../../support/fixture.js";
import { treeOf } from "../../support/tree.js";

const create = (path: string, after: string, secret = false): Change => ({
  path,
  kind: "create",
  before: null,
  after,
  why: "t",
  secret,
});
const edit = (path: string, before: string, after: string): Change => ({
  path,
  kind: "edit",
  before,
  after,
  why: "t",
  secret: false,
});
const remove = (path: string, before: string): Change => ({
  path,
  kind: "delete",
  before,
  after: null,
  why: "t",
  secret: false,
});

function planOf(changes: readonly Change[], install: readonly string[] | null = null): Plan {
  return { ...emptyPlan, kind: "addition", changes, install };
}

const repo = {
  "package.json": "{}\n",
  "src/server.ts": "old\r\n",
  "src/db/old.ts": "gone soon\n",
  "run.sh": "#!/bin/sh\n",
};
const changes = [
  create("src/auth/deep/config.ts", "new\n"),
  edit("src/server.ts", "old\r\n", "new\r\n"),
  remove("src/db/old.ts", "gone soon\n"),
  edit("run.sh", "#!/bin/sh\n", "#!/bin/sh\necho\n"),
  create(".env", "KEY=value\n", true),
  edit("package.json", "{}\n", '{"a":1}\n'),
];

async function project() {
  const fixture = await useFiles(repo);
  await chmod(join(fixture.dir, "run.sh"), 0o750);
  await chmod(join(fixture.dir, "src/server.ts"), 0o640);
  return fixture;
}

describe("a plan that goes well", () => {
  test("every file is as planned, modes are kept, a secret is for its owner only, and no trace is left", async () => {
    const { dir, read } = await project();
    await applyPlan(planOf(changes), dir);
    expect(await read("src/auth/deep/config.ts")).toBe("new\n");
    expect(await read("src/server.ts")).toBe("new\r\n");
    expect((await stat(join(dir, "run.sh"))).mode & 0o777).toBe(0o750);
    expect((await stat(join(dir, "src/server.ts"))).mode & 0o777).toBe(0o640);
    expect((await stat(join(dir, ".env"))).mode & 0o777).toBe(0o600);
    expect(Object.keys(await treeOf(dir)).sort()).toEqual(
      [
        ".env",
        "package.json",
        "run.sh",
        "src/",
        "src/auth/",
        "src/auth/deep/",
        "src/auth/deep/config.ts",
        "src/server.ts",
      ].sort(),
    );
  });

  test("a symbolic link stays one, and the file behind it is written", async () => {
    const { dir, read } = await useFiles({ "shared/env": "A=1\n" });
    await symlink("shared/env", join(dir, ".env"));
    await applyPlan(planOf([edit(".env", "A=1\n", "A=1\nB=2\n")]), dir);
    expect(await readlink(join(dir, ".env"))).toBe("shared/env");
    expect(await read("shared/env")).toBe("A=1\nB=2\n");
  });

  test("two names of one file stay one file", async () => {
    const { dir, read } = await useFiles({ "a.ts": "one\n" });
    await fs.link(join(dir, "a.ts"), join(dir, "b.ts"));
    await applyPlan(planOf([edit("a.ts", "one\n", "two\n")]), dir);
    expect(await read("b.ts")).toBe("two\n");
  });
});

describe("a plan that fails", () => {
  test.each(changes.map((change, index) => [index, change.path] as const))(
    "a failure before write %i (%s) puts every byte and mode back",
    async (index) => {
      const { dir } = await project();
      const before = await treeOf(dir);
      const beforeWrite = (at: number) => {
        if (at === index) throw Object.assign(new Error("no space left"), { code: "ENOSPC" });
      };
      await expect(applyPlan(planOf(changes), dir, { beforeWrite })).rejects.toMatchObject({
        code: "WriteFailed",
        message: `${changes[index]!.path} could not be written (the disk is full): everything is put back`,
      });
      expect(await treeOf(dir)).toEqual(before);
    },
  );

  test.each(changes.map((_, index) => index))(
    "an interruption before write %i puts every byte and mode back",
    async (index) => {
      const { dir } = await project();
      const before = await treeOf(dir);
      const stop = new AbortController();
      const beforeWrite = (at: number) => {
        if (at === index) stop.abort("SIGINT");
      };
      await expect(applyPlan(planOf(changes), dir, { beforeWrite, signal: stop.signal })).rejects.toMatchObject({
        code: "Interrupted",
      });
      expect(await treeOf(dir)).toEqual(before);
    },
  );

  test("a folder that appears at a target while it writes is not lost, and the rest is put back", async () => {
    const { dir } = await project();
    const before = await treeOf(dir);
    const beforeWrite = (at: number) => (at === 4 ? mkdir(join(dir, ".env")) : undefined);
    await expect(applyPlan(planOf(changes), dir, { beforeWrite })).rejects.toMatchObject({ code: "WriteFailed" });
    expect(await treeOf(dir)).toEqual({ ...before, ".env/": expect.anything() });
  });

  test("an edited symbolic link is still one after the roll-back, and so is a deleted one", async () => {
    const { dir } = await useFiles({ "shared/env": "A=1\n", "shared/old.ts": "old\n", "z.ts": "z\n" });
    await symlink("shared/env", join(dir, ".env"));
    await symlink("shared/old.ts", join(dir, "old.ts"));
    const before = await treeOf(dir);
    const linked = [edit(".env", "A=1\n", "A=2\n"), remove("old.ts", "old\n"), edit("z.ts", "z\n", "y\n")];
    const beforeWrite = (at: number) => {
      if (at === 2) throw new Error("stop here");
    };
    await expect(applyPlan(planOf(linked), dir, { beforeWrite })).rejects.toThrow("stop here");
    expect(await treeOf(dir)).toEqual(before);
  });

  test("a failing package manager puts package.json and the lock file back, and its last lines are shown", async () => {
    const { dir } = await useFiles({ ...repo, "package-lock.json": "locked\n" });
    const before = await treeOf(dir);
    const script = "echo changed > package-lock.json; echo x > yarn.lock; echo something broke >&2; exit 3";
    const failing = applyPlan(planOf(changes, ["sh", "-c", script]), dir);
    await expect(failing).rejects.toMatchObject({ code: "InstallFailed", detail: ["something broke"] });
    expect(await treeOf(dir)).toEqual(before);
  });

  test("a package manager that is not there is named", async () => {
    const { dir } = await project();
    const before = await treeOf(dir);
    await expect(applyPlan(planOf(changes, ["no-such-manager", "install"]), dir)).rejects.toMatchObject({
      code: "InstallFailed",
      message: expect.stringContaining("found no no-such-manager"),
    });
    expect(await treeOf(dir)).toEqual(before);
  });

  test("an interruption while the package manager runs ends it with its children, and puts everything back", async () => {
    const { dir } = await project();
    const before = await treeOf(dir);
    const stop = new AbortController();
    const script = 'sh -c "sleep 60; echo late > late.txt" & echo $! > child.pid; wait';
    const running = applyPlan(planOf(changes, ["sh", "-c", script]), dir, { signal: stop.signal });
    const ended = expect(running).rejects.toMatchObject({ code: "Interrupted" });
    const child = await eventually(async () => Number(await readFile(join(dir, "child.pid"), "utf8")) || null);
    stop.abort("SIGINT");
    await ended;
    await eventually(async () => (isRunning(child) ? null : true));
    await fs.remove(join(dir, "child.pid"));
    expect(await treeOf(dir)).toEqual(before);
  });
});

describe("a plan that must not be applied", () => {
  test.each([
    ["a file that changed since", edit("src/server.ts", "older\n", "new\n"), "FileChanged"],
    ["a file that is gone since", edit("src/gone.ts", "older\n", "new\n"), "FileChanged"],
    ["a file that is there now", create("src/server.ts", "new\n"), "FileChanged"],
    ["a file in the place of a folder", create("package.json/deep.ts", "new\n"), "WriteFailed"],
    ["a folder in the place of a file", create("src", "new\n"), "WriteFailed"],
  ])("%s: nothing is written, not even what comes before it", async (_, change, code) => {
    const { dir } = await project();
    const before = await treeOf(dir);
    await expect(applyPlan(planOf([create("first.ts", "1\n"), change]), dir)).rejects.toMatchObject({ code });
    expect(await treeOf(dir)).toEqual(before);
  });

  test("a file that its owner made read-only is left alone", async () => {
    const { dir } = await project();
    await chmod(join(dir, "package.json"), 0o444);
    const before = await treeOf(dir);
    await expect(applyPlan(planOf(changes), dir)).rejects.toMatchObject({
      code: "WriteFailed",
      message: expect.stringContaining("package.json is read-only"),
    });
    expect(await treeOf(dir)).toEqual(before);
  });

  test("a folder that leads outside the project gets no file of ours", async () => {
    const outside = await useFiles({ "keep.txt": "kept\n" });
    const { dir } = await project();
    await symlink(outside.dir, join(dir, "src/auth"));
    await expect(applyPlan(planOf(changes), dir)).rejects.toMatchObject({
      code: "WriteFailed",
      message: expect.stringContaining("outside the project"),
    });
    expect(Object.keys(await treeOf(outside.dir))).toEqual(["keep.txt"]);
    expect((await lstat(join(dir, "src/auth"))).isSymbolicLink()).toBe(true);
  });

  test("a link to nowhere is named", async () => {
    const { dir } = await project();
    await symlink("nowhere/env", join(dir, ".env"));
    await expect(applyPlan(planOf(changes), dir)).rejects.toThrow(".env is a symbolic link to nowhere/env");
  });
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0) && !isZombie(pid);
  } catch {
    return false;
  }
}

function isZombie(pid: number): boolean {
  const status = fs.existsSync(`/proc/${pid}/stat`) ? fs.readFileSync(`/proc/${pid}/stat`, "utf8") : "";
  return / Z /.test(status);
}

async function eventually<T>(probe: () => Promise<T | null>): Promise<T> {
  for (let tries = 0; tries < 200; tries++) {
    const found = await probe().catch(() => null);
    if (found !== null) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("it did not happen within ten seconds");
}
