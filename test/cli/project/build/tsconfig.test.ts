import { createRequire } from "node:module";
import { describe, expect, test } from "vitest";
import { emitsCommonJs, hasEsModuleInterop } from "../../../../cli/project/build/compiler-defaults.js";
import { readProject } from "../../../../cli/project/read-project.js";
import { app, useRepo } from "../repo.js";

const files = { "src/server.ts": app };

describe("the tsconfig that the build uses", () => {
  const build = { "tsconfig.build.json": `{"extends": "./tsconfig.json", "include": ["./src/"]}` };

  test.each([
    ["tsc", "tsconfig.json"],
    ["tsc -p tsconfig.build.json", "tsconfig.build.json"],
    ["rimraf dist && tsc --project ./tsconfig.build.json && tsc-alias", "tsconfig.build.json"],
    ["npm run compile", "tsconfig.build.json"],
    ["run-s clean compile", "tsconfig.build.json"],
    ["tsc -b tsconfig.build.json", "tsconfig.build.json"],
    ["tsc -b", "tsconfig.json"],
    ["tsc -p code", "code/tsconfig.json"],
  ])("%s -> %s", async (script, expected) => {
    const { dir } = await useRepo({
      packageJson: { scripts: { build: script, compile: "tsc -p tsconfig.build.json", clean: "rimraf dist" } },
      files: { ...files, ...build, "code/tsconfig.json": `{"extends": "../tsconfig.json", "include": ["../src"]}` },
    });
    expect((await readProject(dir, {})).tsconfig.path).toBe(expected);
  });

  test("of a solution, the referenced one that includes the entry file", async () => {
    const { dir } = await useRepo({
      packageJson: { scripts: { build: "tsc -b", dev: "tsx server/index.ts" } },
      files: {
        "server/index.ts": app,
        "src/main.ts": "export {};",
        "tsconfig.json": `{"files": [], "references": [{"path": "./tsconfig.app.json"}, {"path": "./tsconfig.server.json"}]}`,
        "tsconfig.app.json": `{"include": ["src"], "compilerOptions": {"module": "esnext"}}`,
        "tsconfig.server.json": `{"include": ["server"], "compilerOptions": {"module": "nodenext", "skipLibCheck": true}}`,
      },
    });
    const project = await readProject(dir, {});
    expect(project.tsconfig).toMatchObject({ path: "tsconfig.server.json", include: ["server"] });
    expect(project.sourceDir).toBe("server");
  });

  test("of a server in a folder of its own beside a web client, the server's", async () => {
    const { dir } = await useRepo({
      packageJson: { scripts: { dev: "tsx server/index.ts" } },
      files: {
        "server/index.ts": app,
        "tsconfig.json": `{"include": ["src"], "compilerOptions": {"module": "esnext", "moduleResolution": "bundler"}}`,
        "server/tsconfig.json": `{"compilerOptions": {"module": "nodenext", "outDir": "../dist", "rootDir": "."}}`,
      },
    });
    expect((await readProject(dir, {})).tsconfig).toMatchObject({
      path: "server/tsconfig.json",
      compilerOptions: { module: "nodenext", outDir: "dist", rootDir: "server" },
    });
  });
});

describe("emits", () => {
  test.each([
    [{ build: "tsc" }, {}, true],
    [{ build: "tsc --noEmit && esbuild src/server.ts" }, {}, false],
    [{ build: "tsc" }, { noEmit: true }, false],
    [{ build: "tsc --noEmit false" }, { noEmit: false }, true],
    [{ build: "tsup src/server.ts", typecheck: "tsc" }, {}, false],
    [{ start: "tsc && node dist/server.js" }, {}, true],
    [{ dev: "tsx src/server.ts" }, {}, false],
    [{ build: "tsc" }, { emitDeclarationOnly: true }, false],
  ])("%j with %j is %s", async (scripts, compilerOptions, expected) => {
    const { dir } = await useRepo({ packageJson: { scripts }, compilerOptions, files });
    expect((await readProject(dir, {})).tsconfig.emits).toBe(expected);
  });
});

test("flags of tsc beat the tsconfig's outDir and rootDir", async () => {
  const { dir } = await useRepo({
    packageJson: { scripts: { build: "tsc --outDir ./out --rootDir src" } },
    compilerOptions: { outDir: "dist" },
    files,
  });
  expect((await readProject(dir, {})).tsconfig.compilerOptions).toMatchObject({ outDir: "out", rootDir: "src" });
});

describe("a tsconfig that can't be read is one line that names it", () => {
  test.each([
    ["a missing brace", { "tsconfig.json": `{\n  "compilerOptions": {` }, /^tsconfig\.json:2 has a syntax error/],
    [
      "a missing comma in a parent",
      { "base.json": `{"a": 1 "b": 2}`, "tsconfig.json": `{"extends": "./base"}` },
      /^base\.json:1 has a/,
    ],
    [
      "a parent that is not installed",
      { "tsconfig.json": `{"extends": "@tsconfig/node20/tsconfig.json"}` },
      /^tsconfig\.json can't be read.*@tsconfig\/node20/,
    ],
  ])("%s", async (_, broken, message) => {
    const { dir } = await useRepo({ files: { ...files, ...broken } });
    await expect(readProject(dir, {})).rejects.toMatchObject({
      code: "UnsupportedProject",
      message: expect.stringMatching(message),
    });
  });

  test("none at all names the command that makes one", async () => {
    const fixture = await useRepo({ files });
    await (await import("node:fs/promises")).rm(`${fixture.dir}/tsconfig.json`);
    await expect(readProject(fixture.dir, {})).rejects.toMatchObject({
      message: expect.stringContaining("npx tsc --init"),
    });
  });
});

describe("comments, trailing commas and a BOM are no syntax errors", () => {
  test.each([
    `\uFEFF{"compilerOptions": {"module": "nodenext"}}`,
    `{/* a */ "compilerOptions": {"module": "nodenext",}, // b\n}`,
  ])("%j", async (text) => {
    const { dir } = await useRepo({ files: { ...files, "tsconfig.json": text } });
    expect((await readProject(dir, {})).tsconfig.compilerOptions["module"]).toBe("nodenext");
  });
});

/** The parts of the compiler's API that say what it does; they are internal, so nothing types them. */
interface Compiler {
  getEmitModuleKind(options: object): number;
  getESModuleInterop?(options: object): boolean;
  ModuleKind: Record<string, number>;
  convertCompilerOptionsFromJson(options: object, folder: string): { options: object };
}

describe.each([5, 6])("the defaults of TypeScript %i are the compiler's own", (major) => {
  const compiler = createRequire(import.meta.url)(`typescript-${major}`) as Compiler;
  test.each([
    {},
    { target: "es5" },
    { target: "es2016" },
    { target: "esnext" },
    { module: "commonjs" },
    { module: "commonjs", esModuleInterop: true },
    { module: "commonjs", esModuleInterop: false },
    { module: "CommonJS", target: "es2022" },
    { module: "es2015" },
    { module: "esnext" },
    { module: "preserve" },
    { module: "node16" },
    { module: "node18" },
    { module: "node20" },
    { module: "nodenext" },
    { module: "NodeNext", esModuleInterop: false },
  ])("%j", (written) => {
    const { options } = compiler.convertCompilerOptionsFromJson(written, ".");
    const kind = compiler.getEmitModuleKind(options);
    const { CommonJS = -1, Node16 = -1, NodeNext = -1 } = compiler.ModuleKind;
    const isNode = kind >= Node16 && kind <= NodeNext;
    expect(emitsCommonJs(written, major, "commonjs")).toBe(kind === CommonJS || isNode);
    expect(emitsCommonJs(written, major, "module")).toBe(kind === CommonJS);
    expect(hasEsModuleInterop(written, major)).toBe(compiler.getESModuleInterop?.(options));
  });
});

describe("compiler options that can't hold the code", () => {
  test.each<[string, Record<string, unknown>, Record<string, unknown>, RegExp | null]>([
    ["CommonJS without esModuleInterop", { module: "commonjs" }, {}, /esModuleInterop/],
    [
      "CommonJS with allowSyntheticDefaultImports alone",
      { module: "commonjs", allowSyntheticDefaultImports: true },
      {},
      /esModuleInterop/,
    ],
    ["CommonJS under TypeScript 6, where it is the default", { module: "commonjs" }, { typescript: "^6.0.0" }, null],
    [
      "CommonJS under TypeScript 6 that turns it off",
      { module: "commonjs", esModuleInterop: false },
      { typescript: "^6.0.0" },
      /esModuleInterop/,
    ],
    ["nodenext with type commonjs, which implies it", { module: "nodenext" }, { type: "commonjs" }, null],
    [
      "nodenext with type commonjs and verbatimModuleSyntax",
      { module: "nodenext", verbatimModuleSyntax: true },
      { type: "commonjs" },
      /verbatimModuleSyntax/,
    ],
    [
      "nodenext with type module and verbatimModuleSyntax",
      { module: "nodenext", verbatimModuleSyntax: true },
      {},
      null,
    ],
    [
      "esnext with node resolution and no interop",
      { module: "esnext", moduleResolution: "node" },
      {},
      /esModuleInterop/,
    ],
    ["esnext with bundler resolution", { module: "esnext", moduleResolution: "bundler" }, {}, null],
    ["strict: false", { strict: false }, {}, null],
    ["isolatedDeclarations", { isolatedDeclarations: true, declaration: true }, {}, /isolatedDeclarations/],
  ])("%s", async (_, compilerOptions, { typescript = "^5.9.3", ...packageJson }, refused) => {
    const { dir } = await useRepo({
      packageJson: { ...packageJson, devDependencies: { typescript } },
      compilerOptions,
      files,
    });
    const result = readProject(dir, {});
    if (refused === null) await expect(result).resolves.toMatchObject({ root: dir });
    else
      await expect(result).rejects.toMatchObject({
        code: "UnsupportedProject",
        message: expect.stringMatching(refused),
      });
  });
});
