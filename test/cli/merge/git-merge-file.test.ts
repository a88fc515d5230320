import { spawnSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { mergeText } from "../../../cli/merge/merge-text.js";
import { useFiles } from "../../support/fixture.js";

const labels = { yours: "yours", theirs: "theirs" };

/** Numbers that look random and are the same in every run. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >> 8) % below;
  };
}

/** One to four edits: lines added, taken away or changed, some of them the same on both sides. */
function edited(base: readonly string[], side: string, next: (below: number) => number): string[] {
  const lines = [...base];
  for (let edits = next(4) + 1; edits > 0; edits--) {
    const at = next(lines.length);
    const name = next(4) === 0 ? `both ${at}` : `${side} ${edits} ${next(1000)}`;
    const kind = next(3);
    if (kind === 0) lines.splice(at, 0, name);
    else if (kind === 1) lines.splice(at, next(3));
    else lines.splice(at, 1, name);
  }
  return lines;
}

const text = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join("");

describe("the merge of lines and git merge-file", () => {
  test("agree on 60 random edits, conflict by conflict", async () => {
    const { dir } = await useFiles({});
    let conflicts = 0;
    for (let seed = 1; seed <= 60; seed++) {
      const next = numbers(seed * 7919);
      const base = Array.from({ length: 6 + next(30) }, (_, index) => `line ${index}`);
      const versions = {
        base: text(base),
        yours: text(edited(base, "y", next)),
        theirs: text(edited(base, "t", next)),
      };
      for (const [name, content] of Object.entries(versions)) await writeFile(join(dir, name), content);
      const merged = mergeText({ ...versions, path: "notes.txt" }, labels);
      for (const mode of ["inline", "ours", "theirs"] as const) {
        const flag = mode === "inline" ? [] : [`--${mode}`];
        const args = [
          "merge-file",
          "-p",
          "-L",
          "yours",
          "-L",
          "base",
          "-L",
          "theirs",
          ...flag,
          "yours",
          "base",
          "theirs",
        ];
        const git = spawnSync("git", args, { cwd: dir, encoding: "utf8" });
        const ours = merged.kind === "merged" ? merged.text : merged.settled[mode];
        expect(ours, `seed ${seed}, ${mode}\n${JSON.stringify(versions)}`).toBe(git.stdout);
        if (mode === "inline") expect(merged.kind === "conflicts", `seed ${seed}`).toBe(git.status !== 0);
      }
      if (merged.kind === "conflicts") conflicts++;
    }
    expect(conflicts).toBeGreaterThan(12);
    expect(conflicts).toBeLessThan(58);
  });
});
