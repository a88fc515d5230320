import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { buildCli, type Ended, run } from "../support/cli.js";
import { type Fixture, useFixture } from "../support/fixture.js";
import { edit } from "../support/releases.js";
import { treeOf } from "../support/tree.js";

const sessions = "src/auth/sessions.ts";
let main: string;
let repo: Fixture;

/** The built program, once it has installed its item, becomes a later version of itself. */
beforeAll(async () => {
  main = await buildCli();
  repo = await useFixture("nodenext-esm");
  expect(await authwright("add", "auth-basic", "--no-install")).toMatchObject({ code: 0 });
  const root = join(main, "../..");
  await edit(root, "registry.json", (text) => text.replace('"version": "0.1.0"', '"version": "0.1.1"'));
  await edit(root, `templates/auth-basic/base/${sessions}`, (text) => `${text}\nexport const newer = true;\n`);
  await edit(repo.dir, sessions, (text) => `${text}\nexport const mine = true;\n`);
});

function authwright(...args: readonly string[]): Promise<Ended> {
  return run(process.execPath, [main, ...args], repo.dir, { FORCE_COLOR: "" }).ended;
}

describe("diff and update, as a program", () => {
  test("diff prints plain text to a pipe and exits 0, or 1 with --exit-code", async () => {
    const plain = await authwright("diff");
    expect(plain).toMatchObject({ code: 0, stderr: "" });
    expect(plain.stdout).toContain("+export const mine = true;\n");
    expect(plain.stdout).not.toContain("\u001b");
    expect(await authwright("diff", "auth-basic", "--exit-code")).toMatchObject({ code: 1, stdout: plain.stdout });
  });

  test("add refuses another version and names update; update refuses a conflict with exit 3 and names the ways", async () => {
    const before = await treeOf(repo.dir);
    const added = await authwright("add", "auth-basic");
    expect(added).toMatchObject({ code: 2 });
    expect(added.stderr).toContain('"authwright update auth-basic" moves to it');
    const refused = await authwright("update");
    expect(refused).toMatchObject({ code: 3, stderr: "" });
    expect(refused.stdout).toContain("--conflicts inline");
    expect(await treeOf(repo.dir)).toEqual(before);
  });

  test.each([
    [["update", "--conflicts", "both"], "--conflicts takes inline, ours, theirs"],
    [["update", "--continue", "--conflicts", "ours"], "--conflicts can't go with it"],
    [["update", "--continue"], "no update waits to be continued here"],
    [["update", "auth-basc"], "auth-basc is not installed here"],
    [["diff", "auth-basic", "more"], "too many arguments"],
  ])("%j exits 2 with one line", async (args, said) => {
    const { code, stdout, stderr } = await authwright(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(said);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });

  test("inline leaves markers and exits 3, --continue names the lines that still have one, then records", async () => {
    expect(await authwright("update", "--conflicts", "inline")).toMatchObject({ code: 3, stderr: "" });
    const left = await authwright("update", "--continue");
    expect(left).toMatchObject({ code: 3, stdout: "" });
    expect(left.stderr.match(new RegExp(`^  ${sessions}:\\d+$`, "gm"))).toHaveLength(3);
    expect(await authwright("add", "auth-basic")).toMatchObject({ code: 3 });
    await edit(repo.dir, sessions, (text) => text.replace(/^[<=>]{7}.*\n/gm, ""));
    expect(await authwright("update", "--continue")).toMatchObject({ code: 0, stderr: "" });
    expect(await authwright("update")).toMatchObject({
      code: 0,
      stdout: "auth-basic 0.1.1: nothing to do, it is up to date\n",
    });
  });
});
