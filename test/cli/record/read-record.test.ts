import { describe, expect, test } from "vitest";
import { readProject } from "../../../cli/project/read-project.js";
import { app, useRepo } from "../project/repo.js";

const item = {
  version: "1.0.0",
  choices: { database: "postgres", errors: "rfc" },
  mount: "/api/auth",
  sourceDir: "server",
  testDir: "test",
  files: { "server/routes/auth.ts": { template: "base/src/routes/auth.ts", sha256: "a".repeat(64) } },
  patches: [{ path: "src/server.ts", lines: ["app.use(authRouter);"] }],
  env: ["JWT_SECRET_KEY"],
  scripts: { "auth:migrate": "tsx server/auth/migrate.ts" },
  dependencies: { bcrypt: "^6.0.0" },
  devDependencies: {},
};
const appended = { file: "server/auth/close.ts", list: "closers", entry: "end", from: "server/end.ts" };
const record = { version: 1, items: { "auth-basic": item } };
const withRecord = (value: unknown) =>
  useRepo({
    files: { "src/server.ts": app, "authwright.json": typeof value === "string" ? value : JSON.stringify(value) },
  });

test("no record is null", async () => {
  const { dir } = await useRepo({ files: { "src/server.ts": app } });
  expect((await readProject(dir, {})).record).toBeNull();
});

test("the last item that has the choice says which database it is", async () => {
  const { appends: _, ...plain } = { ...item, appends: [appended] };
  const { dir } = await withRecord({ version: 1, items: { "auth-basic": plain, badge: { ...item, choices: {} } } });
  expect((await readProject(dir, {})).database).toBe("postgres");
});

test("a record is parsed, and its folder and database are kept by the next run", async () => {
  const { dir } = await withRecord(record);
  expect(await readProject(dir, {})).toMatchObject({ record, sourceDir: "server", database: "postgres" });
  expect(await readProject(dir, { dir: "src", database: "sqlite" })).toMatchObject({
    sourceDir: "src",
    database: "sqlite",
  });
});

describe("a damaged record is a DamagedRecord that names the file and the member", () => {
  test.each<[string, unknown, string]>([
    ["a merge conflict", `<<<<<<< HEAD\n${JSON.stringify(record)}`, "no valid JSON"],
    ["an array", [], "no object"],
    ["a later version", { ...record, version: 2 }, "version"],
    ["no items", { version: 1 }, "no items"],
    [
      "an item without files",
      { version: 1, items: { "auth-basic": { ...item, files: undefined } } },
      "items.auth-basic.files",
    ],
    [
      "a hash that is none",
      { version: 1, items: { "auth-basic": { ...item, files: { a: { template: "b", sha256: "c" } } } } },
      "files",
    ],
    [
      "a patch without lines",
      { version: 1, items: { "auth-basic": { ...item, patches: [{ path: "a" }] } } },
      "patches",
    ],
    [
      "a file outside of the project",
      {
        version: 1,
        items: { "auth-basic": { ...item, files: { "src/../../a": item.files["server/routes/auth.ts"] } } },
      },
      "items.auth-basic.files",
    ],
    [
      "a file of git",
      {
        version: 1,
        items: { "auth-basic": { ...item, files: { ".git/config": item.files["server/routes/auth.ts"] } } },
      },
      "items.auth-basic.files",
    ],
    [
      "a patch outside of the project",
      { version: 1, items: { "auth-basic": { ...item, patches: [{ path: "../server.ts", lines: [] }] } } },
      "items.auth-basic.patches",
    ],
    [
      "an entry in a file outside of the project",
      { version: 1, items: { "auth-basic": { ...item, appends: [{ ...appended, file: "../a.ts" }] } } },
      "items.auth-basic.appends",
    ],
    [
      "an entry that is no name",
      { version: 1, items: { "auth-basic": { ...item, appends: [{ ...appended, entry: "a } from 'b'" }] } } },
      "items.auth-basic.appends",
    ],
    [
      "a source folder outside of the project",
      { version: 1, items: { "auth-basic": { ...item, sourceDir: "../x" } } },
      "items.auth-basic.sourceDir",
    ],
    [
      "an empty source folder",
      { version: 1, items: { "auth-basic": { ...item, sourceDir: "" } } },
      "items.auth-basic.sourceDir",
    ],
    [
      "a version that is none",
      { version: 1, items: { "auth-basic": { ...item, version: "banana" } } },
      "items.auth-basic.version",
    ],
    ...["a\\b.ts", "/etc/a", "C:/a", "", "./.git/config", "api/.GIT/hooks/a"].map((path): [string, unknown, string] => [
      `the path ${JSON.stringify(path)}`,
      { version: 1, items: { "auth-basic": { ...item, unmerged: [path] } } },
      "items.auth-basic.unmerged",
    ]),
    ...[-1, 0.5].map((index): [string, unknown, string] => {
      const replaced = [{ list: "scripts", key: "dev", value: "tsx watch", index }];
      const undo = { created: [], glue: {}, members: {}, replaced, env: {} };
      return [`an entry to put back at ${index}`, { version: 1, items: { "auth-basic": { ...item, undo } } }, "undo"];
    }),
    ["an item that is called __proto__", JSON.stringify(record).replace("auth-basic", "__proto__"), "no valid JSON"],
    ["a null item", { version: 1, items: { "auth-basic": null } }, "items.auth-basic"],
  ])("%s", async (_, value, words) => {
    const { dir } = await withRecord(value);
    const error: unknown = await readProject(dir, {}).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "DamagedRecord", message: expect.stringContaining("authwright.json") });
    expect((error as Error).message).toContain(words);
  });
});
