import type { PackageJson, Project } from "./project.js";
import { defaultSample } from "./sample-env.js";
import { usualPlace } from "./tests/test-place.js";

/** What a project is that is not written yet. */
export interface NewProject {
  /** Absolute. */
  readonly root: string;
  readonly workspaceRoot: string;
  readonly gitRoot: string | null;
  readonly database: Project["database"];
  readonly guesses: Project["guesses"];
}

const entry = { path: "src/app.ts", because: "the new project's own" };
const buildConfig = "tsconfig.build.json";

/** The same facts that `readProject` will find once the files of templates/project are there: a test holds the two equal. */
export function newProject(files: ReadonlyMap<string, string>, known: NewProject): Project {
  const packageJson = readPackageJson(files.get("package.json") ?? "{}");
  const { root, workspaceRoot, gitRoot, database, guesses } = known;
  return {
    root,
    workspaceRoot,
    packageJson,
    resolved: {},
    shared: {},
    untyped: {},
    // Its Dockerfile, its CI workflow and its README speak npm.
    packageManager: { name: "npm", install: ["npm", "install"], run: "npm run" },
    typescript: { range: packageJson.devDependencies["typescript"] ?? "", version: null },
    tsconfig: readTsconfig(files),
    compiledRoot: "src",
    bundler: null,
    modules: { format: "esm", extension: ".js" },
    express: { major: 5, range: packageJson.dependencies["express"] ?? "" },
    entry,
    otherApps: [],
    sourceDir: "src",
    aliases: [],
    entryImports: null,
    testRunner: "vitest",
    tests: null,
    testPlace: usualPlace,
    database,
    git: { root: gitRoot },
    sampleEnv: defaultSample,
    record: null,
    guesses,
    warnings: [],
  };
}

function readPackageJson(text: string): PackageJson {
  const { name = "", scripts = {}, dependencies = {}, devDependencies = {} } = JSON.parse(text) as Partial<PackageJson>;
  return { text, name, type: "module", scripts, dependencies, devDependencies };
}

function readTsconfig(files: ReadonlyMap<string, string>): Project["tsconfig"] {
  const [base, build] = ["tsconfig.json", buildConfig].map((path) => JSON.parse(files.get(path) ?? "{}"));
  return {
    path: buildConfig,
    compilerOptions: { ...base.compilerOptions, ...build.compilerOptions },
    include: build.include,
    exclude: null,
    files: null,
    emits: true,
  };
}
