import { join } from "node:path";
import fs from "fs-extra";
import { beforeAll, describe, expect, test } from "vitest";
import { add } from "../../../cli/commands/add.js";
import { diff } from "../../../cli/commands/diff.js";
import { update } from "../../../cli/commands/update.js";
import { type Fixture, useFixture } from "../../support/fixture.js";
import { contextFor, runCommand } from "../../support/in-process.js";
import { edit, makeReleases, type Releases } from "../../support/releases.js";

const path = "src/middleware/authenticators.ts";
const newer = "\nexport const authenticatorsVersion = 2;\n";

let releases: Releases;
let fresh: Fixture;
beforeAll(async () => {
  releases = await makeReleases();
  await edit(releases.second, `templates/auth-basic/base/${path}`, (text) => `${text}${newer}`);
  fresh = await useFixture("nodenext-esm");
  await runCommand(() => add(["auth-basic", "auth-cookies"], {}, contextFor(releases.first, fresh.dir)));
});

async function installed(change: (text: string) => string): Promise<Fixture> {
  const copy = await useFixture("nodenext-esm");
  await fs.copy(fresh.dir, copy.dir);
  await edit(copy.dir, path, change);
  return copy;
}

const listOf = (text: string) => /authenticators: Authenticator\[\] = \[([^\]]*)\]/.exec(text)![1];

describe("a list that an item has put an entry into", () => {
  test.each<[string, string]>([
    ["whose order the user has changed", "sessionCookie, bearerToken"],
    ["in which the user has a comment", "\n  bearerToken,\n  sessionCookie, // browsers last\n"],
    ["in which the user has a comment above", "\n  // who decides\n  bearerToken,\n  sessionCookie,\n"],
    ["both", "\n  sessionCookie, // who decides\n  bearerToken,\n"],
  ])("%s is in that order, with the comment, after an update", async (_, list) => {
    const set = (text: string) => text.replace("[bearerToken, sessionCookie]", `[${list}]`);
    const { dir, read } = await installed(set);
    const shown = await runCommand(() => diff(undefined, {}, contextFor(releases.first, dir)));
    expect(shown.stdout).toContain(`+++ yours/${path}`);
    const before = await read(path);
    expect(await runCommand(() => update(undefined, {}, contextFor(releases.second, dir)))).toMatchObject({ code: 0 });
    expect(listOf(await read(path))).toBe(list);
    expect(await read(path)).toBe(before + newer);
  });

  test("whose order both sides have changed is a conflict", async () => {
    const { dir } = await installed((text) =>
      text.replace("[bearerToken, sessionCookie]", "[sessionCookie, bearerToken]"),
    );
    const second = join(releases.second, "templates/auth-basic/base", path);
    const text = await fs.readFile(second, "utf8");
    await fs.writeFile(second, text.replace("[bearerToken]", "[bearerToken, another]"));
    try {
      const { code, stdout } = await runCommand(() => update(undefined, {}, contextFor(releases.second, dir)));
      expect(stdout).toMatch(new RegExp(`${path}:\\d+  you and the new version changed the same lines`));
      expect(code).toBe(3);
    } finally {
      await fs.writeFile(second, text);
    }
  });
});
