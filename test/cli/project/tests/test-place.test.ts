import { describe, expect, test } from "vitest";
import { readProject } from "../../../../cli/project/read-project.js";
import { findTestPlace } from "../../../../cli/project/tests/test-place.js";
import { app, useRepo } from "../repo.js";

type Options = Parameters<typeof useRepo>[0];

const runs = (test: string, members: object, files: Record<string, string> = {}): Options => ({
  packageJson: { scripts: { test }, ...members },
  files,
});
const jest = (config: object, test = "jest") => runs(test, { jest: config });
const jestFile = (name: string, text: string, more = {}) => runs("jest", {}, { [name]: text, ...more });
const vitest = (test: string, files: Record<string, string> = {}) =>
  runs("vitest run", {}, { "vitest.config.ts": `export default defineConfig({ test: { ${test} } });\n`, ...files });

/** Folder and ending; "unknown" where it can't be told, "nowhere" where the runner would take none. */
async function placeOf(options: Options): Promise<string> {
  const { dir } = await useRepo({ ...options, files: { "src/app.ts": app, ...options.files } });
  const { tests } = await readProject(dir, {});
  if (tests === null) return "no runner";
  if (tests.searches === null) return "unknown";
  const place = findTestPlace(tests);
  return place === null ? "nowhere" : `${place.dir} ${place.ending}`;
}

describe("jest", () => {
  test.each<[string, Options, string]>([
    ["no setting", jest({}), "test .test.ts"],
    ["roots", jest({ roots: ["<rootDir>/src"] }), "src/auth-tests .test.ts"],
    ["roots with the usual folder", jest({ roots: ["<rootDir>/src", "<rootDir>/test"] }), "test .test.ts"],
    ["the whole root", jest({ roots: ["<rootDir>"] }), "test .test.ts"],
    ["a root that is not there yet", jest({ roots: ["<rootDir>/specs/unit"] }), "specs/unit .test.ts"],
    ["rootDir", jest({ rootDir: "src" }), "src/auth-tests .test.ts"],
    [
      "rootDir and a pattern for another name",
      jest({ rootDir: "src", testRegex: ".*\\.spec\\.ts$" }),
      "src/auth-tests .spec.ts",
    ],
    ["testMatch for another name", jest({ testMatch: ["**/*.spec.ts"] }), "test .spec.ts"],
    ["testMatch for a name of their own", jest({ testMatch: ["**/*.unit.ts"] }), "test .unit.ts"],
    ["testMatch for one of two names", jest({ testMatch: ["**/+(*.)+(it|unit).+(ts|js)"] }), "test .it.ts"],
    ["testMatch in a folder", jest({ testMatch: ["<rootDir>/src/**/*.spec.ts"] }), "src/auth-tests .spec.ts"],
    ["testMatch in another folder", jest({ testMatch: ["**/tests/**/*.test.ts"] }), "tests .test.ts"],
    ["testMatch of all that is in a folder", jest({ testMatch: ["**/__tests__/**/*.ts"] }), "nowhere"],
    ["testMatch in a folder, by name", jest({ testMatch: ["**/__tests__/**/*.test.ts"] }), "__tests__ .test.ts"],
    ["a pattern that is taken back", jest({ testMatch: ["**/*.test.ts", "!**/test/**"] }), "tests .test.ts"],
    ["testRegex", jest({ testRegex: "(/tests/.*|(\\.|/)(spec))\\.ts$" }), "test .spec.ts"],
    ["several of testRegex", jest({ testRegex: ["\\.e2e\\.ts$", "\\.spec\\.ts$"] }), "test .spec.ts"],
    ["ignored paths", jest({ testPathIgnorePatterns: ["<rootDir>/test/"] }), "tests .test.ts"],
    [
      "projects",
      jest({ projects: [{ displayName: "unit", testMatch: ["<rootDir>/src/**/*.spec.ts"] }] }),
      "src/auth-tests .spec.ts",
    ],
    [
      "projects by path",
      runs(
        "jest",
        { jest: { projects: ["<rootDir>/jest.unit.js"] } },
        { "jest.unit.js": `module.exports = { testMatch: ["**/*.spec.ts"] };` },
      ),
      "test .spec.ts",
    ],
    [
      "projects by folder",
      runs("jest", { jest: { projects: ["server"] } }, { "server/jest.config.js": "module.exports = {};" }),
      "server/auth-tests .test.ts",
    ],
    ["projects by a wildcard", jest({ projects: ["packages/*"] }), "unknown"],
    [
      "a file of its own",
      jestFile("jest.config.js", "module.exports = { roots: ['<rootDir>/src'] };\n"),
      "src/auth-tests .test.ts",
    ],
    ["a comment in it", jestFile("jest.config.js", "module.exports = { /* roots: ['src'] */ };\n"), "test .test.ts"],
    [
      "a typed file",
      jestFile(
        "jest.config.ts",
        `const config: Config = { ...createDefaultPreset(), roots: ["<rootDir>/tests"] };\nexport default config;\n`,
        { "tests/x.test.ts": "" },
      ),
      "tests/auth-tests .test.ts",
    ],
    [
      "a function",
      jestFile("jest.config.mjs", `export default async () => {\n  return { testMatch: ["**/*.spec.ts"] };\n};\n`),
      "test .spec.ts",
    ],
    [
      "paths that are put together",
      jestFile(
        "jest.config.cjs",
        `const dir = "unit";\nmodule.exports = { roots: [path.join(__dirname, \`tests/\${dir}\`)] };\n`,
      ),
      "tests/unit .test.ts",
    ],
    [
      "a setting from elsewhere",
      jestFile("jest.config.js", `module.exports = { testMatch: require("./globs") };\n`),
      "unknown",
    ],
    ["a whole from elsewhere", jestFile("jest.config.js", `module.exports = require("@acme/jest");\n`), "unknown"],
    ["a file that does not parse", jestFile("jest.config.js", "module.exports = {{;\n"), "unknown"],
    [
      "the file of the script",
      runs(
        "jest --config=config/jest.json",
        {},
        {
          "config/jest.json": `{ "rootDir": "..", "testRegex": "\\\\.spec\\\\.ts$" }`,
          "jest.config.js": "module.exports = {};",
        },
      ),
      "test .spec.ts",
    ],
    ["a path of the script", runs("jest --runInBand -w 2 tests/unit", {}), "nowhere"],
    ["a folder of the script", runs("cross-env NODE_ENV=test jest --coverage src", {}), "src/auth-tests .test.ts"],
  ])("%s", async (_, options, expected) => {
    expect(await placeOf(options)).toBe(expected);
  });
});

describe("vitest", () => {
  test.each<[string, Options, string]>([
    ["no setting", vitest(""), "test .test.ts"],
    ["no file", runs("vitest run", {}), "test .test.ts"],
    ["include", vitest('include: ["src/**/*.test.ts"]'), "src/auth-tests .test.ts"],
    ["include of two folders", vitest('include: ["{src,test}/**/*.test.ts"]'), "test .test.ts"],
    ["include for another name", vitest('include: ["**/*.spec.ts"]'), "test .spec.ts"],
    ["include for a name of their own", vitest('include: ["tests/**/*.{int,unit}.ts"]'), "tests .int.ts"],
    ["include of one level", vitest('include: ["test/*.test.ts"]'), "nowhere"],
    ["the include of coverage", vitest('coverage: { include: ["src/**/*.ts"] }'), "test .test.ts"],
    ["exclude", vitest('exclude: [...configDefaults.exclude, "test/**"]'), "tests .test.ts"],
    ["dir", vitest('dir: "src"'), "src/auth-tests .test.ts"],
    ["root", vitest('root: "./src"'), "src/auth-tests .test.ts"],
    [
      "projects",
      vitest('projects: [{ test: { name: "unit", include: ["src/**/*.spec.ts"] } }]'),
      "src/auth-tests .spec.ts",
    ],
    [
      "projects that take over what the whole says",
      vitest('include: ["**/*.spec.ts"], projects: [{ extends: true, test: { name: "unit" } }]'),
      "test .spec.ts",
    ],
    [
      "a workspace file",
      vitest("", {
        "vitest.workspace.ts": `export default defineWorkspace(["./vitest.unit.ts"]);`,
        "vitest.unit.ts": `export default defineProject({ test: { include: ["**/*.spec.ts"] } });`,
      }),
      "test .spec.ts",
    ],
    [
      "vite's file",
      runs(
        "vitest run",
        {},
        { "vite.config.ts": `export default { plugins: [x()], test: { include: ["tests/**/*.test.ts"] } };` },
      ),
      "tests .test.ts",
    ],
    [
      "two that are merged",
      runs(
        "vitest run",
        {},
        {
          "vitest.config.ts": `import vite from "./vite.config";\nexport default mergeConfig(vite, defineConfig({ test: { include: ["**/*.spec.ts"] } }));`,
        },
      ),
      "test .spec.ts",
    ],
    ["a setting from elsewhere", vitest("include: globs"), "unknown"],
    ["flags of the script", runs("vitest run --dir src", {}), "src/auth-tests .test.ts"],
    ["no runner", { files: { "jest.txt": "" } }, "no runner"],
  ])("%s", async (_, options, expected) => {
    expect(await placeOf(options)).toBe(expected);
  });
});
