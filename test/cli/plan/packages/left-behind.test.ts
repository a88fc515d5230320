import { expect, test } from "vitest";
import { leftBehind } from "../../../../cli/plan/packages/left-behind.js";
import type { Project } from "../../../../cli/project/project.js";
import { door } from "../../../support/planned.js";

const selection = { item: "door", choices: { lock: "code" }, mount: "/door", sourceDir: "src", testDir: "test" };

/** The packages that a door with another lock or of another version leaves behind; all of them are in package.json. */
function left(before: { version: string; choices: object; dependencies: Record<string, string> }): string[] {
  const there = Object.fromEntries(
    ["keyring", "keypad", ...Object.keys(before.dependencies)].map((name) => [name, "*"]),
  );
  const project = {
    record: { version: 1, items: { door: { devDependencies: {}, ...before } } },
    packageJson: { dependencies: there, devDependencies: {} },
  } as unknown as Project;
  return leftBehind({ item: door, selection, templates: [] }, project).map((line) => line.split(/[ :]/)[4]!);
}

test.each([
  ["what only the other choice needs", "1.0.0", { lock: "key" }, {}, ["keyring"]],
  ["nothing, where the choice is the same", "1.0.0", { lock: "code" }, { bolt: "^1.0.0" }, []],
  ["what an earlier version has added", "0.9.0", { lock: "code" }, { bolt: "^1.0.0", keypad: "^3.0.0" }, ["bolt"]],
  ["no second copy of what it still needs", "0.9.0", { lock: "code" }, { "zod-4": "npm:zod@^4.0.0" }, []],
  ["but a package whose name only begins alike", "0.9.0", { lock: "code" }, { "zod-form": "^1.0.0" }, ["zod-form"]],
] as const)("an item leaves behind %s", (_, version, choices, dependencies, expected) => {
  expect(left({ version, choices, dependencies })).toEqual(expected);
});
