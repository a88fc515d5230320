import { join } from "node:path";
import fs from "fs-extra";
import { describe, expect, test } from "vitest";
import { add } from "../../../cli/commands/add.js";
import { diff } from "../../../cli/commands/diff.js";
import { doctor } from "../../../cli/commands/doctor.js";
import { remove } from "../../../cli/commands/remove.js";
import { update } from "../../../cli/commands/update.js";
import { packageRoot } from "../../../cli/registry/package-root.js";
import { run } from "../../support/cli.js";
import { type Fixture, useFixture } from "../../support/fixture.js";
import { contextFor, runCommand } from "../../support/in-process.js";
import { treeOf } from "../../support/tree.js";

const path = ".authwright/.gitattributes";
const kept = ".authwright/base/src/auth/sessions.ts.txt";
const context = ({ dir }: Fixture, flags = {}) => contextFor(packageRoot(), dir, flags);
const adding = (repo: Fixture, name: string) => runCommand(() => add([name], {}, context(repo)));
const removing = (repo: Fixture, name: string) => runCommand(() => remove(name, {}, context(repo)));
const findings = async (repo: Fixture) =>
  JSON.parse((await runCommand(() => doctor({ offline: true }, context(repo, { json: true })))).stdout).findings;

async function installed() {
  const repo = await useFixture("nodenext-esm");
  const before = await treeOf(repo.dir);
  await adding(repo, "auth-basic");
  return { repo, before };
}

async function git(repo: Fixture, ...args: string[]): Promise<string> {
  const identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"];
  const { code, stdout, stderr } = await run("git", [...identity, ...args], repo.dir).ended;
  expect(stderr + code).toMatch(/0$/);
  return stdout;
}

describe(".authwright/.gitattributes", () => {
  test("marks the kept texts as generated, and keeps their line endings in a checkout that changes them", async () => {
    const { repo } = await installed();
    const text = await repo.read(kept);
    await git(repo, "init", "-q");
    await git(repo, "config", "core.autocrlf", "true");
    await git(repo, "config", "core.safecrlf", "false");
    expect(await git(repo, "check-attr", "linguist-generated", "gitlab-generated", "eol", "diff", "--", kept)).toBe(
      ["linguist-generated: set", "gitlab-generated: set", "eol: lf", "diff: unspecified"]
        .map((line) => `${kept}: ${line}\n`)
        .join(""),
    );
    await git(repo, "add", ".");
    await git(repo, "commit", "-qm", "all");
    await fs.remove(join(repo.dir, ".authwright"));
    await git(repo, "checkout", "--", ".authwright");
    expect(await repo.read(kept)).toBe(text);
    expect((await findings(repo)).map(({ check }: { check: string }) => check)).not.toContain("changed-base");
  });

  test("comes with the first item, is no difference, and goes with the last one", async () => {
    const { repo, before } = await installed();
    const attributes = await repo.read(path);
    expect((await runCommand(() => diff(undefined, { exitCode: true }, context(repo)))).code).toBe(0);
    await adding(repo, "auth-hibp");
    await removing(repo, "auth-hibp");
    expect(await repo.read(path)).toBe(attributes);
    await fs.remove(join(repo.dir, path));
    expect(await runCommand(() => update(undefined, {}, context(repo)))).toMatchObject({ code: 0 });
    expect(await repo.read(path)).toBe(attributes);
    await removing(repo, "auth-basic");
    expect(await treeOf(repo.dir)).toEqual(before);
  });

  test("is the user's once edited: add, update and remove leave it, and remove says so", async () => {
    const { repo } = await installed();
    await repo.write(path, "");
    await adding(repo, "auth-hibp");
    await runCommand(() => update(undefined, {}, context(repo)));
    await removing(repo, "auth-hibp");
    expect((await removing(repo, "auth-basic")).stdout).toContain(`${path} (you have edited it)`);
    expect(await repo.read(path)).toBe("");
  });
});

test("doctor finds a kept text that was changed, beside a file that was edited or deleted", async () => {
  const { repo } = await installed();
  await repo.write("src/auth/close.ts", `${await repo.read("src/auth/close.ts")}// mine\n`);
  await fs.remove(join(repo.dir, "src/auth/purge.ts"));
  const found = async () =>
    (await findings(repo))
      .filter(({ check }: { check: string }) => check === "changed-base")
      .map((one: { file: string }) => one.file);
  expect(await found()).toEqual([]);
  await repo.write(kept, `${await repo.read(kept)}// theirs\n`);
  expect(await found()).toEqual([kept]);
  expect(await runCommand(() => update(undefined, {}, context(repo)))).toMatchObject({ code: 0 });
  expect(await found()).toEqual([]);
});

describe("a repository that ignores the kept texts", () => {
  async function ignoring(pattern: string) {
    const repo = await useFixture("nodenext-esm");
    await git(repo, "init", "-q");
    await repo.write(".gitignore", `node_modules\n${pattern}\n`);
    return repo;
  }

  test.each([".authwright/", "*.txt", "authwright.json"])("is told so by add, where it says %s", async (pattern) => {
    const { stdout, code } = await adding(await ignoring(pattern), "auth-basic");
    expect(code).toBe(0);
    expect(stdout).toMatch(/git ignores \.?authwright.*another checkout/);
  });

  test("is told nothing of it where it ignores others", async () => {
    expect((await adding(await ignoring("dist"), "auth-basic")).stdout).not.toContain("git ignores");
  });

  test("leaves another checkout with one finding, and update puts them back", async () => {
    const { repo } = await installed();
    await fs.remove(join(repo.dir, ".authwright"));
    const found = async () => (await findings(repo)).filter(({ check }: { check: string }) => check === "changed-base");
    expect(await found()).toMatchObject([{ file: ".authwright/base", fix: expect.stringContaining(".gitignore") }]);
    expect(await runCommand(() => update(undefined, {}, context(repo)))).toMatchObject({ code: 0 });
    expect(await found()).toEqual([]);
  });
});
