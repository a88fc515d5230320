import { chmod, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import fs from "fs-extra";
import { beforeAll, describe, expect, test } from "vitest";
import { failures } from "../../cli/errors.js";
import { buildCli, type Ended, run } from "../support/cli.js";
import { useFiles, useFixture } from "../support/fixture.js";
import { treeOf } from "../support/tree.js";

let main: string;
beforeAll(async () => {
  main = await buildCli();
});

function authwright(cwd: string, args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Ended> {
  return run(process.execPath, [main, ...args], cwd, env).ended;
}

const repo = () => useFixture("nodenext-esm");
const adding = ["add", "auth-basic", "--no-install"];

describe("usage", () => {
  test.each([
    ["a wrong flag", ["add", "auth-basic", "--no-instal"], "unknown option '--no-instal' (Did you mean --no-install?)"],
    ["a wrong command", ["ad"], "unknown command 'ad' (Did you mean add?)"],
    ["no command", [], "a command is missing"],
    ["no item", ["add"], "add takes the names of items"],
    ["an unknown page", ["docs", "updat"], 'did you mean "update"?'],
    ["an unknown item", ["add", "auth-basc"], 'did you mean "auth-basic"?'],
    ["an unknown item to view", ["view", "auth"], 'there is no item "auth"'],
    ["an item without its prefix", ["view", "cookies"], 'did you mean "auth-cookies"?'],
    ["an item that is not written yet", ["add", "auth-google"], "login through another provider is not written yet"],
    [
      "a typo in a choice",
      [...adding, "--database", "postgre"],
      '--database takes sqlite or postgres, not "postgre"; did you mean postgres?',
    ],
    ["an unknown value of a choice", [...adding, "--errors", "xml"], "--errors takes rfc or auth-basic"],
    ["a flag without its value", [...adding, "--mount"], "argument missing"],
    ["a mount without a slash", [...adding, "--mount", "api"], "--mount takes a path like /api/auth"],
    ["a mount with a slash at its end", [...adding, "--mount", "/api/"], "--mount takes"],
    ["a mount with a parameter", [...adding, "--mount", "/:id"], "--mount takes"],
    ["a mount that climbs", [...adding, "--mount", "/../x"], "--mount takes"],
    ["a mount that ends a string", [...adding, "--mount", '/a"b'], "--mount takes"],
    ["an absolute --dir", [...adding, "--dir", "/tmp"], "--dir takes a path inside the project"],
    ["a --dir outside", [...adding, "--dir", "src/../../x"], "--dir takes a path inside the project"],
    ["a --tests outside", [...adding, "--tests", ".."], "--tests takes a path inside the project"],
    ["an --entry outside", [...adding, "--entry", "../server.ts"], "--entry takes a path inside the project"],
    ["a --cwd that is not there", [...adding, "--cwd", "nowhere"], '--cwd takes a folder that is there, not "nowhere"'],
  ])("%s exits 2, is named on one line, and nothing is written", async (_, args, named) => {
    const { dir } = await repo();
    const before = await treeOf(dir);
    const { code, stdout, stderr } = await authwright(dir, args);
    expect(stderr).toContain(named);
    expect(stderr.trim().split("\n").at(-1)).toMatch(/^authwright: .* \[\w+\]$/);
    expect(stdout).toBe("");
    expect(code).toBe(2);
    expect(await treeOf(dir)).toEqual(before);
  });

  test("with --json an error is JSON on stdout too, wherever the flag stands", async () => {
    const { dir } = await repo();
    for (const args of [
      ["--json", "add", "ghost"],
      ["add", "ghost", "--json"],
    ]) {
      const { code, stdout, stderr } = await authwright(dir, args);
      expect(JSON.parse(stdout)).toEqual({ error: { code: "UnknownItem", message: expect.stringContaining("ghost") } });
      expect(stderr).toContain("[UnknownItem]");
      expect(code).toBe(2);
    }
  });

  test("--verbose adds the stack, and without it there is none", async () => {
    const { dir } = await repo();
    expect((await authwright(dir, ["view", "ghost", "--verbose"])).stderr).toMatch(/\n\s+at /);
    expect((await authwright(dir, ["view", "ghost"])).stderr).not.toMatch(/\n\s+at /);
  });

  test.each([
    ["--help"],
    ["help"],
    ["help", "add"],
    ["add", "--help"],
    ["--version"],
    ["list", "--version"],
    ["list"],
    ["view", "auth-basic"],
    ["init", "--help"],
    ["-h"],
    ["-v"],
    ["docs"],
    ["docs", "cli"],
    ["docs", "recipes/own-tables.md", "--path"],
  ])("%s %s exits 0 outside of any project", async (...args) => {
    const { dir } = await useFixture("unsupported-plain-js");
    const { code, stdout, stderr } = await authwright(dir, args.filter(Boolean));
    expect(stderr).toBe("");
    expect(stdout).not.toBe("");
    expect(code).toBe(0);
  });

  test("--help names every flag of docs/cli.md, and every failure of the code stands there", async () => {
    const docs = await readFile(new URL("../../docs/cli.md", import.meta.url), "utf8");
    const { dir } = await repo();
    const helps = await Promise.all(["add", "init", "remove"].map((command) => authwright(dir, [command, "--help"])));
    const help = helps.map(({ stdout }) => stdout).join("");
    const flags = [...docs.matchAll(/^\| `(--[a-z-]+)/gm)].map(([, flag]) => flag);
    expect(flags.length).toBeGreaterThan(12);
    for (const flag of flags) expect(help).toContain(flag);
    for (const [code, exit] of Object.entries(failures))
      expect(docs).toMatch(new RegExp(`^\\| ${code} +\\| ${exit} +\\|`, "m"));
  });

  test("--help and --version load no part of the program but commander", async () => {
    const { dir } = await repo();
    const coverage = await useFiles({});
    await authwright(dir, ["--help"], { NODE_V8_COVERAGE: coverage.dir });
    await authwright(dir, ["--version"], { NODE_V8_COVERAGE: coverage.dir });
    const reports = await Promise.all((await readdir(coverage.dir)).map((name) => coverage.read(name)));
    const loaded = reports.join("").match(/dist\/[\w/-]+\.js/g)!;
    expect(loaded).toContain("dist/main.js");
    expect(loaded.filter((name) => /(add|list|view|registry)-/.test(name))).toEqual([]);
  });
});

describe("add", () => {
  test("writes the plan that --dry-run shows, a second run changes 0 bytes, and no secret is ever printed", async () => {
    const { dir, read } = await repo();
    const before = await treeOf(dir);
    const dry = await authwright(dir, [...adding, "--dry-run", "--json"]);
    expect(await treeOf(dir)).toEqual(before);

    const real = await authwright(dir, [...adding, "--json"]);
    expect(real.code).toBe(0);
    // The record holds hashes of the secrets, which are new each time.
    const hashless = ({ stdout }: Ended) => JSON.parse(stdout.replace(/\\"[0-9a-f]{16}\\"/g, '\\"hash\\"'));
    expect({ ...hashless(real), applied: false, dryRun: true }).toEqual(hashless(dry));
    for (const { path, after } of JSON.parse(real.stdout).changes) {
      if (after !== undefined) expect(await read(path)).toBe(after);
    }
    const secrets = [...(await read(".env")).matchAll(/^(?:JWT_SECRET_KEY|PASSWORD_PEPPER)=(.{43})$/gm)].map(
      ([, value]) => value!,
    );
    expect(secrets).toHaveLength(2);
    for (const secret of secrets) expect(real.stdout + real.stderr).not.toContain(secret);
    expect((await fs.stat(join(dir, ".env"))).mode & 0o777).toBe(0o600);

    const after = await treeOf(dir);
    const again = await authwright(dir, adding);
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining("nothing to do") });
    expect(await treeOf(dir)).toEqual(after);
  });

  test("without a terminal it asks nothing, and stderr stays empty", async () => {
    const { dir } = await repo();
    const { code, stdout, stderr } = await authwright(dir, adding);
    expect(stderr).toBe("");
    expect(stdout).toContain("new files");
    expect(stdout).toContain("app.get");
    expect(code).toBe(0);
  });

  test("--silent prints nothing when all goes well", async () => {
    const { dir } = await repo();
    expect(await authwright(dir, [...adding, "--silent"])).toMatchObject({ code: 0, stdout: "", stderr: "" });
  });

  test("--cwd works before and after the command, from elsewhere", async () => {
    const { dir } = await repo();
    const { dir: elsewhere } = await useFixture("unsupported-plain-js");
    expect((await authwright(elsewhere, ["--cwd", dir, ...adding])).code).toBe(0);
    expect((await authwright(elsewhere, [...adding, "--cwd", dir])).stdout).toContain("nothing to do");
  });

  test("--database, --errors, --mount, --dir and --tests are followed and recorded, and can't be moved later", async () => {
    const { dir, read } = await repo();
    const args = ["--database", "postgres", "--errors", "auth-basic", "--mount", "/v1/login", "--tests", "checks"];
    expect((await authwright(dir, [...adding, ...args])).code).toBe(0);
    const record = JSON.parse(await read("authwright.json")).items["auth-basic"];
    expect(record.choices).toEqual({ database: "postgres", errors: "auth-basic", login: "username" });
    expect(record).toMatchObject({ mount: "/v1/login", sourceDir: "src", testDir: "checks" });
    expect(await read("src/server.ts")).toContain('"/v1/login"');
    const moved = await authwright(dir, [...adding, "--mount", "/elsewhere"]);
    expect(moved).toMatchObject({ code: 2, stderr: expect.stringContaining("is installed with --mount /v1/login") });
  });

  test("manual steps left exit 0, and 4 under --strict", async () => {
    const { dir, write, read } = await repo();
    await write("src/server.ts", `${await read("src/server.ts")}\nthis is no TypeScript (\n`);
    const strict = await authwright(dir, [...adding, "--entry", "src/server.ts", "--strict"]);
    expect(strict.stdout).toContain("authRouter");
    expect(strict.code).toBe(4);
    const loose = await authwright(dir, [...adding, "--json"]);
    expect(JSON.parse(loose.stdout).manual).toHaveLength(1);
    expect(loose.code).toBe(0);
  });

  test("a collision exits 2 and writes nothing", async () => {
    const { dir, write } = await repo();
    await write("src/routes/auth.ts", "export const mine = 1;\n");
    const before = await treeOf(dir);
    const { code, stderr } = await authwright(dir, adding);
    expect(stderr).toContain("src/routes/auth.ts is yours already");
    expect(code).toBe(2);
    expect(await treeOf(dir)).toEqual(before);
  });

  test("a req.auth that is set for the whole app exits 2 and writes nothing; --allow-req-auth goes on", async () => {
    const { dir, write } = await repo();
    await write(
      "src/server.ts",
      'import express from "express";\nimport { expressjwt } from "express-jwt";\n\nconst app = express();\n' +
        'app.use(expressjwt({ secret: "x", algorithms: ["HS256"] }));\napp.listen(3000);\n',
    );
    const before = await treeOf(dir);
    const { code, stderr } = await authwright(dir, adding);
    expect(stderr).toContain("src/server.ts:5 sets req.auth for the whole app");
    expect(stderr).toContain("--allow-req-auth");
    expect(code).toBe(2);
    expect(await treeOf(dir)).toEqual(before);
    const allowed = await authwright(dir, [...adding, "--allow-req-auth", "--dry-run"]);
    expect(allowed.stdout).toContain("src/server.ts:5 sets req.auth for the whole app");
    expect(allowed.code).toBe(0);
  });
});

describe("a package manager in the way", () => {
  /** A program that stands where npm would. */
  async function fakeNpm(script: string): Promise<{ bin: string; env: NodeJS.ProcessEnv }> {
    const { dir: bin } = await useFiles({ npm: `#!/bin/sh\n${script}\n` });
    await chmod(join(bin, "npm"), 0o755);
    return { bin, env: { PATH: `${bin}:${process.env["PATH"]}` } };
  }

  test("that fails exits 1, shows its last lines, and everything is put back", async () => {
    const fixture = await repo();
    const before = await treeOf(fixture.dir);
    const { env } = await fakeNpm("echo half > package-lock.json; echo no such version >&2; exit 7");
    const { code, stderr } = await authwright(fixture.dir, ["add", "auth-basic"], env);
    expect(stderr).toContain('"npm install" ended with 7: everything is put back');
    expect(stderr).toContain("no such version");
    expect(code).toBe(1);
    expect(await treeOf(fixture.dir)).toEqual(before);
  });

  test("that works is quiet, and is not run again when nothing is new", async () => {
    const fixture = await repo();
    const { env } = await fakeNpm("echo noise; echo run >> runs.txt");
    const { code, stdout } = await authwright(fixture.dir, ["add", "auth-basic"], env);
    expect(stdout).not.toContain("noise");
    expect(code).toBe(0);
    await authwright(fixture.dir, ["add", "auth-basic"], env);
    expect(await fixture.read("runs.txt")).toBe("run\n");
  });

  test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
    "when %s comes while it runs: exit 130, everything is put back",
    async (signal) => {
      const fixture = await repo();
      const before = await treeOf(fixture.dir);
      const { env } = await fakeNpm("echo half > package-lock.json; echo on > started; sleep 60");
      const { child, ended } = run(process.execPath, [main, "add", "auth-basic"], fixture.dir, env);
      await appears(join(fixture.dir, "started"));
      child.kill(signal);
      const { code, stderr } = await ended;
      expect(stderr).toContain(`interrupted by ${signal}: everything is put back [Interrupted]`);
      expect(code).toBe(130);
      await fs.remove(join(fixture.dir, "started"));
      expect(await treeOf(fixture.dir)).toEqual(before);
    },
  );

  test("while it runs, a second add here is refused and disturbs nothing", async () => {
    const fixture = await repo();
    const { env } = await fakeNpm("echo on > started; sleep 2");
    const first = run(process.execPath, [main, "add", "auth-basic"], fixture.dir, env);
    await appears(join(fixture.dir, "started"));
    const second = await authwright(fixture.dir, adding);
    expect(second.stderr).toMatch(/another authwright.*\(process \d+\), is at work here/);
    expect(second.code).toBe(1);
    expect((await first.ended).code).toBe(0);
  });

  test("when the whole is killed while it runs, the next add puts everything back first", async () => {
    const fixture = await repo();
    const before = await treeOf(fixture.dir);
    const { bin, env } = await fakeNpm(
      'echo $$ > "$0.pid"; echo half > package-lock.json; echo on > started; sleep 60',
    );
    const { child, ended } = run(process.execPath, [main, "add", "auth-basic"], fixture.dir, env);
    await appears(join(fixture.dir, "started"));
    child.kill("SIGKILL");
    process.kill(-Number(await readFile(join(bin, "npm.pid"), "utf8")), "SIGKILL");
    await ended;
    await fs.remove(join(fixture.dir, "started"));
    expect(await treeOf(fixture.dir)).not.toEqual(before);

    const next = await authwright(fixture.dir, ["add", "auth-basic", "--database", "nowhere"]);
    expect(next.code).toBe(2);
    const recovered = await authwright(fixture.dir, ["add", "auth-basic"], (await fakeNpm("exit 1")).env);
    expect(recovered.stderr).toContain("an earlier run was killed: its changes are put back");
    expect(await treeOf(fixture.dir)).toEqual(before);
  });
});

async function appears(path: string): Promise<void> {
  for (let tries = 0; tries < 400; tries++) {
    if (await fs.pathExists(path)) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`${path} did not appear within ten seconds`);
}
