import { describe, expect, test } from "vitest";
import { findBundler } from "../../../cli/project/build/bundler.js";
import { commonFolder } from "../../../cli/project/build/compiled-root.js";
import { isEntryPoint } from "../../../cli/project/build/entry-points.js";

function find(build: string, files: Readonly<Record<string, string>> = {}, members: object = {}) {
  const packageJson = {
    text: JSON.stringify(members),
    name: "x",
    type: "module" as const,
    scripts: { build },
    dependencies: {},
    devDependencies: {},
  };
  return findBundler(
    packageJson,
    Object.entries(files).map(([path, text]) => ({ path, text })),
  );
}

describe("a build that packs packages too", () => {
  test.each<[string, string, Record<string, string>]>([
    ["esbuild's command", "esbuild src/index.ts --bundle --platform=node --outfile=dist/index.js", {}],
    ["behind another command", "rm -rf dist && npx esbuild ./src/index.ts --bundle --outdir=dist && cp a b", {}],
    [
      "a script of its own",
      "node esbuild.config.mjs",
      { "esbuild.config.mjs": 'import { build } from "esbuild";\nbuild({ bundle: true });' },
    ],
    [
      "a script in a folder",
      "tsx ./scripts/build.ts",
      { "scripts/build.ts": "import * as esbuild from 'esbuild';\nesbuild.build({ bundle: true })" },
    ],
    [
      "tsup with noExternal",
      "tsup",
      { "tsup.config.ts": "export default { entry: ['src/index.ts'], noExternal: [/.*/] };" },
    ],
    ["tsup's flag", "tsup src/index.ts --no-external bcrypt", {}],
    ["webpack", "webpack --mode production", { "webpack.config.js": "module.exports = { target: 'node' };" }],
    ["ncc", "ncc build src/index.ts -o dist", {}],
    [
      "rollup with node-resolve",
      "rollup -c",
      { "rollup.config.mjs": 'import resolve from "@rollup/plugin-node-resolve";' },
    ],
    [
      "vite with noExternal",
      "vite build --ssr src/index.ts",
      { "vite.config.ts": "export default { ssr: { noExternal: true } };" },
    ],
    ["settings in a folder", "webpack --config config/webpack.prod.js", { "config/webpack.prod.js": "target: 'node'" }],
    [
      "webpack called by a script",
      "node scripts/build.cjs",
      { "scripts/build.cjs": 'const webpack = require("webpack");\nwebpack(settings).run(done);' },
    ],
    ["bun", "bun build src/index.ts --target=node --outdir=dist", {}],
    [
      "serverless-esbuild",
      "tsc --noEmit",
      { "serverless.yml": "plugins:\n  - serverless-esbuild\ncustom:\n  esbuild:\n    bundle: true\n" },
    ],
    ["AWS SAM", "tsc", { "template.yaml": "Metadata:\n  BuildMethod: esbuild\n" }],
  ])("%s", (_, build, files) => {
    expect(find(build, files)).toMatchObject({ packs: true });
  });
});

describe("a build that leaves packages where they are", () => {
  test.each<[string, string, Record<string, string>, string | null]>([
    [
      "esbuild with --packages=external",
      "esbuild src/index.ts --bundle --packages=external --outdir=dist",
      {},
      "esbuild",
    ],
    [
      "a script with packages: external",
      "node build.mjs",
      { "build.mjs": 'import "esbuild"; build({ bundle: true, packages: "external" })' },
      "esbuild",
    ],
    ["tsup as it comes", "tsup", { "tsup.config.ts": "export default { entry: ['src/index.ts'] };" }, "tsup"],
    [
      "tsup with one package inside",
      "tsup",
      { "tsup.config.ts": "export default { noExternal: ['@acme/shared'] };" },
      "tsup",
    ],
    [
      "webpack-node-externals",
      "webpack",
      { "webpack.config.js": 'externals: [require("webpack-node-externals")()]' },
      "webpack",
    ],
    ["rollup without node-resolve", "rollup -c", { "rollup.config.mjs": "export default {};" }, "rollup"],
    ["esbuild without --bundle", "esbuild src/*.ts --outdir=dist", {}, null],
    ["vite for a server", "vite build --ssr src/index.ts", {}, "vite"],
    ["vite for a browser", "vite build", { "vite.config.ts": "export default {};" }, null],
    ["a server with vite in it", "tsc", { "src/dev.ts": 'import { createServer } from "vite";' }, null],
    ["tsc", "tsc", {}, null],
    ["a script that has nothing to do with it", "node build.mjs", { "build.mjs": "console.log(1)" }, null],
  ])("%s", (_, build, files, tool) => {
    const found = find(build, files);
    expect(found?.tool ?? null).toBe(tool);
    expect(found?.packs ?? false).toBe(false);
  });
});

test("esbuild's command says where it writes, and what folder that mirrors", () => {
  expect(find("esbuild ./src/index.ts --bundle --outdir=build")).toMatchObject({
    out: "build",
    root: "src",
    script: "build",
  });
});

test.each([
  ["src", "src/routes", "src"],
  ["src", ".", "."],
  ["src/server", "src/web", "src"],
  ["src", "src", "src"],
  ["src", "lib", "."],
])("what %s and %s have in common is %s", (one, other, folder) => {
  expect(commonFolder(one, other)).toBe(folder);
});

test("tsup's settings may be in package.json", () => {
  const found = find("tsup", {}, { tsup: { entry: ["src/index.ts"], clean: true } });
  expect(found).toMatchObject({ tool: "tsup", script: null, path: "package.json", packs: false });
});

describe("the build makes a file of src/auth/commands.ts too", () => {
  test.each<[string, string, Record<string, string>, object]>([
    ["by its name", "tsup src/index.ts src/auth/commands.ts", {}, {}],
    ["by the folder, in package.json", "tsup", {}, { tsup: { entry: ["src", "!src/**/*.test.*"] } }],
    ["by a glob in the settings", "tsup", { "tsup.config.ts": "defineConfig({ entry: ['./src/**/*.ts'] })" }, {}],
    ["by a glob as the only entry", "tsup", { "tsup.config.ts": 'export default { entry: "src/**" }' }, {}],
    ["by a glob of the command", 'esbuild "src/**/*.ts" --bundle --outdir=dist', {}, {}],
    ["by a folder of the command", "tsup ./src/ --format esm", {}, {}],
  ])("%s", (_, build, files, members) => {
    expect(isEntryPoint("src/auth/commands.ts", find(build, files, members)!)).toBe(true);
  });

  test.each<[string, string, Record<string, string>, object]>([
    ["not where only another file is named", "tsup src/index.ts", {}, {}],
    ["not where it is taken out again", "tsup", {}, { tsup: { entry: ["src", "!src/auth/**"] } }],
    [
      "not by what else names the folder",
      "tsup",
      { "tsup.config.ts": "({ entry: ['src/a.ts'], alias: { '@': 'src' } })" },
      {},
    ],
    ["not by where it writes", "tsup src/index.ts --out-dir ./dist", {}, {}],
  ])("%s", (_, build, files, members) => {
    expect(isEntryPoint("src/auth/commands.ts", find(build, files, members)!)).toBe(false);
  });
});
