import { execFileSync } from "node:child_process";
import { join } from "node:path";
import fs from "fs-extra";
import { beforeAll, describe, expect, test } from "vitest";
import { quote } from "../../../cli/ui/command-line.js";
import { buildCli } from "../../support/cli.js";
import { useFiles, useFixture } from "../../support/fixture.js";
import { unrun } from "../../support/needs.js";
import { keys, noTerminal, onTerminal } from "../../support/terminal.js";
import { treeOf } from "../../support/tree.js";

let main: string;
beforeAll(async () => {
  main = await buildCli();
});

const missing = unrun(noTerminal);
const at = (dir: string, ...args: string[]) => onTerminal([process.execPath, main, ...args], dir);

/** The one line that would have done the same. */
const printed = (shown: string) => /npx authwright (?!docs)([^\r\n]+)/.exec(shown)![1]!;

describe.skipIf(noTerminal)(`init on a terminal${missing}`, () => {
  test("asks for name, database, errors and login, and prints the line that does the same without questions", async () => {
    const { dir } = await useFiles({});
    const terminal = at(dir, "init", "it's mine", "--no-install", "--no-git");
    await terminal.shows("Name of the project", "it-s-mine");
    terminal.type(`Shop${keys.enter}`);
    await terminal.shows("npm takes no such name; shop would do");
    terminal.type(`${keys.backspace.repeat("Shop".length)}shop${keys.enter}`);
    await terminal.shows("Where users and sessions are kept");
    terminal.type(keys.down + keys.enter);
    await terminal.shows("Which status codes");
    terminal.type(keys.enter);
    await terminal.shows("What people log in with");
    terminal.type(keys.enter);
    const { code, shown } = await terminal.ended;
    expect(code).toBe(0);
    const same = `init 'it'\\''s mine' --name shop --database postgres --errors rfc --login username --no-git --no-install --yes`;
    expect(printed(shown)).toBe(same);

    const other = await useFiles({});
    execFileSync("sh", ["-c", `"${process.execPath}" "${main}" ${same}`], { cwd: other.dir });
    const [one, two] = await Promise.all([dir, other.dir].map((folder) => treeOf(folder)));
    expect(Object.keys(two!)).toEqual(Object.keys(one!));
    const record = (folder: string) => fs.readJson(join(folder, "it's mine/authwright.json"));
    const choices = { database: "postgres", errors: "rfc", login: "username" };
    for (const folder of [dir, other.dir]) expect((await record(folder)).items["auth-basic"].choices).toEqual(choices);
  });

  test("asks only what no flag has answered, and nothing under --yes", async () => {
    const { dir } = await useFiles({});
    const quick = ["--no-install", "--no-git"];
    const some = at(dir, "init", "one", ...quick, "--name", "one", "--errors", "rfc", "--login", "username");
    await some.shows("Where users and sessions are kept");
    some.type(keys.enter);
    const { shown } = await some.ended;
    expect(shown).not.toContain("Name of the project");
    expect(shown).not.toContain("Which status codes");
    const none = await at(dir, "init", "two", ...quick, "--yes").ended;
    expect(none.shown).not.toMatch(/Name of|Where users|without questions/);
    expect(none.code).toBe(0);
  });

  test("Ctrl-C at a question ends with 130, and nothing is written", async () => {
    const { dir } = await useFiles({});
    const terminal = at(dir, "init", "app");
    await terminal.shows("Name of the project");
    terminal.type(keys.ctrlC);
    const { code, shown } = await terminal.ended;
    expect(shown).toContain("interrupted: nothing was written [Interrupted]");
    expect(code).toBe(130);
    expect(await treeOf(dir)).toEqual({});
  });
});

describe.skipIf(noTerminal)(`without a name, on a terminal${missing}`, () => {
  test("authwright asks what is to be done, and then which items", async () => {
    const { dir, read } = await useFixture("nodenext-esm");
    const terminal = at(dir, "--no-install");
    await terminal.shows("What is to be done?", "put auth, or more of it, into this project");
    terminal.type(keys.enter);
    await terminal.shows("What is to be added?", "auth-basic", "auth-cookies");
    terminal.type(`${keys.down} ${keys.enter}`);
    await terminal.shows("Write these");
    terminal.type("y");
    const { code, shown } = await terminal.ended;
    expect(code).toBe(0);
    expect(shown).toMatch(/Added auth-basic, auth-cookies: \d+ files/);
    expect(printed(shown.slice(shown.indexOf("without questions")))).toMatch(/^add auth-basic auth-cookies /);
    expect(Object.keys(JSON.parse(await read("authwright.json")).items)).toEqual(["auth-basic", "auth-cookies"]);
  });

  test("in an empty folder it offers a new project, and with -y it asks nothing", async () => {
    const { dir } = await useFiles({});
    const terminal = at(dir);
    await terminal.shows("What is to be done?", "make a new Express + TypeScript project");
    terminal.type(keys.ctrlC);
    expect((await terminal.ended).code).toBe(130);
    expect((await at(dir, "-y").ended).shown).toContain("a command is missing");
    expect((await at(dir, "add", "-y").ended).shown).toContain("add takes the names of items");
  });

  test("NO_COLOR and LANG=C hold for the questions too, and narrow lines break between words", async () => {
    const { dir } = await useFixture("nodenext-esm");
    const words = [process.execPath, main, "add", "auth-basic", "--no-install"];
    const env = { NO_COLOR: "1", LANG: "C", LC_ALL: "C", LC_CTYPE: "C" };
    const terminal = onTerminal(["sh", "-c", `stty cols 60; ${words.map(quote).join(" ")}`], dir, env);
    await terminal.shows("Write these");
    terminal.type("n");
    const { raw, shown } = await terminal.ended;
    expect(raw.split("\u001B").filter((part) => /^\[[349]\d(;\d+)*m/.test(part))).toEqual([]);
    expect([...shown].filter((sign) => sign > "~")).toEqual([]);
    const plan = shown.slice(0, shown.lastIndexOf("\n", shown.indexOf("Write these"))).split(/\r?\n/);
    expect(plan.filter((line) => line.length > 60)).toEqual([]);
    expect(shown).toMatch(/src\/db\/migrations,\s+src\/db\/schema/);
  });
});

describe.skipIf(noTerminal)(`add on a terminal${missing}`, () => {
  test("after a yes prints the line that does the same without questions, with what was typed in it", async () => {
    const { dir } = await useFixture("nodenext-esm");
    const terminal = at(dir, "add", "auth-basic", "--no-install", "--errors", "auth-basic", "--mount", "/v1/login");
    await terminal.shows("Write these");
    terminal.type("y");
    const { code, shown } = await terminal.ended;
    expect(code).toBe(0);
    expect(printed(shown.slice(shown.indexOf("without questions")))).toBe(
      "add auth-basic --database sqlite --errors auth-basic --login username --mount /v1/login --no-install --yes",
    );
  });

  test("asks which of several apps is meant, and names it in the line that does the same", async () => {
    const app = `import express from "express";\nexport const app = express();\n`;
    const { dir, read, write } = await useFixture("nodenext-esm");
    const manifest = JSON.parse(await read("package.json"));
    await write(
      "package.json",
      JSON.stringify({ ...manifest, scripts: { dev: "tsx src/server.ts", "dev:admin": "tsx src/admin.ts" } }),
    );
    await write("src/admin.ts", app);
    const terminal = at(dir, "add", "auth-basic", "--no-install");
    await terminal.shows("Several files make an Express app", "src/admin.ts");
    terminal.type(keys.down + keys.enter);
    await terminal.shows("Write these");
    terminal.type("y");
    const { code, shown } = await terminal.ended;
    expect(code).toBe(0);
    expect(printed(shown.slice(shown.indexOf("without questions")))).toContain("--entry src/admin.ts");
    expect(await read("src/admin.ts")).toContain('app.use("/api/auth", authRouter);');
  });

  test("after a no writes nothing, and prints no such line", async () => {
    const { dir } = await useFixture("nodenext-esm");
    const before = await treeOf(dir);
    const terminal = at(dir, "add", "auth-basic", "--no-install");
    await terminal.shows("Write these");
    terminal.type("n");
    const { code, shown } = await terminal.ended;
    expect(shown).not.toContain("without questions");
    expect(code).toBe(0);
    expect(await treeOf(dir)).toEqual(before);
  });
});
