import { describe, expect, test } from "vitest";
import { readProject } from "../../../../cli/project/read-project.js";
import { checkFlags, selectItem } from "../../../../cli/selection/selection.js";
import { carryOut, door, planDoor } from "../../../support/planned.js";
import { app, useRepo } from "../../project/repo.js";

/** The plan of adding the door to a project whose jest is set up so, where `add` would put its tests. */
async function planned(jest: object, typed: { tests?: string } = {}) {
  const repo = await useRepo({
    packageJson: { scripts: { test: "jest" }, jest },
    files: { "src/app.ts": app },
  });
  const selection = selectItem(door, await readProject(repo.dir, {}), checkFlags([door], typed));
  return { ...repo, plan: await planDoor(repo.dir, { selection: { ...selection, mount: "/door" } }) };
}

describe("the tests go where the runner looks, under the name that it looks for", () => {
  test("and later adds keep the name, from the record", async () => {
    const { dir, plan, read } = await planned({ rootDir: "src", testRegex: "\\.spec\\.ts$" });
    expect(plan.changes.map(({ path }) => path)).toContain("src/auth-tests/door.spec.ts");
    expect(plan.guesses).toContainEqual(
      expect.objectContaining({ what: "tests", value: "src/auth-tests/**/*.spec.ts" }),
    );
    expect(plan.nextSteps.join()).toContain("npm test");
    await carryOut(plan, dir);
    const installed = JSON.parse(await read("authwright.json")).items.door;
    expect(installed).toMatchObject({ testDir: "src/auth-tests", testEnding: ".spec.ts" });
    const project = await readProject(dir, {});
    const selection = selectItem(door, project, checkFlags([door], {}));
    expect(selection).toMatchObject({ testDir: "src/auth-tests", testEnding: ".spec.ts" });
    expect((await planDoor(dir, { selection })).changes).toEqual([]);
    expect(selectItem({ ...door, name: "bell" }, project, checkFlags([], {}), selection)).toMatchObject({
      testDir: "src/auth-tests",
      testEnding: ".spec.ts",
    });
  });

  test("and in a folder that was named, too", async () => {
    const { plan } = await planned({ testMatch: ["**/*.spec.ts"] }, { tests: "checks" });
    expect(plan.changes.map(({ path }) => path)).toContain("checks/door.spec.ts");
    expect(plan.warnings).toEqual([]);
  });
});

describe("where the runner would not take them, a note says so, and no step asks to run them", () => {
  test.each<[string, object, { tests?: string }, RegExp]>([
    [
      "in a folder that was named",
      { roots: ["<rootDir>/src"] },
      { tests: "test" },
      /^package\.json has jest look for tests elsewhere than at test\/door\.test\.ts: .* or use --tests src\/auth-tests$/,
    ],
    [
      "anywhere",
      { testMatch: ["<rootDir>/one.ts"] },
      {},
      /elsewhere than at test\/door\.test\.ts: let it look there too$/,
    ],
    ["as far as can be told", { projects: ["packages/*"] }, {}, /can't be told without running it: .* --tests$/],
  ])("%s", async (_, jest, typed, note) => {
    const { plan } = await planned(jest, typed);
    expect(plan.warnings).toEqual([expect.stringMatching(note)]);
    expect(plan.nextSteps.join()).not.toContain("npm test");
  });
});
