import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { useFixture } from "../../support/fixture.js";
import { addAuth, removeAuth } from "../../support/removed.js";
import { treeOf } from "../../support/tree.js";

const fixtures = readdirSync(fileURLToPath(new URL("../../fixtures/", import.meta.url)))
  .filter((name) => !/^\.|^unsupported-/.test(name))
  .map((name) => [name, name === "monorepo" ? "packages/api" : "."] as const);

describe("add, then remove", () => {
  it.each(fixtures)("%s is as it was, to the byte and the mode", async (name, folder) => {
    const { dir } = await useFixture(name);
    const before = await treeOf(dir);
    await addAuth(join(dir, folder));
    const plan = await removeAuth(join(dir, folder));
    expect(await treeOf(dir)).toEqual(before);
    expect([...plan.manual, ...plan.kept!, ...plan.warnings]).toEqual([]);
  });

  it.each(fixtures)("%s with postgres is as it was under --purge", async (name, folder) => {
    const { dir } = await useFixture(name);
    const before = await treeOf(dir);
    await addAuth(join(dir, folder), { database: "postgres", errors: "auth-basic" });
    const plan = await removeAuth(join(dir, folder), { purge: true });
    expect(await treeOf(dir)).toEqual(before);
    expect([...plan.manual, ...plan.kept!]).toEqual([]);
  });
});
