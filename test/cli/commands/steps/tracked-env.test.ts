import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { trackedEnvWarning } from "../../../../cli/commands/steps/tracked-env.js";
import { isTracked } from "../../../../cli/git/git-facts.js";
import type { Project } from "../../../../cli/project/project.js";
import { useFiles } from "../../../support/fixture.js";

describe("what git tracks", () => {
  test.each([
    [["-f", ".env", "a.ts"], ".env", true],
    [["a.ts", "api/.env", "x.env"], ".env", false],
    [["a.ts", "api/.env", "x.env"], "api/.env", true],
    [["a.ts"], "a.t", false],
  ])("after git add %j, %s: %s", async (added, path, tracked) => {
    const { dir } = await useFiles({ ".env": "A=1\n", "api/.env": "A=1\n", "x.env": "A=1\n", "a.ts": "\n" });
    execFileSync("git", ["init", "-q"], { cwd: dir });
    execFileSync("git", ["add", ...added], { cwd: dir });
    expect(await isTracked(dir, path)).toBe(tracked);
  });

  test("is found from a worktree too, whose .git is a file", async () => {
    const { dir } = await useFiles({ "main/.env": "A=1\n" });
    const git = (...words: string[]) =>
      execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@localhost", ...words], { cwd: join(dir, "main") });
    git("init", "-q");
    git("add", "-f", ".env");
    git("commit", "-q", "-m", "first");
    git("worktree", "add", "-q", "../tree");
    const root = join(dir, "tree");
    expect(await trackedEnvWarning({ root, git: { root } } as Project)).toContain("git tracks .env");
  });
});
