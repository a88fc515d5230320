import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readProject } from "../../../cli/project/read-project.js";
import { app, imports, useRepo } from "./repo.js";

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
