import { describe, expect, test } from "vitest";
import { buildOutput } from "../../../../cli/plan/steps/build-output.js";
import { readProject } from "../../../../cli/project/read-project.js";
import { app, useRepo } from "../../project/repo.js";

test.each([
  ["babel src --extensions '.js,.ts' --out-dir dist", "dist"],
  ["rimraf build && babel --out-dir=./build ./src/ --copy-files", "build"],
  ["swc src -d dist", "dist/src"],
  ["tsc --noEmit && swc ./src --out-dir dist --strip-leading-paths", "dist"],
  ["tsc", "lib/src"],
])("%s writes the sources to %s, whatever the tsconfig says", async (build, out) => {
  const { dir } = await useRepo({
    packageJson: { scripts: { build } },
    compilerOptions: { rootDir: ".", outDir: "lib" },
    files: { "src/app.ts": app },
  });
  expect(buildOutput(await readProject(dir, {}))).toBe(out);
});

test.each([
  ["esbuild 'src/**/*.ts' --platform=node --outdir=build", "build"],
  ["esbuild src/app.ts src/web/page.ts --outbase=src --outdir=build", "build"],
  ["esbuild $(find src -name '*.ts') --outdir=build", "build"],
  ["tsc --build --force tsconfig.build.json", "made/src"],
  ["tsc -b --verbose ./tsconfig.build.json", "made/src"],
])("%s writes the sources to %s", async (build, out) => {
  const { dir } = await useRepo({
    packageJson: { scripts: { build } },
    compilerOptions: { noEmit: true },
    files: {
      "src/app.ts": app,
      "tsconfig.build.json": `{"extends": "./tsconfig.json", "compilerOptions": {"noEmit": false, "rootDir": ".", "outDir": "made"}}`,
    },
  });
  expect(buildOutput(await readProject(dir, {}))).toBe(out);
});

describe("a tsconfig in a folder of its own", () => {
  test.each([
    ["tsc -p server", `"outDir": "../lib"`, "lib"],
    ["tsc -p server/tsconfig.json", `"outDir": "out", "rootDir": "."`, "server/out"],
    ["tsc -p server", `"outDir": "../lib", "rootDir": ".."`, "lib/server"],
    ["tsc -b server", `"outDir": "../lib", "composite": true`, "lib"],
    ["tsc -p server --outDir made", `"outDir": "../lib"`, "made"],
  ])("%s with %s writes the sources to %s", async (build, options, out) => {
    const { dir } = await useRepo({
      packageJson: { scripts: { build } },
      files: {
        "server/app.ts": app,
        "server/tsconfig.json": `{"compilerOptions": {"module": "nodenext", ${options}}, "include": ["**/*.ts"]}`,
      },
    });
    expect(buildOutput(await readProject(dir, {}))).toBe(out);
  });
});
