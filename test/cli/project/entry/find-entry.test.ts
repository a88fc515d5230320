import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readProject } from "../../../../cli/project/read-project.js";
import { app, imports, useRepo } from "../repo.js";

const entryOf = async (dir: string, entry?: string) =>
  (await readProject(dir, entry === undefined ? {} : { entry })).entry?.path ?? null;

describe("the start script leads to the entry file", () => {
  test.each([
    "tsx watch src/boot.ts",
    "tsx watch --clear-screen=false ./src/boot.ts",
    "nodemon --exec ts-node src/boot.ts",
    `nodemon --watch src --ext ts,json --exec "ts-node -r tsconfig-paths/register src/boot.ts"`,
    "nodemon --exec 'node --import tsx' src/boot.ts",
    "ts-node-dev --respawn --transpile-only src/boot.ts",
    "ts-node -P tsconfig.json src/boot",
    "node --import tsx --watch src/boot.ts",
    "node --env-file=.env --import tsx src/boot.ts",
    "node --env-file .env --import tsx src/boot.ts",
    "node -r dotenv/config -r ts-node/register src/boot.ts",
    "bun run --hot src/boot.ts",
    "bun --watch src/boot.ts",
    "cross-env NODE_ENV=development DEBUG=app:* tsx src/boot.ts",
    "NODE_ENV=development tsx src/boot.ts",
    "dotenv -e .env.local -- tsx src/boot.ts",
    "npx tsx src/boot.ts",
    "tsc && node dist/boot.js",
    "node ./build/boot",
    "npm run build && node dist/boot.js",
    "npm run serve:real",
    `concurrently -k "tsc -w" "node --watch dist/boot.js"`,
    "tsup src/boot.ts --watch --onSuccess 'node dist/boot.js'",
    "esbuild src/boot.ts --bundle --outfile=dist/out.js && node dist/out.js",
    "vite-node src/boot.ts",
  ])("%s", async (dev) => {
    const { dir } = await useRepo({
      packageJson: { scripts: { dev, "serve:real": "tsx src/boot.ts", build: "tsc" } },
      files: { "src/boot.ts": app, "src/server.ts": app, "src/app.ts": app },
    });
    expect(await entryOf(dir)).toBe("src/boot.ts");
  });

  test("nodemon.json says what a bare nodemon runs", async () => {
    const { dir } = await useRepo({
      packageJson: { scripts: { dev: "nodemon" } },
      files: { "nodemon.json": `{"exec": "ts-node ./src/boot.ts"}`, "src/boot.ts": app, "src/server.ts": app },
    });
    expect(await entryOf(dir)).toBe("src/boot.ts");
  });

  test("`node .` runs package.json's main, which is mapped from outDir to rootDir", async () => {
    const { dir } = await useRepo({
      packageJson: { main: "./output/boot.js", scripts: { start: "node ." } },
      compilerOptions: { outDir: "./output", rootDir: "./code" },
      files: { "code/boot.ts": app, "src/server.ts": app, "output/boot.js": app },
    });
    expect(await entryOf(dir)).toBe("code/boot.ts");
  });
});

describe("from the start file, imports lead to the file that calls express()", () => {
  test.each<[string, Record<string, string>, string | null]>([
    ["through .js specifiers", { "src/server.ts": imports("./lib/app.js"), "src/lib/app.ts": app }, "src/lib/app.ts"],
    ["through bare specifiers", { "src/server.ts": imports("./lib/app"), "src/lib/app.ts": app }, "src/lib/app.ts"],
    ["through a folder", { "src/server.ts": imports("./lib"), "src/lib/index.ts": app }, "src/lib/index.ts"],
    [
      "through require",
      { "src/server.ts": `const a = require("./lib/app");`, "src/lib/app.ts": app },
      "src/lib/app.ts",
    ],
    [
      "through await import",
      { "src/server.ts": `await import("./lib/app.js");`, "src/lib/app.ts": app },
      "src/lib/app.ts",
    ],
    [
      "through an export from",
      { "src/server.ts": `export * from "./lib/app.js";`, "src/lib/app.ts": app },
      "src/lib/app.ts",
    ],
    [
      "through a cycle",
      { "src/server.ts": imports("./a.js"), "src/a.ts": imports("./server.js", "./b.js"), "src/b.ts": app },
      "src/b.ts",
    ],
    [
      "to an end, in a cycle without an app",
      { "src/server.ts": imports("./a.js"), "src/a.ts": imports("./server.js", "./a.js") },
      null,
    ],
    [
      "not into a comment",
      {
        "src/server.ts": `// import "./old.js"\n/* import "./old.js" */\nimport "./new.js";`,
        "src/old.ts": app,
        "src/new.ts": app,
      },
      "src/new.ts",
    ],
    [
      "not to a file that only uses express.Router",
      { "src/server.ts": `import express from "express";\nexpress.Router();` },
      null,
    ],
    [
      "not to a file that calls it in a comment",
      { "src/server.ts": `import express from "express";\n// express()` },
      null,
    ],
    [
      "under another name",
      { "src/server.ts": `import makeApp, { json } from "express";\nmakeApp();` },
      "src/server.ts",
    ],
    ["as a namespace", { "src/server.ts": `import * as express from "express";\nexpress.default();` }, "src/server.ts"],
    ["as import require", { "src/server.ts": `import express = require("express");\nexpress();` }, "src/server.ts"],
    [
      "to the file that makes the app, though another adds the middleware",
      {
        "src/server.ts": `import express from "express";\nimport { setUp } from "./set-up.js";\nsetUp(express());`,
        "src/set-up.ts": `import type { Express } from "express";\nexport const setUp = (app: Express) => app.use(() => {});`,
      },
      "src/server.ts",
    ],
  ])("%s", async (_, files, expected) => {
    const { dir } = await useRepo({ packageJson: { scripts: { dev: "tsx src/server.ts" } }, files });
    expect(await entryOf(dir)).toBe(expected);
  });

  test("through an alias or the baseUrl of the tsconfig, and through package.json's imports", async () => {
    for (const specifier of ["@/web/app", "src/web/app", "#web/app.js"]) {
      const { dir } = await useRepo({
        packageJson: { imports: { "#*": "./src/*" } },
        compilerOptions: { baseUrl: ".", paths: { "@/*": ["src/*"] } },
        files: { "src/server.ts": imports(specifier), "src/web/app.ts": app },
      });
      expect(await entryOf(dir)).toBe("src/web/app.ts");
    }
  });

  test("of two apps at the same distance the busier one is chosen, with a warning that names the other", async () => {
    const { dir } = await useRepo({
      files: {
        "src/server.ts": imports("./metrics.js", "./api.js"),
        "src/metrics.ts": app,
        "src/api.ts": `${app}app.use(express.json());\n`,
      },
    });
    const project = await readProject(dir, {});
    expect(project.entry?.path).toBe("src/api.ts");
    expect(project.warnings.join()).toContain("src/metrics.ts");
  });
});

test.each([
  "src/server.ts",
  "src/app.ts",
  "src/index.ts",
  "src/main.ts",
  "server.ts",
  "app.ts",
  "index.ts",
  "bin/www.ts",
])("without scripts, %s is found by its name", async (path) => {
  const { dir } = await useRepo({ files: { [path]: app } });
  expect(await entryOf(dir)).toBe(path);
});

test("two apps: the one that the start script runs is the entry, whatever its name", async () => {
  const { dir } = await useRepo({
    packageJson: { scripts: { start: "node dist/admin.js" } },
    files: { "src/server.ts": app, "src/admin.ts": app },
  });
  expect(await entryOf(dir)).toBe("src/admin.ts");
});

const routes = (count: number) => `${app}${"app.use(x);\n".repeat(count)}`;
const guess = async (dir: string) => {
  const { entry, otherApps } = await readProject(dir, {});
  return { entry: entry?.path, otherApps };
};

describe("where no script and no usual name leads to it, all sources are looked at", () => {
  test.each<[string, Record<string, string>, { entry: string | undefined; otherApps: string[] }]>([
    ["one app, anywhere", { "services/http/boot.ts": app }, { entry: "services/http/boot.ts", otherApps: [] }],
    [
      "the app of a test is none",
      { "test/app.ts": app, "src/x.spec.ts": app, "src/__mocks__/api.ts": app },
      { entry: undefined, otherApps: [] },
    ],
    ["what the build made is none", { "dist/http.js": app, "out/http.js": app }, { entry: undefined, otherApps: [] }],
    ["TypeScript before JavaScript", { "a/old.js": routes(9), "b/new.ts": app }, { entry: "b/new.ts", otherApps: [] }],
    [
      "two are two, the busier first",
      { "a/one.ts": app, "b/two.ts": routes(3) },
      { entry: "b/two.ts", otherApps: ["a/one.ts"] },
    ],
    [
      "however express is written",
      { "x/boot.ts": `import { createServer } from "node:http";\ncreateServer(require("express")());\n` },
      { entry: "x/boot.ts", otherApps: [] },
    ],
    [
      "by an import at run time",
      { "x/boot.ts": `const { default: make } = await import("express");\nexport const app = make();\n` },
      { entry: "x/boot.ts", otherApps: [] },
    ],
    [
      "by a named import",
      { "x/boot.ts": `import { express } from "express";\nexport const app = express();\n` },
      { entry: "x/boot.ts", otherApps: [] },
    ],
  ])("%s", async (_, files, expected) => {
    const { dir } = await useRepo({ compilerOptions: { outDir: "out" }, files });
    expect(await guess(dir)).toEqual(expected);
  });
});

describe("two apps are two apps", () => {
  test.each<[string, Record<string, string>, Record<string, string>, { entry: string; otherApps: string[] }]>([
    [
      "of two scripts",
      { dev: "tsx src/api.ts", "dev:admin": "tsx src/admin.ts" },
      { "src/api.ts": app, "src/admin.ts": routes(9) },
      { entry: "src/api.ts", otherApps: ["src/admin.ts"] },
    ],
    [
      "that the start file serves both, the further one being the busier",
      { dev: "tsx src/index.ts" },
      {
        "src/index.ts": `${app}import { api } from "./http/api.js";\napp.get("/metrics", metrics);\napi.listen(3000);\n`,
        "src/http/api.ts": routes(5).replace("app =", "api ="),
      },
      { entry: "src/http/api.ts", otherApps: ["src/index.ts"] },
    ],
    [
      "by a factory and a server",
      { dev: "tsx src/index.ts" },
      {
        "src/index.ts": `import { makeA } from "./a.js";\nimport { makeB } from "./b/b.js";\nmakeA().listen(1);\nconst other = makeB();\nhttp.createServer(other).listen(2);\n`,
        "src/a.ts": routes(2),
        "src/b/b.ts": app,
      },
      { entry: "src/a.ts", otherApps: ["src/b/b.ts"] },
    ],
    [
      "but one that another mounts is a part of it",
      { dev: "tsx src/server.ts" },
      {
        "src/server.ts": `${app}import admin from "./admin.js";\napp.use("/admin", guard(), admin);\napp.listen(3000);\n`,
        "src/admin.ts": routes(9),
      },
      { entry: "src/server.ts", otherApps: [] },
    ],
    [
      "and one that a router mounts, at the same distance",
      { dev: "tsx src/index.ts" },
      {
        "src/index.ts": imports("./app.js", "./users.js", "./routes.js"),
        "src/app.ts": app,
        "src/users.ts": routes(9),
        "src/routes.ts": `import { users, type User } from "./users.js";\nrouter.use(users);\n`,
      },
      { entry: "src/app.ts", otherApps: [] },
    ],
  ])("%s", async (_, scripts, files, expected) => {
    const { dir } = await useRepo({ packageJson: { scripts }, files });
    expect(await guess(dir)).toEqual(expected);
  });
});

describe("what is mounted already says which file is the entry", () => {
  const item = { version: "1.0.0", choices: {}, mount: "/x", sourceDir: "src", testDir: "test", files: {} };
  const rest = { env: [], scripts: {}, dependencies: {}, devDependencies: {} };
  const record = (path: string) =>
    JSON.stringify({
      version: 1,
      items: { door: { ...item, ...rest, patches: [{ path, lines: [`app.use("/x", door);`] }] } },
    });

  test.each([
    ["as long as it makes the app", "src/admin.ts", app, "src/admin.ts"],
    [
      "as long as it has the lines",
      "src/admin.ts",
      `export const set = (app) => {\n  app.use("/x", door);\n};`,
      "src/admin.ts",
    ],
    ["and no longer when it has neither", "src/admin.ts", "export {};", "src/server.ts"],
    ["and no longer when it is gone", "src/gone.ts", app, "src/server.ts"],
  ])("%s", async (_, path, text, expected) => {
    const files = { "src/server.ts": app, "src/admin.ts": text, "authwright.json": record(path) };
    const { dir } = await useRepo({ files });
    expect(await entryOf(dir)).toBe(expected);
  });
});

test("no file that calls express() gives no entry and a warning that names --entry", async () => {
  const { dir } = await useRepo({ files: { "src/server.ts": "export {};\n" } });
  const project = await readProject(dir, {});
  expect(project.entry).toBeNull();
  expect(project.warnings).toEqual([expect.stringContaining("--entry")]);
  expect(project.guesses).toContainEqual(
    expect.objectContaining({ what: "entry file", value: "none", flag: "--entry" }),
  );
});

describe("--entry", () => {
  const files = {
    "src/server.ts": app,
    "src/other.ts": imports("./made.js"),
    "src/made.ts": app,
    "src/plain.ts": "export {};",
  };

  test.each([
    ["a file that makes the app is taken", "src/made.ts", "src/made.ts"],
    ["a file that leads to the app gives the app's file", "src/other.ts", "src/made.ts"],
    ["a file that does neither is taken at the user's word", "./src/plain.ts", "src/plain.ts"],
  ])("%s", async (_, named, expected) => {
    const { dir } = await useRepo({ files });
    expect(await entryOf(dir, named)).toBe(expected);
  });

  test("is relative to the folder that the command runs in", async () => {
    const { dir } = await useRepo({ files });
    expect(await entryOf(join(dir, "src"), "made.ts")).toBe("src/made.ts");
  });

  test.each(["src/nowhere.ts", "../outside.ts", "src"])(
    "%s, which is no file of the project, is a BadArgument that names it",
    async (named) => {
      const { dir } = await useRepo({ files });
      await expect(readProject(dir, { entry: named })).rejects.toMatchObject({
        code: "BadArgument",
        message: expect.stringContaining(named),
      });
    },
  );
});
