import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { readProject } from "../../../cli/project/read-project.js";
import { useFixture } from "../../support/fixture.js";

beforeEach(() => {
  vi.stubEnv("DATABASE_URL", undefined);
});

const esm = { format: "esm", extension: ".js" };
const commonJs = { format: "commonjs", extension: "" };

describe("a supported fixture is read as a person would describe it", () => {
  test.each([
    ["nodenext-esm", "src/server.ts", "src", esm, 5, "vitest", true],
    ["commonjs-alias", "src/server.ts", "src", commonJs, 4, "none", true],
    ["bundler-esbuild", "src/index.ts", "src", { format: "esm", extension: "" }, 5, "none", false],
    ["factory", "src/app.ts", "src", esm, 5, "vitest", true],
    ["class-app", "src/http-server.ts", "src", esm, 5, "none", true],
    ["not-found-order", "src/server.ts", "src", esm, 5, "none", true],
    ["bin-www", "app.ts", ".", commonJs, 4, "none", true],
    ["no-json-parser", "src/server.ts", "src", esm, 5, "none", true],
    ["global-json-parser", "src/server.ts", "src", esm, 5, "none", true],
    ["crlf", "src/server.ts", "src", esm, 5, "none", true],
    ["zod3", "src/server.ts", "src", esm, 5, "none", true],
    ["compiles-tests", "src/index.ts", "src", esm, 5, "none", true],
    ["jest-project", "src/app.ts", "src", commonJs, 4, "jest", true],
    ["express4-commonjs", "src/index.ts", "src", commonJs, 4, "none", true],
  ])("%s", async (name, entry, sourceDir, modules, express, testRunner, emits) => {
    const { dir } = await useFixture(name);
    const project = await readProject(dir, {});
    expect({
      entry: project.entry?.path,
      sourceDir: project.sourceDir,
      modules: project.modules,
      express: project.express.major,
      testRunner: project.testRunner,
      emits: project.tsconfig.emits,
      database: project.database,
      warnings: project.warnings,
    }).toEqual({ entry, sourceDir, modules, express, testRunner, emits, database: "sqlite", warnings: [] });
  });
});

describe("an unsupported fixture is refused in one line with the way out", () => {
  test.each([
    ["unsupported-plain-js", /has no TypeScript: run `npm install -D typescript`/],
    ["unsupported-nest", /NestJS/],
    ["unsupported-ts4", /TypeScript \^4\.9\.5 is too old/],
    ["unsupported-cjs-no-interop", /tsconfig\.json lacks "esModuleInterop": set "esModuleInterop": true/],
    ["unsupported-cjs-verbatim", /"verbatimModuleSyntax" with CommonJS output/],
    ["monorepo", /no Express project: name the package of the server with `--cwd`/],
  ])("%s", async (name, message) => {
    const { dir } = await useFixture(name);
    const error: unknown = await readProject(dir, {}).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "UnsupportedProject", message: expect.stringMatching(message) });
    expect((error as Error).message).not.toContain("\n");
  });
});

test("reading changes nothing", async () => {
  const fixture = await useFixture("commonjs-alias");
  const before = await fixture.snapshot();
  await readProject(fixture.dir, {});
  expect(await fixture.snapshot()).toEqual(before);
});

test("a package of a monorepo has its own root, and the lock file's folder as workspace root", async () => {
  const { dir, write } = await useFixture("monorepo");
  await write("node_modules/typescript/package.json", `{"version": "6.0.3"}`);
  const project = await readProject(join(dir, "packages/api/src"), {});
  expect(project).toMatchObject({
    root: join(dir, "packages/api"),
    workspaceRoot: dir,
    typescript: { range: "^5.9.3", version: "6.0.3" },
    packageManager: { name: "npm" },
    entry: { path: "src/server.ts" },
    tsconfig: { path: "tsconfig.json", compilerOptions: { module: "nodenext", rootDir: "src", outDir: "dist" } },
  });
});

test("an entry file that is a symlink keeps the name it has in the project", async () => {
  const { dir } = await useFixture("symlinked");
  await mkdir(join(dir, "src"));
  await symlink(join("..", "shared", "server.ts"), join(dir, "src", "server.ts"));
  expect((await readProject(dir, {})).entry?.path).toBe("src/server.ts");
});

test("the alias of commonjs-alias says where @/ points", async () => {
  const { dir } = await useFixture("commonjs-alias");
  expect((await readProject(dir, {})).aliases).toEqual([{ prefix: "@/", target: "src/" }]);
});

test("an exclude that nobody wrote is null, even with an outDir", async () => {
  const { dir, write } = await useFixture("compiles-tests");
  expect((await readProject(dir, {})).tsconfig).toMatchObject({ include: null, exclude: null, files: null });
  await write("tsconfig.json", `{"compilerOptions": {"module": "nodenext", "outDir": "dist"}, "exclude": ["./dist"]}`);
  expect((await readProject(dir, {})).tsconfig.exclude).toEqual(["dist"]);
});
