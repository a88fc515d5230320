import { readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { buildCli, run } from "../../support/cli.js";
import { useFiles } from "../../support/fixture.js";
import { has, hasTerminal, keys, onTerminal } from "../../support/terminal.js";

const shells = ["bash", "zsh", "fish"] as const;
type Shell = (typeof shells)[number];

let main: string;
beforeAll(async () => {
  main = await buildCli();
  for (const shell of shells) {
    const { stdout } = await authwright("completion", shell);
    await writeFile(scriptOf(shell), stdout);
  }
});

const authwright = (...args: string[]) => run(process.execPath, [main, ...args], dirname(main)).ended;
const scriptOf = (shell: Shell) => join(dirname(main), `completion.${shell}`);

/** What each line offers, whatever else it may. `none`: what it must not. */
const lines: readonly {
  readonly line: string;
  readonly offers: readonly string[];
  readonly none?: readonly string[];
}[] = [
  { line: "authwright ", offers: ["init", "add", "list", "view", "completion"], none: ["sqlite", "--yes"] },
  { line: "authwright vi", offers: ["view"], none: ["add"] },
  { line: "authwright add ", offers: ["auth-basic"], none: ["init"] },
  { line: "authwright add auth-basic --", offers: ["--database", "--mount", "--yes", "--dry-run"], none: ["--name"] },
  { line: "authwright init --", offers: ["--name", "--no-git", "--no-install"], none: ["--mount"] },
  { line: "authwright add --database ", offers: ["sqlite", "postgres"], none: ["auth-basic", "rfc"] },
  { line: "authwright add auth-basic --errors a", offers: ["auth-basic"], none: ["rfc"] },
  { line: "authwright --cwd sub view ", offers: ["auth-basic"], none: ["view"] },
  { line: "authwright add --cwd su", offers: ["sub"], none: ["submarine"] },
  { line: "authwright add --entry su", offers: ["sub", "submarine"] },
  { line: "authwright completion ", offers: ["bash", "zsh", "fish"] },
  { line: "authwright help v", offers: ["view"], none: ["add"] },
];

const folder = () => useFiles({ "sub/file": "", submarine: "" });

describe.skipIf(!has("bash"))(`completion in bash${missing("bash")}`, () => {
  test.each(lines)("of '$line'", async ({ line, offers, none = [] }) => {
    const { dir } = await folder();
    const words = line.split(" ");
    const asked = [
      `source ${scriptOf("bash")}`,
      `COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")})`,
      `COMP_CWORD=${words.length - 1}`,
      "_authwright",
      `printf "%s\\n" "\${COMPREPLY[@]}"`,
    ].join("; ");
    const { stdout, code, stderr } = await run("bash", ["--norc", "-c", asked], dir).ended;
    expect({ code, stderr: stderr.replace(/.*compopt.*\n/, "") }).toEqual({ code: 0, stderr: "" });
    expectOffered(stdout.split("\n"), offers, none);
  });

  test("keeps a folder's name with a blank in one piece", async () => {
    const { dir } = await useFiles({ "my app/file": "" });
    const asked = `source ${scriptOf("bash")}; COMP_WORDS=(authwright init m); COMP_CWORD=2; _authwright; echo "\${#COMPREPLY[@]} \${COMPREPLY[0]}"`;
    expect((await run("bash", ["--norc", "-c", asked], dir).ended).stdout).toBe("1 my app\n");
  });
});

describe.skipIf(!has("fish"))(`completion in fish${missing("fish")}`, () => {
  test.each(lines)("of '$line'", async ({ line, offers, none = [] }) => {
    const { dir } = await folder();
    const asked = `source ${scriptOf("fish")}; complete -C '${line}'`;
    const { stdout, code, stderr } = await run("fish", ["--no-config", "-c", asked], dir).ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const offered = stdout.split("\n").map((row) => row.split("\t")[0]!.replace(/\/$/, ""));
    expectOffered(offered, offers, none);
  });
});

describe.skipIf(!has("zsh") || !hasTerminal)(`completion in zsh${missing("zsh")}`, () => {
  test.each(lines)("of '$line'", async ({ line, offers, none = [] }) => {
    const { dir, write } = await folder();
    await write(".setup", `${zshSetup}source ${scriptOf("zsh")}\n`);
    const shell = onTerminal(["zsh", "-f", "-i"], dir);
    try {
      shell.type("source .setup\r");
      await shell.shows("ready> ");
      shell.type(line + keys.tab);
      await shell.shows(...offers.map((word) => new RegExp(`(\\s|^)${word}`)));
      shell.type(`${keys.clearLine}exit\r`);
      const { shown } = await shell.ended;
      const listed = shown.slice(shown.indexOf("ready> "));
      expectOffered(
        listed
          .replaceAll(line.trim(), " ")
          .split(/\s+/)
          .map((word) => word.replace(/\/$/, "")),
        offers,
        none,
      );
    } finally {
      shell.kill();
    }
  });
});

/** A tab lists what there is, and changes nothing. */
const zshSetup = "autoload -U compinit; compinit -D -u; bindkey '^I' list-choices; LISTMAX=999; PS1='ready> '\n";

describe("the script", () => {
  test("names every command and flag of --help, for each shell", async () => {
    const help = (await authwright("--help")).stdout;
    const commands = [...help.matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => name!);
    expect(commands).toEqual(expect.arrayContaining(["add", "init", "completion"]));
    for (const shell of shells) {
      const { stdout } = await authwright("completion", shell);
      for (const command of commands) {
        const flags = [...(await authwright(command, "--help")).stdout.matchAll(/^ {2}--([a-z-]+)/gm)];
        for (const [, flag] of flags) expect(stdout).toContain(flag);
        expect(stdout).toContain(command);
      }
    }
  });

  test("of another shell is refused with the shells there are", async () => {
    const { code, stderr } = await authwright("completion", "tcsh");
    expect(stderr).toContain("bash, zsh, fish");
    expect(code).toBe(2);
  });

  test("lands nowhere: the folder is as it was", async () => {
    const { dir } = await folder();
    await run(process.execPath, [main, "completion", "bash"], dir).ended;
    expect((await readdir(dir)).sort()).toEqual(["sub", "submarine"]);
  });
});

function expectOffered(offered: readonly string[], offers: readonly string[], none: readonly string[]): void {
  expect(offered).toEqual(expect.arrayContaining([...offers]));
  for (const word of none) expect(offered).not.toContain(word);
}

function missing(shell: string): string {
  if (!has(shell)) return ` (not tried: ${shell} is not installed here)`;
  return shell === "zsh" && !hasTerminal ? " (not tried: script of util-linux is not installed here)" : "";
}
