import { expect, test } from "vitest";
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
