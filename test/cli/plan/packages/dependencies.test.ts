import { describe, expect, test } from "vitest";
import { planDependencies } from "../../../../cli/plan/packages/dependencies.js";
import type { Project } from "../../../../cli/project/project.js";
import { findItem } from "../../../../cli/registry/find-item.js";
import { readRegistry } from "../../../../cli/registry/read-registry.js";
import { repo } from "../../../support/template-tree.js";

/** What auth-basic adds where package.json has these. */
function planned(has: Readonly<Record<string, string>>, database = "sqlite", facts: Partial<Project> = {}) {
  const item = findItem(readRegistry(repo), "auth-basic");
  const selection = { item: item.name, choices: { database }, mount: null, sourceDir: "src", testDir: "test" };
  const packageJson = { dependencies: { express: "^5.1.0", ...has }, devDependencies: {} };
  const project = {
    packageJson,
    resolved: {},
    shared: {},
    untyped: {},
    record: null,
    testRunner: "vitest",
    ...facts,
  } as unknown as Project;
  const { added, packages, warnings } = planDependencies({ item, selection, templates: [] }, project);
  const ranges = Object.fromEntries(added.map(({ name, range }) => [name, range]));
  return { names: Object.keys(ranges), ranges, packages, warnings };
}

describe("what real projects have beside auth-basic", () => {
  test.each<[string, string]>([
    ["supertest", "^6.0.0"],
    ["supertest", "^6.3.4"],
    ["@types/supertest", "^2.0.16"],
    ["drizzle-orm", "^0.39.0"],
    ["drizzle-orm", "^0.43.1"],
    ["bcrypt", "^5.1.1"],
    ["dotenv", "^16.4.5"],
  ])("%s %s was tried and is used as it is", (name, range) => {
    const { names, packages } = planned({ [name]: range });
    expect(names).not.toContain(name);
    expect(packages).toEqual({});
  });

  test.each<[Record<string, string>, string[]]>([
    [{ jsonwebtoken: "^8.5.1", "@types/jsonwebtoken": "^8.5.9" }, ["jsonwebtoken-9", "@types/jsonwebtoken-9"]],
    [{ jsonwebtoken: "^9.0.2", "@types/jsonwebtoken": "^8.5.9" }, ["jsonwebtoken-9", "@types/jsonwebtoken-9"]],
    [{ supertest: "^4.0.2", "@types/supertest": "^2.0.8" }, ["supertest-7", "@types/supertest-7"]],
    [{ "drizzle-orm": "^0.36.0" }, ["drizzle-orm-0.45"]],
    [{ bcrypt: "^4.0.1", "@types/bcrypt": "^3.0.1" }, ["bcrypt-6", "@types/bcrypt-6"]],
    [{ dotenv: "^8.2.0" }, ["dotenv-17"]],
    [{ "@libsql/client": "^0.14.0" }, ["@libsql/client-0.18"]],
  ])("%o stays, and a second copy stands beside it", (has, copies) => {
    const { names } = planned(has);
    expect(names).toEqual(expect.arrayContaining(copies));
    for (const name of Object.keys(has)) expect(names).not.toContain(name);
  });

  test("pg 7 is refused: drizzle-orm takes pg by its own name, of version 8 or later", () => {
    expect(() => planned({ pg: "^7.18.2" }, "postgres")).toThrow(/pg \^7\.18\.2/);
  });
});

describe("a package that the project imports without types", () => {
  const untyped = { jsonwebtoken: "src/passes.ts" };

  test("is left so: a second copy has the types, and the plan says why", () => {
    const { names, packages, warnings } = planned({ jsonwebtoken: "^9.0.2" }, "sqlite", { untyped });
    expect(names).toEqual(expect.arrayContaining(["jsonwebtoken-9", "@types/jsonwebtoken-9"]));
    expect(names).not.toContain("@types/jsonwebtoken");
    expect(packages).toMatchObject({ jsonwebtoken: "jsonwebtoken-9" });
    expect(warnings).toEqual([
      "src/passes.ts imports jsonwebtoken without types: jsonwebtoken-9, a second copy with types, leaves it as it is",
    ]);
  });

  test("keeps the name that an installed item imports it by", () => {
    const record = { version: 1, items: { "auth-basic": {} } } as unknown as Project["record"];
    expect(planned({ jsonwebtoken: "^9.0.2" }, "sqlite", { untyped, record })).toMatchObject({
      packages: {},
      warnings: [],
    });
  });

  test("is named where it can have no second copy", () => {
    const { names, warnings } = planned({ pg: "^8.13.0" }, "postgres", { untyped: { pg: "src/rows.ts" } });
    expect(names).toContain("@types/pg");
    expect(warnings).toEqual([
      "src/rows.ts imports pg without types: with @types/pg the compiler checks what it does with it",
    ]);
  });
});

test("what goes with a package that only the workspace's root names goes by that one's major", () => {
  const { ranges } = planned({}, "sqlite", { testRunner: "jest", shared: { jest: "^29.7.0" } });
  expect(ranges["@jest/globals"]).toBe("^29.0.0");
});
