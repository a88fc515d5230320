import { execFileSync } from "node:child_process";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { applyPlan } from "../../../cli/apply/apply-plan.js";
import { add } from "../../../cli/commands/add.js";
import { makePlan } from "../../../cli/commands/update.js";
import type { Update } from "../../../cli/plan/plan.js";
import { readProject } from "../../../cli/project/read-project.js";
import { type Fixture, useFixture } from "../../support/fixture.js";
import { contextFor, runCommand } from "../../support/in-process.js";
import { edit, makeReleases } from "../../support/releases.js";
import { treeOf } from "../../support/tree.js";

const sessions = "src/auth/sessions.ts";
let repo: Fixture;
let plan: Update;

/** A committed repo with an edited file, and the plan of an update that leaves markers in it. */
beforeAll(async () => {
  const { first, second } = await makeReleases();
  repo = await useFixture("nodenext-esm");
  await runCommand(() => add(["auth-basic"], {}, contextFor(first, repo.dir)));
  await edit(repo.dir, sessions, (text) => `${text}\nexport const mine = true;\n`);
  for (const args of [
    ["init", "-q"],
    ["add", "-A"],
    ["-c", "user.name=t", "-c", "user.email=t@t", "commit", "-qm", "1"],
  ])
    execFileSync("git", args, { cwd: repo.dir });
  plan = await makePlan(undefined, await readProject(repo.dir, {}), "inline", contextFor(second, repo.dir));
});

/** Everything but what git writes by itself when it is asked: its index has to be as it was. */
async function treeWithIndex() {
  const { dir } = repo;
  const tree = Object.entries(await treeOf(dir)).filter(([path]) => !path.startsWith(".git/"));
  return [tree, execFileSync("git", ["ls-files", "--stage"], { cwd: dir, encoding: "utf8" })];
}

describe("an update that fails", () => {
  test("at each of its writes: every byte is put back", async () => {
    const before = await treeWithIndex();
    expect(plan.changes.length).toBeGreaterThan(15);
    for (let at = 0; at < plan.changes.length; at++) {
      const beforeWrite = (index: number) => {
        if (index === at) throw new Error("no");
      };
      await expect(applyPlan(plan, repo.dir, { beforeWrite }), `write ${at}`).rejects.toThrow("everything is put back");
      expect(await treeWithIndex(), `write ${at}`).toEqual(before);
    }
  });

  test("at the package manager, after git's stages are written: the index is as before too", async () => {
    const before = await treeWithIndex();
    const failing = { ...plan, install: [process.execPath, "-e", "process.exit(1)"] };
    await expect(applyPlan(failing, repo.dir)).rejects.toThrow("everything is put back");
    expect(await treeWithIndex()).toEqual(before);
  });

  test("at git: every byte is put back, and the line says what git said", async () => {
    const before = await treeWithIndex();
    const index = await readFile(join(repo.dir, ".git/index"));
    await writeFile(join(repo.dir, ".git/index.lock"), "");
    await expect(applyPlan(plan, repo.dir)).rejects.toThrow(/git .*index\.lock.*everything is put back/);
    await rm(join(repo.dir, ".git/index.lock"));
    expect(await treeWithIndex()).toEqual(before);
    expect(await readFile(join(repo.dir, ".git/index"))).toEqual(index);
  });

  test("before it writes, at git: nothing is written, and the line says what git said", async () => {
    const before = await treeWithIndex();
    const broken = { ...plan, unmerged: plan.unmerged!.map((file) => ({ ...file, path: `../${file.path}` })) };
    await expect(applyPlan(broken, repo.dir)).rejects.toThrow(/git .*nothing was written/);
    expect(await treeWithIndex()).toEqual(before);
  });

  test("not: the stages are there, and nothing else of the index has changed", async () => {
    const [, before] = await treeWithIndex();
    await applyPlan(plan, repo.dir);
    const [, after] = await treeWithIndex();
    const others = (text: unknown) =>
      String(text)
        .split("\n")
        .filter((line) => !line.endsWith(sessions));
    expect(others(after)).toEqual(others(before));
    expect(
      String(after)
        .split("\n")
        .filter((line) => line.endsWith(sessions)),
    ).toHaveLength(3);
  });
});
