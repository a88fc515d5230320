import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { backArrows } from "../../scripts/figures/folder-rows.js";
import { inTemporaryFolder } from "../../scripts/figures/landed-trees.js";
import { seamLists } from "../../scripts/figures/lists.js";
import { handOverGenerics, loginCopies } from "../../scripts/figures/login-code.js";
import { medianFile, medianFunction } from "../../scripts/figures/medians.js";
import { overBounds, readTable, tableOf } from "../../scripts/figures/table.js";
import { wrongImports } from "../../scripts/figures/user-folders.js";
import { circles, type Module, readModules, unreached } from "../support/import-graph.js";

test("a circle of value imports is found, and one that types close is none", async () => {
  const modules = await modulesOf({
    "src/a.ts": 'import { b } from "./b.js";\nexport const a = b;\n',
    "src/b.ts": 'export * from "./deep/c.js";\n',
    "src/deep/c.ts": 'export const later = () => import("../a.js");\n',
    "src/x.ts": 'import type { Y } from "./y.js";\nexport const x = 1;\n',
    "src/y.ts": 'import { x } from "./x.js";\nexport type Y = typeof x;\n',
  });
  expect(circles(modules)).toEqual([
    "src/a -> src/b -> src/deep/c -> src/a",
    "src/b -> src/deep/c -> src/a -> src/b",
    "src/deep/c -> src/a -> src/b -> src/deep/c",
  ]);
});

test("a module that only types lead to is reached, and one that only its own imports name is not", async () => {
  const modules = await modulesOf({
    "src/start.ts": 'import type { Used } from "./used.js";\nexport type Start = Used;\n',
    "src/used.ts": "export type Used = string;\n",
    "src/idle.ts": 'export { type Used } from "./used.js";\n',
  });
  expect(unreached(modules, ["src/start"]).map(({ path }) => path)).toEqual(["src/idle"]);
});

test("a list whose comment invites add-ons, or that registry.json names, counts; others don't", async () => {
  const modules = await modulesOf({
    "src/auth/events.ts": "export const eventSinks: string[] = [one];\nexport const others: string[] = [];\n",
    "src/auth/hooks.ts": "/** Asked in order. An add-on appends its own. */\nexport const checks: string[] = [];\n",
  });
  expect(seamLists(modules)).toEqual([
    { module: "src/auth/events", name: "eventSinks", entries: 1 },
    { module: "src/auth/hooks", name: "checks", entries: 0 },
  ]);
});

test("a function that takes the type it hands over, and a second login, are found", async () => {
  const modules = await modulesOf({
    "src/auth/accounts.ts":
      'import { admitPasswordAttempt } from "./throttle.js";\nimport { verifyPassword } from "./p.js";\n',
    "src/auth/grace/restore.ts":
      'import { admitPasswordAttempt } from "../throttle.js";\nimport { verifyPassword } from "../p.js";\n' +
      "export async function restore<Handed extends object>(given: Handed) {\n  return given;\n}\n",
    "src/auth/queue.ts": "export const inQueue = async <T>(work: () => Promise<T>): Promise<T> => work();\n",
    "src/routes/auth.ts": "export function answer<Body>(body: Body): Body {\n  return body;\n}\n",
  });
  expect(handOverGenerics(modules)).toEqual(["src/auth/grace/restore restore", "src/routes/auth answer"]);
  expect(loginCopies(modules)).toEqual(["src/auth/grace/restore"]);
});

test("an import of a value from a folder above, or from each other, is an arrow back", async () => {
  const modules = await modulesOf(
    {
      "cli/plan/plan.ts": 'import { edit } from "../edits/edit.js";\nexport const plan = edit;\n',
      "cli/edits/edit.ts": 'import { read } from "../project/read.js";\nimport type { plan } from "../plan/plan.js";\n',
      "cli/project/read.ts": 'import { edit } from "../edits/edit.js";\n',
      "cli/registry/source.ts": 'import { apply } from "../plan/plan.js";\n',
    },
    "cli",
  );
  expect(backArrows(modules)).toEqual(["edits -> project", "registry -> plan"]);
});

test("an import of a folder that stands above is wrong, and so is one of a folder that nobody knows", async () => {
  const modules = await modulesOf({
    "src/auth/store.ts": 'import { router } from "../routes/auth.js";\nexport const store = router;\n',
    "src/routes/auth.ts": 'import { sell } from "../shop/sell.js";\nexport const router = sell;\n',
    "src/routes/other.ts": 'import { store } from "../auth/store.js";\nexport const other = store;\n',
  });
  expect(modules.flatMap(wrongImports)).toEqual([
    "src/auth/store -> src/routes/auth",
    "src/routes/auth -> src/shop/sell",
  ]);
});

test("the median of lines is that of the file, and of the function, in the middle", async () => {
  const modules = await modulesOf({
    "src/a.ts": "export const one = 1;\n",
    "src/b.ts": "export function two(): void {\n}\n",
    "src/c.ts": "export const three = () => {\n  const four = function () {};\n  return four;\n};\n",
  });
  expect([medianFile(modules), medianFunction(modules)]).toEqual([2, 2]);
});

test("a figure over its aim by a tenth passes, by more it is told with what it is made of", () => {
  const figure = { name: "files", before: 1200, aim: 20 };
  expect(overBounds([{ ...figure, now: 22 }])).toEqual([]);
  expect(overBounds([{ ...figure, now: 23, evidence: ["a", "b"] }])).toEqual([
    "files: 23, at most 22 (aim 20)\n    a\n    b",
  ]);
});

test("a printed table reads back as its numbers", () => {
  const table = tableOf("in the tree", [{ name: "files", before: 1200, aim: 20, now: 23 }]);
  expect(readTable(table)).toEqual(new Map([["files", [1200, 20, 23]]]));
});

function modulesOf(files: Readonly<Record<string, string>>, folder = "src"): Promise<Module[]> {
  return inTemporaryFolder(async (dir) => {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(dir, path)), { recursive: true });
      await writeFile(join(dir, path), text);
    }
    return readModules(dir, folder);
  });
}
