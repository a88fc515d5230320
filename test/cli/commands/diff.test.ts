import { execFileSync } from "node:child_process";
import { join } from "node:path";
import fs from "fs-extra";
import { beforeAll, describe, expect, test } from "vitest";
import { add } from "../../../cli/commands/add.js";
import type { GlobalFlags } from "../../../cli/commands/context.js";
import { type DiffFlags, diff } from "../../../cli/commands/diff.js";
import { type Fixture, useFixture } from "../../support/fixture.js";
import { contextFor, runCommand } from "../../support/in-process.js";
import { edit, makeReleases, type Releases } from "../../support/releases.js";
import { treeOf } from "../../support/tree.js";

let releases: Releases;
let fresh: Fixture;
beforeAll(async () => {
  releases = await makeReleases();
  fresh = await useFixture("nodenext-esm");
  await runCommand(() => add(["auth-basic"], {}, contextFor(releases.first, fresh.dir)));
});

async function installed(): Promise<Fixture> {
  const copy = await useFixture("nodenext-esm");
  await fs.copy(fresh.dir, copy.dir);
  return copy;
}

function differing({ dir }: Fixture, typed: DiffFlags = {}, flags: Partial<GlobalFlags> = {}, from = releases.second) {
  return runCommand(() => diff(undefined, typed, contextFor(from, dir, flags)));
}

const sessions = "src/auth/sessions.ts";
const config = "src/auth/config.ts";

/** The part of the output below one of the three headings. */
function part(stdout: string, name: "yours" | "newer" | "both"): string {
  return stdout.split(/^(?=# (?:yours|newer|both): )/m).find((text) => text.startsWith(`# ${name}: `)) ?? "";
}

describe("diff", () => {
  test("of an untouched copy of the same version shows nothing and exits 0, with --exit-code too", async () => {
    const repo = await installed();
    const { code, stdout } = await differing(repo, { exitCode: true }, {}, releases.first);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "auth-basic 0.1.0: no differences\n" });
  });

  test("tells the user's changes, the newer ones and those of both apart, and writes nothing", async () => {
    const repo = await installed();
    await edit(repo.dir, config, (text) => `// mine\n${text}`);
    await edit(repo.dir, sessions, (text) => `${text}\nexport const mine = true;\n`);
    await edit(repo.dir, "docs/auth/README.md", (text) => `Mine\n${text}`);
    await fs.remove(join(repo.dir, "src/auth/login-name.ts"));
    const before = await treeOf(repo.dir);
    const { code, stdout } = await differing(repo);
    expect(code).toBe(0);
    expect(await treeOf(repo.dir)).toEqual(before);

    const yours = part(stdout, "yours");
    expect(yours).toContain(`--- installed/${config}\n+++ yours/${config}\n@@ -1,4 +1,5 @@\n+// mine\n`);
    expect(yours).toContain("+export const mine = true;");
    expect(yours).toContain("--- installed/src/auth/login-name.ts\n+++ /dev/null\n");
    expect(yours).not.toContain('0.2.0";');
    const newer = part(stdout, "newer");
    expect(newer).toContain(`--- installed/${sessions}\n+++ newer/${sessions}\n`);
    expect(newer).toContain("rename from src/auth/clock.ts\nrename to src/auth/time/now.ts\n");
    expect(newer).toContain("--- /dev/null\n+++ newer/src/auth/audit.ts\n");
    expect(newer).toContain("--- installed/src/auth/legacy.ts\n+++ /dev/null\n");
    expect(newer).toContain('+    "jsonwebtoken": "^9.0.3"');
    expect(newer).toContain("# new keys in .env: AUTH_AUDIT_KEY\n");
    expect(newer).not.toContain("mine");
    const line = (await repo.read(sessions)).split("\n").indexOf("export const mine = true;") + 1;
    expect(part(stdout, "both").trim().split("\n").slice(1)).toEqual([
      "# docs/auth/README.md merges",
      `# ${sessions}:${line} conflicts`,
    ]);
  });

  test("the newer part is a patch that git applies", async () => {
    const repo = await installed();
    const { stdout } = await differing(repo);
    await repo.write("newer.patch", part(stdout, "newer"));
    execFileSync("git", ["apply", "-p1", "newer.patch"], { cwd: repo.dir });
    const template = join(releases.second, "templates/auth-basic/base", sessions);
    expect(await repo.read(sessions)).toBe(await fs.readFile(template, "utf8"));
    expect(await fs.pathExists(join(repo.dir, "src/auth/legacy.ts"))).toBe(false);
    expect(await fs.pathExists(join(repo.dir, "src/auth/time/now.ts"))).toBe(true);
  });

  describe.each([
    ["git apply", (args: readonly string[]) => ["git", "apply", "-p1", ...args]],
    ["patch", (args: readonly string[]) => ["patch", "-p1", "--silent", "--no-backup-if-mismatch", "-i", ...args]],
  ] as const)("the patch of one file, for %s", (_, command) => {
    test.each<[string, (text: string) => string]>([
      ["has the empty line in it that its context ends with", (text) => text],
      [
        "has the line ends and the byte order mark of the user's file",
        (text) => `\uFEFF${text.replaceAll("\n", "\r\n")}`,
      ],
    ])("%s", async (_, written) => {
      const repo = await installed();
      const asInstalled = written(await repo.read(config));
      const lines = asInstalled.split("\n");
      const empty = lines.findLastIndex((line, at) => line.trim() === "" && at > 3 && at < lines.length - 1);
      await repo.write(config, lines.toSpliced(empty - 3, 0, lines[empty]!.replace(/^/, "// mine")).join("\n"));
      const json = JSON.parse((await differing(repo, {}, { json: true })).stdout);
      const { yours } = json.files.find(({ path }: { path: string }) => path === config);
      await repo.write("mine.patch", `${yours}\n`);
      const [program, ...args] = command(["mine.patch", "-R"]);
      execFileSync(program!, args, { cwd: repo.dir, stdio: "pipe" });
      expect(await repo.read(config)).toBe(asInstalled);
    });
  });

  test("line endings and a byte order mark are no change", async () => {
    const repo = await installed();
    await edit(repo.dir, config, (text) => `\uFEFF${text.replaceAll("\n", "\r\n")}`);
    expect((await differing(repo, {}, {}, releases.first)).stdout).toContain("no differences");
  });

  test("--exit-code exits 1 where there is a difference", async () => {
    const repo = await installed();
    expect((await differing(repo, { exitCode: true })).code).toBe(1);
    await edit(repo.dir, config, (text) => `// mine\n${text}`);
    expect((await differing(repo, { exitCode: true }, {}, releases.first)).code).toBe(1);
  });

  test("--json carries the same", async () => {
    const repo = await installed();
    await edit(repo.dir, sessions, (text) => `${text}\nexport const mine = true;\n`);
    const json = JSON.parse((await differing(repo, {}, { json: true })).stdout);
    expect(json).toMatchObject({ different: true, env: ["AUTH_AUDIT_KEY"] });
    const file = json.files.find(({ path }: { path: string }) => path === sessions);
    expect(file.yours).toContain("+export const mine = true;");
    expect(file.newer).toContain('+export const sessionsVersion = "0.2.0";');
    expect(file.both).toMatchObject({ merges: false, conflicts: [{ lines: expect.any(Number) }] });
    const moved = json.files.find(({ path }: { path: string }) => path === "src/auth/clock.ts");
    expect(moved).toMatchObject({ movedTo: "src/auth/time/now.ts", yours: null });
  });

  test("a missing base is said, and the two texts that are there are compared", async () => {
    const repo = await installed();
    await edit(repo.dir, sessions, (text) => `// mine\n${text}`);
    await fs.remove(join(repo.dir, `.authwright/base/${sessions}.txt`));
    const { stdout } = await differing(repo);
    expect(part(stdout, "yours")).toBe("");
    expect(part(stdout, "newer")).toContain("-// mine\n");
    expect(part(stdout, "both")).toContain("how it was installed is not known any more");
  });
});
