import { expect, test } from "vitest";
import { unseenTestsWarning } from "../../../cli/commands/unseen-tests.js";
import { readProject } from "../../../cli/project/read-project.js";
import { app, useRepo } from "../project/repo.js";

const jest = (config: object) => ({ packageJson: { scripts: { test: "jest" }, jest: config } });
const file = (name: string, text: string) => ({ files: { [name]: text } });
const vitest = (test: string) => ({
  packageJson: { scripts: { test: "vitest run" } },
  ...file("vitest.config.ts", `export default defineConfig({ test: { ${test} } });\n`),
});

test.each<[string, Parameters<typeof useRepo>[0], string, string | null]>([
  ["jest's roots", jest({ roots: ["<rootDir>/src"] }), "test", "--tests src/auth-tests"],
  ["jest's roots, and tests below them", jest({ roots: ["<rootDir>/src"] }), "src/auth-tests", null],
  ["jest's roots with that folder", jest({ roots: ["<rootDir>/src", "<rootDir>/test"] }), "test", null],
  ["the whole of jest's root", jest({ roots: ["<rootDir>"] }), "test", null],
  ["jest's patterns", jest({ testMatch: ["<rootDir>/src/**/*.spec.ts"] }), "test", "--tests src/auth-tests"],
  ["patterns for any folder", jest({ testMatch: ["**/*.test.ts"] }), "test", null],
  ["no setting", jest({}), "test", null],
  [
    "a file of jest's",
    { packageJson: { scripts: { test: "jest" } }, ...file("jest.config.js", "module.exports = { roots: ['src'] };\n") },
    "test",
    "jest.config.js has jest look for tests in src",
  ],
  [
    "a comment in a file of jest's",
    {
      packageJson: { scripts: { test: "jest" } },
      ...file("jest.config.js", "module.exports = { /* roots: ['src'] */ };\n"),
    },
    "test",
    null,
  ],
  ["vitest's include", vitest('include: ["src/**/*.test.ts"]'), "test", "--tests src/auth-tests"],
  ["vitest's include with that folder", vitest('include: ["{src,test}/**/*.test.ts"]'), "test", null],
  ["the include of vitest's coverage", vitest('coverage: { include: ["src/**/*.ts"] }'), "test", null],
  ["no runner", file("jest.config.txt", ""), "test", null],
])("%s: where the runner looks decides whether the plan warns", async (_, options, testDir, expected) => {
  const { dir } = await useRepo({ ...options, files: { "src/app.ts": app, ...options.files } });
  const warning = await unseenTestsWarning(await readProject(dir, {}), testDir);
  if (expected === null) expect(warning).toBeNull();
  else expect(warning).toContain(expected);
});
