import { chmod, readdir } from "node:fs/promises";
import { join } from "node:path";
import fs from "fs-extra";
import { beforeAll, describe, expect, test } from "vitest";
import { readProject } from "../../../cli/project/read-project.js";
import { buildCli, type Ended, run } from "../../support/cli.js";
import { useFiles } from "../../support/fixture.js";
import { linkPackages, repo } from "../../support/template-tree.js";
import { treeOf } from "../../support/tree.js";

let main: string;
beforeAll(async () => {
  main = await buildCli();
});

function authwright(cwd: string, args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Ended> {
  return run(process.execPath, [main, ...args], cwd, env).ended;
}

const quick = ["--no-install", "--no-git"];

describe("init", () => {
  test("writes the project and auth in it: mounted, recorded, with secrets that it does not print", async () => {
    const { dir, read } = await useFiles({});
    const { code, stdout, stderr } = await authwright(dir, ["init", "my-app", ...quick]);
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(JSON.parse(await read("my-app/package.json"))).toMatchObject({
      name: "my-app",
      dependencies: { express: expect.any(String), bcrypt: expect.any(String) },
      scripts: { dev: "tsx watch src/server.ts", "auth:migrate": expect.stringContaining("dist/auth/commands.js") },
    });
    expect(await read("my-app/src/app.ts")).toContain('app.use("/api/auth", authRouter);');
    expect((await read("my-app/.gitignore")).split("\n")).toEqual(
      expect.arrayContaining(["node_modules/", "dist/", ".env", ".data/"]),
    );
    const record = JSON.parse(await read("my-app/authwright.json")).items["auth-basic"];
    expect(record.patches).toContainEqual({ path: "src/app.ts", lines: expect.any(Array) });
    expect(await read("my-app/.env")).toContain("JWT_ISSUER=my-app\n");
    const secrets = [...(await read("my-app/.env")).matchAll(/=(.{43})$/gm)].map(([, value]) => value!);
    expect(secrets).toHaveLength(2);
    for (const secret of secrets) expect(stdout).not.toContain(secret);
    expect(await readdir(dir)).toEqual(["my-app"]);
  });

  test("ends with the commands to type", async () => {
    const { dir } = await useFiles({});
    const { stdout } = await authwright(dir, ["init", "my app", ...quick, "--database", "postgres"]);
    const [, next] = stdout.split("Next\n");
    expect(next!.split("\n").map((line) => line.trim())).toEqual([
      "cd 'my app'",
      "npm install",
      "Set DATABASE_URL in .env, then create the tables: npm run auth:migrate",
      "npm run dev",
      "curl localhost:3000/api/auth/signup -H 'content-type: application/json' \\",
      `-d '{"username":"ada","password":"a long sentence of mine"}'`,
      "Read on: npx authwright docs",
      "",
    ]);
  });

  test.each([
    ["username", { username: "ada", password: "a long sentence of mine" }],
    ["email", { email: "ada@example.org", password: "a long sentence of mine" }],
  ])("the first request, printed and in the project's pages, signs up with the %s", async (login, body) => {
    const { dir, read } = await useFiles({});
    const { stdout } = await authwright(dir, ["init", "app", ...quick, "--login", login]);
    expect(stdout).toContain(`-d '${JSON.stringify(body)}'`);
    expect(await read("app/docs/first-requests.md")).toContain(`-d '${JSON.stringify(body)}'`);
  });

  test("with --cwd the commands start from where the person stands", async () => {
    const { dir } = await useFiles({ "work/LICENSE": "" });
    const { stdout } = await authwright(dir, ["init", "app", ...quick, "--cwd", "work"]);
    expect(stdout).toContain(`cd ${join("work", "app")}\n`);
    expect(await fs.pathExists(join(dir, "work/app/package.json"))).toBe(true);
  });

  test("what it plans is what it writes, and a dry run writes nothing", async () => {
    const { dir, read } = await useFiles({});
    const dry = await authwright(dir, ["init", "a/b", ...quick, "--dry-run", "--json"]);
    expect(await treeOf(dir)).toEqual({});
    const real = await authwright(dir, ["init", "a/b", ...quick, "--json"]);
    // The record holds hashes of the secrets, which are new each time.
    const json = ({ stdout }: Ended) => JSON.parse(stdout.replace(/\\"[0-9a-f]{16}\\"/g, '\\"hash\\"'));
    const [planned, applied] = [json(dry), json(real)];
    expect({ ...applied, applied: false, dryRun: true }).toEqual(planned);
    expect(applied).toMatchObject({ name: "b", folder: join("a", "b"), git: null });
    for (const { path, kind, after } of applied.changes) {
      expect(kind).toBe("create");
      const written = (await read(`a/b/${path}`)).replace(/"[0-9a-f]{16}"/g, '"hash"');
      if (after !== undefined) expect(written).toBe(after);
    }
    expect(real.stdout).not.toContain(/PASSWORD_PEPPER=(.+)/.exec(await read("a/b/.env"))![1]!);
  });

  test("the plan's view of the project is what a reading of the written project finds", async () => {
    const { dir } = await useFiles({});
    await authwright(dir, ["init", "my-app", ...quick]);
    const root = join(dir, "my-app");
    await linkPackages(root);
    const read = await readProject(root, {});
    expect(read).toMatchObject({
      entry: { path: "src/app.ts" },
      sourceDir: "src",
      modules: { format: "esm", extension: ".js" },
      tsconfig: { path: "tsconfig.build.json", emits: true },
      testRunner: "vitest",
      express: { major: 5 },
      packageManager: { name: "npm" },
      aliases: [],
      warnings: [],
    });
    const before = await treeOf(dir);
    const again = await authwright(root, ["add", "auth-basic", "--no-install"]);
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining("nothing to do") });
    expect(await treeOf(dir)).toEqual(before);
  });

  test.each([
    ["sqlite", "rfc"],
    ["postgres", "auth-basic"],
  ])("with %s and %s it passes its own lint and its own compiler", async (database, errors) => {
    const { dir } = await useFiles({});
    await authwright(dir, ["init", "my-app", ...quick, "--database", database, "--errors", errors]);
    const root = join(dir, "my-app");
    await linkPackages(root);
    const bin = (name: string) => join(repo, "node_modules/.bin", name);
    const lint = await run(bin("biome"), ["check", "."], root).ended;
    expect(lint.stdout + lint.stderr).toMatch(/Checked \d\d files.* No fixes applied/);
    expect(lint.code).toBe(0);
    expect(await run(bin("tsc"), ["--pretty", "false"], root).ended).toMatchObject({ code: 0, stdout: "" });
    const build = ["-p", "tsconfig.build.json", "--pretty", "false"];
    expect(await run(bin("tsc"), build, root).ended).toMatchObject({ code: 0, stdout: "" });
    expect(await fs.pathExists(join(root, "dist/server.js"))).toBe(true);
    expect(await fs.pathExists(join(root, "dist/test"))).toBe(false);
  });
});

describe("the folder of init", () => {
  test.each([
    ["a source file", { "app/src/index.ts": "" }, "app is not empty (src): name a new folder"],
    ["many files", { "app/a": "", "app/b": "", "app/c": "", "app/d": "" }, "app is not empty (a, b and 2 more)"],
    ["a project", { "app/package.json": "{}" }, 'it is a project already: "authwright add auth-basic" in it'],
    ["a file in its place", { app: "" }, "app can't be the new folder: a file is there"],
  ])("with %s in it exits 2 on one line, and nothing is written", async (_, files, named) => {
    const { dir } = await useFiles(files);
    const before = await treeOf(dir);
    const { code, stdout, stderr } = await authwright(dir, ["init", "app", ...quick]);
    expect(stderr).toContain(named);
    expect(stderr).toMatch(/^authwright: [^\n]* \[Collision\]\n$/);
    expect(stdout).toBe("");
    expect(code).toBe(2);
    expect(await treeOf(dir)).toEqual(before);
  });

  test("with what a new repository holds is taken as it is: README and LICENSE stay, .gitignore gains lines", async () => {
    const mine = { "README.md": "# Mine\n", LICENSE: "MIT\n", ".gitignore": "*.log\r\nnode_modules\r\n" };
    const { dir, read } = await useFiles({ ...mine, ".git/HEAD": "ref: refs/heads/main\n" });
    const { code, stdout } = await authwright(dir, ["init", "--no-install", "--name", "shop"]);
    expect(code).toBe(0);
    expect(stdout).toContain("README.md is yours and stays");
    expect(await read("README.md")).toBe(mine["README.md"]);
    expect(await read("LICENSE")).toBe(mine.LICENSE);
    expect(await read(".gitignore")).toBe(`${mine[".gitignore"]}dist/\r\ncoverage/\r\n.env\r\n.data/\r\n`);
    expect(await readdir(join(dir, ".git"))).toEqual(["HEAD"]);
  });

  test("without a name, in a project, is left alone: init explains add and exits 0", async () => {
    const { dir } = await useFiles({ "package.json": "{}" });
    const before = await treeOf(dir);
    const { code, stdout, stderr } = await authwright(dir, ["init"]);
    expect(stdout).toContain("npx authwright add auth-basic");
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(await treeOf(dir)).toEqual(before);
  });

  test("whose name npm does not take needs --name, and the line says so", async () => {
    const { dir } = await useFiles({});
    const { code, stderr } = await authwright(dir, ["init", "日本", ...quick, "--yes"]);
    expect(stderr).toContain("pass --name NAME [AnswerNeeded]");
    expect(code).toBe(2);
    expect((await authwright(dir, ["init", "日本", ...quick, "--name", "Nippon"])).stderr).toContain("nippon would do");
    expect(await treeOf(dir)).toEqual({});
    expect((await authwright(dir, ["init", "日本", ...quick, "--name", "nippon"])).code).toBe(0);
  });

  test("becomes a git repository, unless it is inside one or --no-git says no; a failing git is no failure", async () => {
    const { dir } = await useFiles({ "bin/git": "#!/bin/sh\necho no room >&2; exit 1\n" });
    await chmod(join(dir, "bin/git"), 0o755);
    const init = (name: string, env?: NodeJS.ProcessEnv) => authwright(dir, ["init", name, "--no-install"], env);
    await init("one");
    expect(await fs.pathExists(join(dir, "one/.git/HEAD"))).toBe(true);
    await init("one/inner");
    expect(await fs.pathExists(join(dir, "one/inner/.git"))).toBe(false);
    await authwright(dir, ["init", "two", ...quick]);
    expect(await fs.pathExists(join(dir, "two/.git"))).toBe(false);
    const failing = await init("three", { PATH: `${join(dir, "bin")}:${process.env["PATH"]}` });
    expect(failing).toMatchObject({ code: 0, stdout: expect.stringContaining("no git repository was made (no room)") });
  });
});

describe("when init fails", () => {
  async function fakeNpm(script: string): Promise<{ env: NodeJS.ProcessEnv; bin: string }> {
    const { dir: bin } = await useFiles({ npm: `#!/bin/sh\n${script}\n` });
    await chmod(join(bin, "npm"), 0o755);
    return { bin, env: { PATH: `${bin}:${process.env["PATH"]}` } };
  }

  test("because the install does, the new folders are gone again, and what was there stays", async () => {
    const { dir } = await useFiles({ "here/LICENSE": "MIT\n" });
    const before = await treeOf(dir);
    const { env } = await fakeNpm(
      "mkdir node_modules; echo half > node_modules/x; echo {} > package-lock.json; exit 7",
    );
    for (const folder of ["new/app", "here"]) {
      const { code, stderr } = await authwright(dir, ["init", folder], env);
      expect(stderr).toContain('"npm install" ended with 7: everything is put back');
      expect(code).toBe(1);
      expect(await treeOf(dir)).toEqual(before);
    }
  });

  test("because of Ctrl-C while it installs, the same, and the exit code is 130", async () => {
    const { dir } = await useFiles({});
    const { bin, env } = await fakeNpm('mkdir node_modules; echo on > "$0.started"; sleep 60');
    const { child, ended } = run(process.execPath, [main, "init", "app"], dir, env);
    await appears(join(bin, "npm.started"));
    child.kill("SIGINT");
    expect(await ended).toMatchObject({ code: 130, stderr: expect.stringContaining("everything is put back") });
    expect(await treeOf(dir)).toEqual({});
  });

  test("because it is killed, the next init in that folder puts everything back and starts over", async () => {
    const { dir } = await useFiles({});
    const { bin, env } = await fakeNpm('mkdir node_modules; echo $$ > "$0.pid"; echo on > "$0.started"; sleep 60');
    const { child, ended } = run(process.execPath, [main, "init", "app"], dir, env);
    await appears(join(bin, "npm.started"));
    child.kill("SIGKILL");
    process.kill(-Number(await fs.readFile(join(bin, "npm.pid"), "utf8")), "SIGKILL");
    await ended;
    const { code, stderr } = await authwright(dir, ["init", "app", ...quick]);
    expect(stderr).toContain("an earlier run was killed: its changes are put back");
    expect(code).toBe(0);
    const clean = await useFiles({});
    await authwright(clean.dir, ["init", "app", ...quick]);
    expect(Object.keys(await treeOf(dir))).toEqual(Object.keys(await treeOf(clean.dir)));
  });

  test.runIf(process.platform === "linux")("where no folder can be made ends with one line", async () => {
    const { dir } = await useFiles({});
    const { code, stderr } = await authwright(dir, ["init", "/proc/my-app/below", ...quick, "--yes"]);
    expect(stderr).toMatch(/^authwright: \/proc\/my-app\/below can't be made [^\n]* \[WriteFailed\]\n$/);
    expect(code).toBe(1);
  });

  test("because its parent is a file, exit 2 on one line", async () => {
    const { dir } = await useFiles({ file: "" });
    const { code, stderr } = await authwright(dir, ["init", "file/app", ...quick]);
    expect(stderr).toMatch(/^authwright: file\/app can't be the new folder: a file is there \[Collision\]\n$/);
    expect(code).toBe(2);
  });
});

async function appears(path: string): Promise<void> {
  for (let tries = 0; tries < 400; tries++) {
    if (await fs.pathExists(path)) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`${path} did not appear within ten seconds`);
}
