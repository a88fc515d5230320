import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fs from "fs-extra";
import { beforeAll, describe, expect, test } from "vitest";
import { buildCli, type Ended, run } from "../support/cli.js";
import { useFiles, useFixture } from "../support/fixture.js";
import { unrun } from "../support/needs.js";
import { keys, noTerminal, onTerminal } from "../support/terminal.js";
import { treeOf } from "../support/tree.js";

let main: string;
beforeAll(async () => {
  main = await buildCli();
});

function authwright(cwd: string, args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Ended> {
  return run(process.execPath, [main, ...args], cwd, env).ended;
}

/** A repo with auth-basic in it, and its tree before. */
async function installed() {
  const fixture = await useFixture("nodenext-esm");
  const before = await treeOf(fixture.dir);
  expect((await authwright(fixture.dir, ["add", "auth-basic", "--no-install"])).code).toBe(0);
  return { ...fixture, before };
}

const asking = ["remove", "auth-basic", "--no-install"];
const removing = [...asking, "--yes"];

describe("remove", () => {
  test("writes the plan that --dry-run shows, prints no secret, and the tree is as it was", async () => {
    const { dir, before, read } = await installed();
    const secrets = (await read(".env")).match(/[\w-]{43}/g)!;
    const between = await treeOf(dir);
    const dry = await authwright(dir, [...removing, "--dry-run", "--json"]);
    expect(await treeOf(dir)).toEqual(between);
    const real = await authwright(dir, [...removing, "--json"]);
    expect(real).toMatchObject({ code: 0, stderr: "" });
    expect({ ...JSON.parse(real.stdout), applied: false, dryRun: true }).toEqual(JSON.parse(dry.stdout));
    expect(JSON.parse(real.stdout)).toMatchObject({ applied: true, kept: [], removed: { env: expect.any(Array) } });
    expect(secrets).toHaveLength(2);
    for (const secret of secrets) expect(real.stdout + dry.stdout).not.toContain(secret);
    expect(await treeOf(dir)).toEqual(before);
  });

  test.each([[[]], [["--silent"]], [["--json"]]])(
    "without --yes and without a terminal (%j) exits 2 and writes nothing",
    async (flags) => {
      const { dir } = await installed();
      const between = await treeOf(dir);
      const { code, stdout, stderr } = await authwright(dir, [...asking, ...flags]);
      expect(stderr + stdout).toContain("pass --yes");
      expect(code).toBe(2);
      expect(await treeOf(dir)).toEqual(between);
    },
  );

  test.skipIf(noTerminal)(`on a terminal says what goes, folded, and Enter says no${unrun(noTerminal)}`, async () => {
    const { dir } = await installed();
    const between = await treeOf(dir);
    const terminal = onTerminal([process.execPath, main, ...asking], dir);
    await terminal.shows(
      /- auth-basic: \d+ files -\d+ \(.*--verbose names them/,
      "no longer needed",
      "Remove auth-basic? ",
    );
    terminal.type(keys.enter);
    const { code, shown } = await terminal.ended;
    expect(shown).toContain("Nothing was removed.");
    expect(code).toBe(0);
    expect(await treeOf(dir)).toEqual(between);
  });

  test.skipIf(noTerminal)(
    `and add want --yes where a person types and the output goes into a pipe${unrun(noTerminal)}`,
    async () => {
      const { dir } = await installed();
      const between = await treeOf(dir);
      for (const command of ["remove auth-basic", "add auth-sudo"]) {
        const line = `"${process.execPath}" "${main}" ${command} --no-install | cat; echo ended`;
        const { shown } = await onTerminal(["sh", "-c", line], dir).ended;
        expect(shown).toContain("pass --yes");
      }
      expect(await treeOf(dir)).toEqual(between);
    },
  );

  test("leaves empty folders of the user's where they are, and none of its own", async () => {
    const { dir } = await useFixture("nodenext-esm");
    await mkdir(join(dir, "src/middleware"), { recursive: true });
    await mkdir(join(dir, "docs"), { recursive: true });
    const before = await treeOf(dir);
    expect((await authwright(dir, ["add", "auth-basic", "--no-install"])).code).toBe(0);
    expect((await authwright(dir, removing)).code).toBe(0);
    expect(await treeOf(dir)).toEqual(before);
  });

  test("a second time exits 2 with the reason, and writes nothing", async () => {
    const { dir, before } = await installed();
    expect(await authwright(dir, [...removing, "--silent"])).toMatchObject({ code: 0, stdout: "", stderr: "" });
    const { code, stdout, stderr } = await authwright(dir, removing);
    expect(stderr).toContain("auth-basic is not installed here: nothing is [BadArgument]");
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(await treeOf(dir)).toEqual(before);
  });

  test("while another installed item needs it exits 2, names that one, and writes nothing", async () => {
    const { dir, read, write } = await installed();
    const record = JSON.parse(await read("authwright.json"));
    record.items["auth-extra"] = { ...record.items["auth-basic"], files: {}, requires: ["auth-basic"] };
    await write("authwright.json", JSON.stringify(record));
    const between = await treeOf(dir);
    const { code, stderr } = await authwright(dir, removing);
    expect(stderr).toContain('auth-extra needs auth-basic: "authwright remove auth-extra" comes first');
    expect(code).toBe(2);
    expect(await treeOf(dir)).toEqual(between);
  });

  test("while an update waits to be continued exits 3, names the file, and writes nothing", async () => {
    const { dir, read, write } = await installed();
    const record = JSON.parse(await read("authwright.json"));
    record.items["auth-basic"].unmerged = ["src/auth/sessions.ts"];
    await write("authwright.json", JSON.stringify(record));
    const between = await treeOf(dir);
    const { code, stdout, stderr } = await authwright(dir, removing);
    expect(stderr).toContain("settle the conflicts in src/auth/sessions.ts, then run authwright update --continue");
    expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
    expect(await treeOf(dir)).toEqual(between);
  });

  test("a typo exits 2 with the name that was meant", async () => {
    const { dir } = await installed();
    const { code, stderr } = await authwright(dir, ["remove", "auth-basc"]);
    expect(stderr).toContain('did you mean "auth-basic"?');
    expect(code).toBe(2);
  });

  test("says what stays and what is left to do, and exits 4 for that under --strict", async () => {
    const { dir, write } = await installed();
    await write(".data/auth.db", "x");
    await write("src/mine.ts", 'import { protectedRoute } from "./middleware/jwt.js";\n');
    const { code, stdout } = await authwright(dir, [...removing, "--strict"]);
    expect(stdout).toMatch(/\.data\/auth\.db \(the accounts may be in it: (\w+, )*\w*users\b.*; --purge deletes it\)/);
    expect(stdout).toContain("PASSWORD_PEPPER in .env (the accounts in .data/auth.db can't be used without it");
    expect(stdout).toContain("src/mine.ts: it imports src/middleware/jwt.ts, which is taken away");
    expect(code).toBe(4);
  });

  test("during a merge of git exits 2 and writes nothing", async () => {
    const { dir } = await installed();
    await mkdir(join(dir, ".git"));
    await writeFile(join(dir, ".git/MERGE_HEAD"), "0\n");
    const between = await treeOf(dir);
    expect(await authwright(dir, removing)).toMatchObject({ code: 2, stderr: expect.stringContaining("then remove") });
    expect(await treeOf(dir)).toEqual(between);
  });

  test("a read-only file exits 1 and everything stays", async () => {
    const { dir } = await installed();
    await chmod(join(dir, "package.json"), 0o444);
    const between = await treeOf(dir);
    const { code, stderr } = await authwright(dir, removing);
    expect(stderr).toContain("package.json is read-only: nothing was written");
    expect(code).toBe(1);
    expect(await treeOf(dir)).toEqual(between);
  });
});

describe("remove and the package manager", () => {
  async function fakeNpm(script: string): Promise<NodeJS.ProcessEnv> {
    const { dir: bin } = await useFiles({ npm: `#!/bin/sh\n${script}\n` });
    await chmod(join(bin, "npm"), 0o755);
    return { PATH: `${bin}:${process.env["PATH"]}` };
  }

  test("runs it once, to bring the lock file in line", async () => {
    const { dir, read } = await installed();
    const { code } = await authwright(dir, ["remove", "auth-basic", "--yes"], await fakeNpm('echo "$@" >> runs.txt'));
    expect(code).toBe(0);
    expect(await read("runs.txt")).toBe("install\n");
  });

  test("that fails: exit 1, and every file and folder is there again", async () => {
    const { dir } = await installed();
    const between = await treeOf(dir);
    const { code } = await authwright(
      dir,
      ["remove", "auth-basic", "--yes"],
      await fakeNpm("echo x > package-lock.json; exit 3"),
    );
    expect(code).toBe(1);
    expect(await treeOf(dir)).toEqual(between);
  });

  test("killed with it: the next run puts everything back first", async () => {
    const { dir } = await installed();
    const between = await treeOf(dir);
    const env = await fakeNpm("echo $$ > npm.pid; sleep 60");
    const { child, ended } = run(process.execPath, [main, "remove", "auth-basic", "--yes"], dir, env);
    for (let tries = 0; tries < 400 && !(await fs.pathExists(join(dir, "npm.pid"))); tries++)
      await new Promise((resolve) => setTimeout(resolve, 25));
    child.kill("SIGKILL");
    await ended;
    process.kill(-Number(await fs.readFile(join(dir, "npm.pid"), "utf8")), "SIGKILL");
    await fs.remove(join(dir, "npm.pid"));
    expect(await treeOf(dir)).not.toEqual(between);
    const next = await authwright(dir, ["remove", "auth-basic", "--yes"], await fakeNpm("exit 1"));
    expect(next.stderr).toContain("an earlier run was killed: its changes are put back");
    expect(await treeOf(dir)).toEqual(between);
  });
});

describe("doctor", () => {
  test("after an add exits 0, and 1 with something unsafe, as text and as JSON", async () => {
    const { dir, read, write } = await installed();
    expect((await authwright(dir, ["doctor", "--offline"])).code).toBe(0);
    await write(".env", `${await read(".env")}BCRYPT_COST=4\n`);
    const text = await authwright(dir, ["doctor", "--offline"]);
    expect(text.stdout).toMatch(/unsafe \.env:4 BCRYPT_COST is 4 \[bcrypt-cost\]\n {2}\S.*\n {2}fix \S/);
    expect(text.stdout).toContain("not checked: vulnerable-dependency (--offline)");
    expect(text.code).toBe(1);
    const json = await authwright(dir, ["doctor", "--offline", "--json"]);
    expect(JSON.parse(json.stdout)).toMatchObject({
      findings: expect.arrayContaining([expect.objectContaining({ check: "bcrypt-cost", file: ".env", line: 4 })]),
      skipped: [{ check: "vulnerable-dependency", why: "--offline" }],
    });
    expect(json.code).toBe(1);
  });

  test("where npm audit fails it says so by name, and where it answers it shows the holes", async () => {
    const { dir } = await installed();
    const report = { vulnerabilities: { qs: { name: "qs", severity: "critical", via: [{ title: "DoS" }] } } };
    const answers = [
      ["echo no; exit 1", 0, "npm audit did not answer"],
      [`echo '${JSON.stringify(report)}'; exit 1`, 1, "qs has a known hole (critical)"],
    ] as const;
    for (const [script, code, said] of answers) {
      const { dir: bin } = await useFiles({ npm: `#!/bin/sh\n${script}\n` });
      await chmod(join(bin, "npm"), 0o755);
      const ended = await authwright(dir, ["doctor"], { PATH: `${bin}:${process.env["PATH"]}` });
      expect(ended).toMatchObject({ code, stdout: expect.stringContaining(said) });
    }
  });

  test("without anything installed exits 2 and names the way", async () => {
    const { dir } = await useFixture("nodenext-esm");
    const { code, stderr } = await authwright(dir, ["doctor"]);
    expect(stderr).toContain('"authwright add auth-basic" comes first [BadArgument]');
    expect(code).toBe(2);
  });

  test("and list name the advisories of this package", async () => {
    const { dir } = await installed();
    const path = join(main, "../../advisories.json");
    const [id, item] = ["AW-2027-001", "auth-basic"];
    const one = { id, item, versions: "*", severity: "critical", text: "t", fix: "f", reviewedBy: ["a", "b"] };
    await fs.writeJson(path, { advisories: [one] });
    expect((await authwright(dir, ["list"])).stdout).toContain(`! ${id}`);
    expect(JSON.parse((await authwright(dir, ["list", "--json"])).stdout).items[0].advisories).toEqual([id]);
    expect(await authwright(dir, ["doctor", "--offline"])).toMatchObject({
      code: 1,
      stdout: expect.stringContaining(id),
    });
    await fs.writeJson(path, { advisories: [{ ...one, reviewedBy: [] }] });
    expect(await authwright(dir, ["list"])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("[DamagedRegistry]"),
    });
  });
});
