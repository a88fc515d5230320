import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isTracked } from "../../../cli/commands/tracked-env.js";
import { useFiles } from "../../support/fixture.js";

describe("what git tracks", () => {
  it.each([
    [["-f", ".env", "a.ts"], ".env", true],
    [["a.ts", "api/.env", "x.env"], ".env", false],
    [["a.ts", "api/.env", "x.env"], "api/.env", true],
    [["a.ts"], "a.t", false],
  ])("after git add %j, %s: %s", async (added, path, tracked) => {
    const { dir } = await useFiles({ ".env": "A=1\n", "api/.env": "A=1\n", "x.env": "A=1\n", "a.ts": "\n" });
    execFileSync("git", ["init", "-q"], { cwd: dir });
    execFileSync("git", ["add", ...added], { cwd: dir });
    expect(isTracked(await readFile(join(dir, ".git/index")), path)).toBe(tracked);
  });
});
