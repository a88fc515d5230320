import { join } from "node:path";
import fs from "fs-extra";
import { describe, expect, test } from "vitest";
import { readSnapshot } from "../../../../cli/commands/steps/read-snapshot.js";
import { planAdd } from "../../../../cli/plan/add/plan-add.js";
import { pathsToRead } from "../../../../cli/plan/input.js";
import type { Plan } from "../../../../cli/plan/plan.js";
import { readProject } from "../../../../cli/project/read-project.js";
import type { RegistryItem } from "../../../../cli/registry/registry.js";
import { useFiles } from "../../../support/fixture.js";
import { carryOut, door, planDoor } from "../../../support/planned.js";

const server =
  'import express from "express";\n\nconst app = express();\napp.use(express.json());\napp.listen(3000);\n';

interface Repo {
  readonly manifest?: object;
  readonly tsconfig?: object;
  readonly files?: Readonly<Record<string, string>>;
}

/** A small ESM repo; the given parts replace its own. */
function repo({ manifest = {}, tsconfig = {}, files = {} }: Repo = {}) {
  const packageJson = {
    name: "house",
    type: "module",
    scripts: { dev: "tsx src/server.ts", build: "tsc", start: "node dist/server.js" },
    dependencies: { express: "^5.1.0" },
    devDependencies: { typescript: "^5.9.3", "@types/express": "^5.0.0" },
    ...manifest,
  };
  const config = {
    compilerOptions: {
      module: "nodenext",
      target: "es2022",
      rootDir: "src",
      outDir: "dist",
      strict: true,
      skipLibCheck: true,
    },
    include: ["src"],
    ...tsconfig,
  };
  return useFiles({
    "package.json": `${JSON.stringify(packageJson, null, 2)}\n`,
    "tsconfig.json": `${JSON.stringify(config, null, 2)}\n`,
    "src/server.ts": server,
    ...files,
  });
}

function planned(plan: Plan, path: string): string | null | undefined {
  return plan.changes.find((change) => change.path === path)?.after;
}

const paths = (plan: Plan) => plan.changes.map(({ kind, path }) => `${kind} ${path}`);

describe("a first add", () => {
  test("plans every file, edit, key and dependency, and leaves the rest alone", async () => {
    const { dir } = await repo();
    const plan = await planDoor(dir);
    expect(paths(plan)).toEqual([
      "create src/door/lock.ts",
      "create .authwright/base/src/door/lock.ts.txt",
      "create src/door/ring.ts",
      "create .authwright/base/src/door/ring.ts.txt",
      "create src/routes/door.ts",
      "create .authwright/base/src/routes/door.ts.txt",
      "create test/door.test.ts",
      "create .authwright/base/test/door.test.ts.txt",
      "edit src/server.ts",
      "edit package.json",
      "create .env",
      "create .env.example",
      "create .gitignore",
      "create .authwright/.gitattributes",
      "create authwright.json",
    ]);
    expect(plan.manual).toEqual([]);
    expect(plan.install).toEqual(["npm", "install"]);
    expect(planned(plan, ".env")).toBe("DOOR_SECRET=secret-1\nDOOR_ISSUER=house\n");
    expect(plan.changes.filter(({ secret }) => secret).map(({ path }) => path)).toEqual([".env"]);
    expect(planned(plan, ".env.example")).not.toContain("secret-");
    expect(planned(plan, ".gitignore")).toBe(".env\n.data/\n");
    expect(planned(plan, "src/server.ts")).toContain('import { doorRouter } from "./routes/door.js";');
    expect(planned(plan, "src/server.ts")).toContain('app.use("/door", doorRouter);');
    expect(JSON.parse(planned(plan, "package.json")!).scripts).toMatchObject({
      "door:open": "node src/door/open.ts dist/door/open.js",
      test: "vitest run",
    });
    expect(plan.nextSteps).toEqual(["npm run door:open, npm test, /door, ./routes/door.js"]);
  });

  test.each([
    ".env.sample",
    ".env.template",
    ".env.dist",
    "example.env",
    ".example.env",
    ".env.local.example",
    "env.example",
  ])("%s gets the names of the keys, and no second sample file is made", async (sample) => {
    const { dir } = await repo({ files: { [sample]: "PORT=3000\n" } });
    const plan = await planDoor(dir);
    expect(planned(plan, sample)).toContain("DOOR_SECRET=\n");
    expect(paths(plan)).not.toContain("create .env.example");
    expect(plan.record.items["door"]!.patches.find(({ path }) => path === sample)?.lines).toContain("DOOR_SECRET=");
  });

  test("the same input gives the same plan", async () => {
    const { dir } = await repo();
    expect(await planDoor(dir)).toEqual(await planDoor(dir));
  });

  test("a second add plans nothing", async () => {
    const { dir } = await repo();
    await carryOut(await planDoor(dir), dir);
    const again = await planDoor(dir);
    expect(again.changes).toEqual([]);
    expect(again.manual).toEqual([]);
    expect(again.install).toBeNull();
  });

  test("a key that is there keeps its value, and only the missing one is added", async () => {
    const { dir } = await repo({ files: { ".env": "export DOOR_SECRET='mine'\n" } });
    const plan = await planDoor(dir);
    expect(planned(plan, ".env")).toContain("export DOOR_SECRET='mine'\n");
    expect(plan.env).toEqual(["DOOR_ISSUER"]);
  });

  test("a fresh clone without .env gets new keys, and nothing else", async () => {
    const { dir } = await repo();
    const first = await planDoor(dir);
    await carryOut({ ...first, changes: first.changes.filter(({ path }) => path !== ".env") }, dir);
    expect(paths(await planDoor(dir))).toEqual(["create .env"]);
  });

  test("a file in which the router can't be mounted becomes a manual step, and the rest goes on", async () => {
    const { dir } = await repo({ files: { "src/server.ts": `${server}this is no TypeScript (` } });
    const plan = await planDoor(dir);
    expect(plan.manual).toHaveLength(1);
    expect(plan.manual[0]!.path).toBe("src/server.ts");
    expect(plan.manual[0]!.lines.join("\n")).toContain("doorRouter");
    expect(planned(plan, "src/routes/door.ts")).toBeDefined();
  });
});

describe("import specifiers and places", () => {
  test.each([
    ["NodeNext ESM", {}, { module: "nodenext" }, '"../door/lock.js"'],
    ["CommonJS", { type: "commonjs" }, { module: "commonjs", esModuleInterop: true }, '"../door/lock"'],
    ["a bundler", {}, { module: "esnext", moduleResolution: "bundler" }, '"../door/lock"'],
  ])("%s", async (_, manifest, options, specifier) => {
    const compilerOptions = { target: "es2022", rootDir: "src", outDir: "dist", ...options };
    const { dir } = await repo({ manifest, tsconfig: { compilerOptions } });
    expect(planned(await planDoor(dir), "src/routes/door.ts")).toContain(specifier);
  });

  test("--dir and --tests move the files, and the imports between them follow", async () => {
    const { dir } = await repo({ files: { "server/lib/x.ts": "export {};\n" } });
    const plan = await planDoor(dir, { selection: { sourceDir: "server/lib", testDir: "checks/deep" } });
    expect(planned(plan, "checks/deep/door.test.ts")).toContain('"../../server/lib/door/lock.js"');
    expect(planned(plan, "src/server.ts")).toContain('"../server/lib/routes/door.js"');
  });

  test("jest gets @jest/globals of its own major", async () => {
    const manifest = { scripts: { test: "jest" }, devDependencies: { typescript: "^5.9.3", jest: "^29.7.0" } };
    const { dir } = await repo({ manifest });
    const plan = await planDoor(dir);
    expect(planned(plan, "test/door.test.ts")).toContain('from "@jest/globals"');
    expect(plan.dependencies).toContainEqual({ name: "@jest/globals", range: "^29.0.0", dev: true, raisedFrom: null });
    expect(plan.dependencies.map(({ name }) => name)).not.toContain("vitest");
  });
});

describe("dependencies", () => {
  const own = (dependencies: object) => ({ manifest: { dependencies: { express: "^5.1.0", ...dependencies } } });

  test("a range that fits is left alone", async () => {
    const { dir } = await repo(own({ zod: "^4.1.0" }));
    expect((await planDoor(dir)).dependencies.map(({ name }) => name)).not.toContain("zod");
  });

  test("a range that is too low is raised inside its major", async () => {
    const { dir } = await repo(own({ jsonwebtoken: "^9.0.0" }));
    const plan = await planDoor(dir);
    expect(plan.dependencies).toContainEqual({
      name: "jsonwebtoken",
      range: "^9.0.2",
      dev: false,
      raisedFrom: "^9.0.0",
    });
    expect(JSON.parse(planned(plan, "package.json")!).dependencies.jsonwebtoken).toBe("^9.0.2");
  });

  test("beside another major an alias goes in, the imports use it, and it stays so on later adds", async () => {
    const { dir } = await repo(own({ zod: "^3.25.0" }));
    const plan = await planDoor(dir);
    expect(plan.dependencies).toContainEqual({ name: "zod-4", range: "npm:zod@^4.0.0", dev: false, raisedFrom: null });
    expect(planned(plan, "test/door.test.ts")).toContain('from "zod-4"');
    await carryOut(plan, dir);
    expect((await planDoor(dir)).changes).toEqual([]);
  });

  test("another major without an alias is refused, naming both ranges", async () => {
    const { dir } = await repo(own({ jsonwebtoken: "^8.5.1" }));
    await expect(planDoor(dir)).rejects.toMatchObject({
      code: "DependencyConflict",
      message: expect.stringMatching(/jsonwebtoken \^8\.5\.1.*\^9\.0\.2/),
    });
  });

  const typedDoor = {
    ...door,
    dependencies: { jsonwebtoken: { range: "^9.0.2", alias: true }, "drizzle-orm": { range: "^0.45.0", alias: true } },
    devDependencies: { "@types/jsonwebtoken": { range: "^9.0.0" } },
  };
  const added = (plan: Plan) => Object.fromEntries(plan.dependencies.map(({ name, range }) => [name, range]));

  test("the types of a package go by an alias where the package does", async () => {
    const { dir } = await repo(own({ jsonwebtoken: "^8.5.1", "@types/jsonwebtoken": "^8.5.9" }));
    expect(added(await planDoor(dir, { item: typedDoor }))).toMatchObject({
      "jsonwebtoken-9": "npm:jsonwebtoken@^9.0.2",
      "@types/jsonwebtoken-9": "npm:@types/jsonwebtoken@^9.0.0",
    });
  });

  test("types of another major bring package and types under an alias, once", async () => {
    const { dir } = await repo(own({ jsonwebtoken: "^9.0.2", "@types/jsonwebtoken": "^8.5.9" }));
    const plan = await planDoor(dir, { item: typedDoor });
    expect(Object.keys(added(plan))).toEqual(
      expect.arrayContaining(["jsonwebtoken-9", "@types/jsonwebtoken-9", "drizzle-orm"]),
    );
    await carryOut(plan, dir);
    expect((await planDoor(dir, { item: typedDoor })).changes).toEqual([]);
  });

  test("below 1.0 the minor is the name of the second copy", async () => {
    const { dir } = await repo(own({ "drizzle-orm": "^0.29.0" }));
    expect(added(await planDoor(dir, { item: typedDoor }))).toMatchObject({
      "drizzle-orm-0.45": "npm:drizzle-orm@^0.45.0",
    });
  });

  test("an item imports what the item below it has brought by the name that it goes by", async () => {
    const { dir } = await repo(own({ zod: "^3.25.0" }));
    await carryOut(await planDoor(dir), dir);
    const bell: RegistryItem = {
      ...door,
      name: "bell",
      requires: ["door"],
      choices: {},
      mount: null,
      dependencies: {},
    };
    const text = 'import { z } from "zod";\nexport const ring = z.string();\n';
    const templates = [{ template: "bell/base/src/bell/ring.ts", path: "src/bell/ring.ts", text }];
    const project = await readProject(dir, {});
    const selection = { item: "bell", choices: {}, mount: null, sourceDir: "src", testDir: "test" };
    const parts = [{ item: bell, selection, templates, required: [door] }];
    const files = await readSnapshot(dir, pathsToRead(project, parts));
    const plan = planAdd({ project, parts, files, secret: () => "", install: true, overwrite: false });
    expect(planned(plan, "src/bell/ring.ts")).toContain('from "zod-4"');
  });

  test.each(["workspace:*", "catalog:", "latest", "github:a/b"])("%s is left alone, with a warning", async (range) => {
    const { dir } = await repo(own({ jsonwebtoken: range }));
    const plan = await planDoor(dir);
    expect(plan.warnings.join("\n")).toContain(`jsonwebtoken is left at "${range}"`);
    expect(plan.dependencies.map(({ name }) => name)).not.toContain("jsonwebtoken");
  });
});

describe("a range that only the package manager understands", () => {
  const own = (dependencies: object) => ({ manifest: { dependencies: { express: "^5.1.0", ...dependencies } } });
  const installed = (name: string, version: string) => ({
    [`node_modules/${name}/package.json`]: JSON.stringify({ name, version }),
  });

  test("is what is installed for it: another major is joined by an alias", async () => {
    const { dir } = await repo({ ...own({ zod: "catalog:" }), files: installed("zod", "3.25.76") });
    const plan = await planDoor(dir);
    expect(planned(plan, "test/door.test.ts")).toContain('from "zod-4"');
    expect(JSON.parse(planned(plan, "package.json")!).dependencies).toMatchObject({
      zod: "catalog:",
      "zod-4": "npm:zod@^4.0.0",
    });
  });

  test("fits where the installed version does, without a word", async () => {
    const { dir } = await repo({ ...own({ zod: "catalog:" }), files: installed("zod", "4.1.0") });
    const plan = await planDoor(dir);
    expect(planned(plan, "test/door.test.ts")).toContain('from "zod"');
    expect(plan.warnings.join("\n")).not.toContain("zod");
  });

  test("with nothing installed is joined by the alias, which works beside any version", async () => {
    const { dir } = await repo(own({ zod: "catalog:" }));
    expect(planned(await planDoor(dir), "test/door.test.ts")).toContain('from "zod-4"');
  });

  test("keeps the name that the installed files import, whatever becomes of node_modules", async () => {
    const { dir } = await repo({ ...own({ zod: "latest" }), files: installed("zod", "4.1.0") });
    await carryOut(await planDoor(dir), dir);
    await fs.remove(join(dir, "node_modules"));
    expect((await planDoor(dir)).changes).toEqual([]);
  });

  test("without an alias is refused where another major is installed, naming it", async () => {
    const { dir } = await repo({ ...own({ jsonwebtoken: "latest" }), files: installed("jsonwebtoken", "8.5.1") });
    await expect(planDoor(dir)).rejects.toMatchObject({
      code: "DependencyConflict",
      message: expect.stringMatching(/jsonwebtoken latest, which is 8\.5\.1/),
    });
  });
});

describe("skipLibCheck", () => {
  const options = { module: "nodenext", target: "es2022", rootDir: "src", outDir: "dist" };
  const drizzle = { range: "^0.45.0", compilerOptions: { skipLibCheck: true } } as const;
  const item = { ...door, dependencies: { ...door.dependencies, "drizzle-orm": drizzle } };

  test("that is not set is set, for drizzle's types break the build without it", async () => {
    const { dir } = await repo({ tsconfig: { compilerOptions: options } });
    expect(planned(await planDoor(dir, { item }), "tsconfig.json")).toContain('"skipLibCheck": true');
  });

  test("is left alone where no package of the item wants it", async () => {
    const { dir } = await repo({ tsconfig: { compilerOptions: options } });
    expect(planned(await planDoor(dir), "tsconfig.json")).toBeUndefined();
  });

  test("that the user has set to false stays, and is left for a person", async () => {
    const { dir } = await repo({ tsconfig: { compilerOptions: { ...options, skipLibCheck: false } } });
    const plan = await planDoor(dir, { item });
    expect(planned(plan, "tsconfig.json")).toBeUndefined();
    expect(plan.manual).toMatchObject([{ path: "tsconfig.json", lines: ['"skipLibCheck": true'] }]);
  });
});

describe("scripts", () => {
  test.each([
    ["none", {}, { test: "vitest run" }],
    ["npm's placeholder", { test: 'echo "Error: no test specified" && exit 1' }, { test: "vitest run" }],
    ["another runner", { test: "mocha" }, { test: "mocha", "auth:test": "vitest run test/door.test.ts" }],
  ])("a project with %s as its test script", async (_, scripts, expected) => {
    const { dir } = await repo({ manifest: { scripts: { dev: "tsx src/server.ts", ...scripts } } });
    expect(JSON.parse(planned(await planDoor(dir), "package.json")!).scripts).toMatchObject(expected);
  });

  test("beside another runner, a warning names it and the folder of the tests", async () => {
    const { dir } = await repo({ manifest: { scripts: { dev: "tsx src/server.ts", test: "node --test" } } });
    const { warnings } = await planDoor(dir, { selection: { testDir: "auth-tests" } });
    expect(warnings.join("\n")).toContain("node --test runs your tests, and those in auth-tests are for vitest");
  });

  test("a script of the user's stays, with a warning", async () => {
    const { dir } = await repo({ manifest: { scripts: { dev: "tsx src/server.ts", "door:open": "mine" } } });
    const plan = await planDoor(dir);
    expect(JSON.parse(planned(plan, "package.json")!).scripts["door:open"]).toBe("mine");
    expect(plan.warnings.join("\n")).toContain("door:open is yours");
  });

  test.each([
    ["rootDir src", { outDir: "build", rootDir: "src" }, "build/door/open.js"],
    ["rootDir .", { outDir: "build", rootDir: "." }, "build/src/door/open.js"],
  ])("with %s the built command is found where tsc puts it", async (_, options, path) => {
    const { dir } = await repo({ tsconfig: { compilerOptions: { module: "nodenext", target: "es2022", ...options } } });
    expect(JSON.parse(planned(await planDoor(dir), "package.json")!).scripts["door:open"]).toContain(path);
  });
});

describe("the build", () => {
  const options = { module: "nodenext", target: "es2022", outDir: "dist", skipLibCheck: true };

  test.each([
    ["an include that does not cover them", { compilerOptions: options, include: ["src"] }, null],
    ["an exclude that covers them", { compilerOptions: options, exclude: ["test", "dist"] }, null],
    ["no emit at all", { compilerOptions: { ...options, noEmit: true } }, null],
    [
      "no include",
      { compilerOptions: options },
      ["node_modules", "bower_components", "jspm_packages", "dist", "test/door.test.ts"],
    ],
    [
      "an include of everything",
      { compilerOptions: options, include: ["**/*.ts"], exclude: ["dist"] },
      ["dist", "test/door.test.ts"],
    ],
  ])("tests that a tsconfig with %s would see", async (_, tsconfig, exclude) => {
    const { dir } = await repo({ tsconfig: { include: undefined, ...tsconfig } });
    const edited = planned(await planDoor(dir), "tsconfig.json");
    if (exclude === null) expect(edited).toBeUndefined();
    else expect(JSON.parse(edited!).exclude).toEqual(exclude);
  });
});

describe("many tests", () => {
  const config = {
    compilerOptions: { module: "nodenext", target: "es2022", outDir: "dist", skipLibCheck: true },
    include: undefined,
  };
  const testFile = (name: string) => ({
    template: `door/base/test/${name}`,
    path: `test/${name}`,
    text: "export {};\n",
  });
  const templates = ["door/a.test.ts", "door/b.test.ts", "door/deep/c.test.ts", "door/helper.ts"].map(testFile);
  const excluded = async (selection: object) => {
    const { dir } = await repo({ tsconfig: config });
    const exclude = JSON.parse(planned(await planDoor(dir, { templates, selection }), "tsconfig.json")!)
      .exclude as string[];
    return exclude.filter((pattern) => pattern.includes("door"));
  };

  test("in a folder of their own are excluded by one glob", async () => {
    expect(await excluded({})).toEqual(expect.arrayContaining(["test/door.test.ts", "test/door/**"]));
    expect(await excluded({})).toHaveLength(2);
  });

  test("are excluded by a path from the tsconfig's own folder", async () => {
    const { dir } = await repo({
      manifest: { scripts: { build: "tsc -p src" } },
      files: { "src/tsconfig.json": JSON.stringify({ ...config, include: ["**/*"], exclude: ["old"] }) },
    });
    const plan = await planDoor(dir, { templates, selection: { testDir: "src/test" } });
    const exclude = JSON.parse(planned(plan, "src/tsconfig.json")!).exclude as string[];
    expect(exclude).toEqual(["old", "test/door.test.ts", "test/door/**"]);
  });

  test("among the sources are excluded by their ending, and what helps them by its name", async () => {
    const patterns = await excluded({ testDir: "src" });
    expect(patterns).toEqual(expect.arrayContaining(["src/door/**/*.test.ts", "src/door/helper.ts"]));
    expect(patterns.some((pattern) => pattern === "src/door/**")).toBe(false);
  });
});

describe("where the build puts what the scripts run", () => {
  const options = { module: "nodenext", target: "es2022", outDir: "dist", skipLibCheck: true };
  const opens = async (tsconfig: object, manifest: object = {}, files: Readonly<Record<string, string>> = {}) => {
    const { dir } = await repo({ tsconfig: { include: undefined, ...tsconfig }, manifest, files });
    return JSON.parse(planned(await planDoor(dir), "package.json")!).scripts["door:open"] as string;
  };
  const beside = { "index.ts": "export {};\n" };

  test.each<[string, object, Readonly<Record<string, string>>, string]>([
    ["no rootDir, all below src", { compilerOptions: options }, {}, "dist/door/open.js"],
    ["no rootDir, a source beside src", { compilerOptions: options }, beside, "dist/src/door/open.js"],
    [
      "no rootDir, and what is beside src left out",
      { compilerOptions: options, include: ["src"] },
      beside,
      "dist/door/open.js",
    ],
    ["a rootDir above", { compilerOptions: { ...options, rootDir: "." } }, {}, "dist/src/door/open.js"],
    ["composite", { compilerOptions: { ...options, composite: true } }, {}, "dist/src/door/open.js"],
  ])("%s", async (_, tsconfig, files, built) => {
    const scripts = { dev: "tsx src/server.ts", build: "tsc", start: "node dist/index.js" };
    expect(await opens(tsconfig, { scripts }, files)).toBe(`node src/door/open.ts ${built}`);
  });

  test("esbuild's --outdir", async () => {
    const scripts = {
      dev: "tsx src/server.ts",
      build: "esbuild src/server.ts --bundle --packages=external --outdir=lib",
    };
    expect(await opens({ compilerOptions: { ...options, noEmit: true } }, { scripts })).toBe(
      "node src/door/open.ts lib/door/open.js",
    );
  });
});

describe("a build that packs everything into one file", () => {
  const metal = {
    ...door,
    dependencies: { "@door/metal": { range: "^1.0.0", external: true }, wood: { range: "^1.0.0" } },
  };
  const scripts = (build: string) => ({ manifest: { scripts: { dev: "tsx src/server.ts", build } } });

  test("by a command is shown the whole script with the option in it", async () => {
    const { dir } = await repo(scripts("esbuild src/server.ts --bundle --outfile=dist/server.js && cp a b"));
    const { manual, warnings } = await planDoor(dir, { item: metal });
    expect(manual).toMatchObject([
      {
        path: "package.json",
        place: 'in the script "build"',
        lines: ['"build": "esbuild src/server.ts --bundle --outfile=dist/server.js --external:@door/metal && cp a b"'],
      },
    ]);
    expect(warnings.join("\n")).toContain("src/door/open.ts");
  });

  test.each<[string, string, string, string]>([
    ["tsup", "tsup.config.ts", "noExternal: [/.*/]", "noExternal: [/^(?!(?:@door\\/metal)(?:\\/|$))/]"],
    ["webpack", "webpack.config.js", "target: 'node'", 'externals: { "@door/metal": "commonjs @door/metal" }'],
    ["rollup -c", "rollup.config.mjs", "@rollup/plugin-node-resolve", 'external: ["@door/metal"]'],
    ["vite build --ssr", "vite.config.ts", "ssr: { noExternal: true }", 'ssr: { external: ["@door/metal"] }'],
    [
      "webpack --config config/prod.js",
      "config/prod.js",
      "mode: 'production'",
      'externals: { "@door/metal": "commonjs @door/metal" }',
    ],
    [
      "node build.js",
      "build.js",
      'require("webpack"); webpack({})',
      'externals: { "@door/metal": "commonjs @door/metal" }',
    ],
    ["tsc", "serverless.yml", "plugins: [serverless-esbuild]\nbundle: true", 'external: ["@door/metal"]'],
    ["tsc", "template.yaml", "BuildMethod: esbuild", 'External: ["@door/metal"]'],
  ])("by the settings of %s is shown the option", async (build, path, text, line) => {
    const { dir } = await repo({ ...scripts(build), files: { [path]: text } });
    expect((await planDoor(dir, { item: metal })).manual).toMatchObject([{ path, lines: [line] }]);
  });

  test.each([
    ["ncc build src/server.ts -o dist", "ncc build src/server.ts -o dist -e @door/metal"],
    [
      "rollup src/server.js -p node-resolve -d dist",
      "rollup src/server.js -p node-resolve -d dist --external @door/metal",
    ],
    ["webpack ./src/server.ts", "webpack ./src/server.ts --externals @door/metal --externals-type node-commonjs"],
    ["bun build src/server.ts --outdir=dist", "bun build src/server.ts --outdir=dist --external @door/metal"],
    ["tsup src/server.ts --no-external @door/metal --minify", "tsup src/server.ts --minify"],
  ])("by `%s` is shown the command that leaves them outside", async (build, line) => {
    const { dir } = await repo(scripts(build));
    expect((await planDoor(dir, { item: metal })).manual).toMatchObject([{ lines: [`"build": "${line}"`] }]);
  });

  test.each<[string, Record<string, string>, string]>([
    [
      "esbuild src/server.ts --bundle --outfile=lib/server.js",
      {},
      "esbuild src/door/open.ts --bundle --packages=external --platform=node --format=esm --outfile=lib/door/open.js",
    ],
    ["tsup", { "tsup.config.ts": 'outDir: "lib"' }, "tsup src/door/open.ts --out-dir lib/door"],
    [
      "webpack --mode production",
      { "webpack.config.js": 'path: path.resolve(__dirname, "lib")' },
      "webpack --mode production --entry-reset --entry ./src/door/open.ts --output-filename door/open.js --no-output-clean",
    ],
    ["ncc build src/server.ts --out lib", {}, "ncc build src/door/open.ts -o lib/door/open -e @door/metal"],
    [
      "ncc build src/server.ts -o lib --transpile-only --target es2022",
      {},
      "ncc build src/door/open.ts -o lib/door/open --transpile-only --target es2022 -e @door/metal",
    ],
    [
      "rollup -c",
      { "rollup.config.mjs": 'file: "lib/server.js"' },
      "rollup -c -i src/door/open.ts -o lib/door/open.js",
    ],
    ["rollup -c", { "rollup.config.mjs": 'dir: "lib"' }, "rollup -c -i src/door/open.ts -d lib/door"],
    ["vite build --ssr src/server.ts --outDir lib", {}, "vite build --ssr src/door/open.ts --outDir lib/door"],
    [
      "bun build src/server.ts --outdir lib",
      {},
      "bun build src/door/open.ts --target=node --packages=external --outfile=lib/door/open.js",
    ],
  ])("by `%s` is shown what makes the file that the scripts run", async (build, files, command) => {
    const { dir } = await repo({ ...scripts(build), files });
    const plan = await planDoor(dir, { item: metal });
    expect(plan.warnings.join("\n")).toContain(`put \`&& ${command}\` at the end of the script "build"`);
    expect(JSON.parse(planned(plan, "package.json")!).scripts["door:open"]).toContain(" lib/door/open.js");
  });

  test("that keeps modules apart is to take it as a second entry: another run would write over the first", async () => {
    const settings = { "rollup.config.mjs": 'dir: "dist", preserveModules: true' };
    const { dir } = await repo({ ...scripts("rollup -c"), files: settings });
    const { warnings } = await planDoor(dir, { item: metal });
    expect(warnings.join("\n")).toContain("give it to rollup as a second entry point");
  });

  test("is left alone where it leaves these packages outside already, and on a second add", async () => {
    const { dir } = await repo(scripts("esbuild src/server.ts --bundle --external:@door/metal --outdir=dist"));
    const plan = await planDoor(dir, { item: metal });
    expect(plan.manual).toEqual([]);
    const other = await repo(scripts("esbuild src/server.ts --bundle --outdir=dist"));
    await carryOut(await planDoor(other.dir, { item: metal }), other.dir);
    expect((await planDoor(other.dir, { item: metal })).manual).toEqual([]);
  });
});

describe("collisions", () => {
  test("a file of the user's at one of our paths is named, with the way out, also under --overwrite", async () => {
    const { dir } = await repo({ files: { "src/door/lock.ts": "mine\n" } });
    for (const overwrite of [false, true]) {
      await expect(planDoor(dir, { overwrite })).rejects.toMatchObject({
        code: "Collision",
        message: expect.stringMatching(/src\/door\/lock\.ts.*--dir/),
      });
    }
  });

  test("two files that meet where tests stand among the sources are refused, naming both and the way out", async () => {
    const { dir } = await repo();
    const test = { template: "door/base/test/door/lock.ts", path: "test/door/lock.ts", text: "export {};\n" };
    const planning = planDoor(dir, { selection: { testDir: "src" }, templates: [test] });
    await expect(planning).rejects.toMatchObject({
      code: "Collision",
      message: expect.stringMatching(/base\/test\/door\/lock\.ts and .*key\/src\/door\/lock\.ts .*--tests/),
    });
    await expect(planDoor(dir, { templates: [test] })).resolves.toMatchObject({ manual: [] });
  });

  test("a file with the very text that we would write is taken over", async () => {
    const { dir } = await repo({ files: { "src/door/ring.ts": 'export const ring = "ring";\n' } });
    const plan = await planDoor(dir);
    expect(planned(plan, "src/door/ring.ts")).toBeUndefined();
    expect(plan.record.items["door"]!.files["src/door/ring.ts"]).toBeDefined();
  });

  test.each([
    ["the router's name", `${server}\nimport { doorRouter } from "./mine.js";\n`],
    ["the mount path", server.replace("app.listen", 'app.use("/door", (_req, res) => res.end());\napp.listen')],
  ])("%s in use is refused before anything is planned", async (_, text) => {
    const { dir } = await repo({ files: { "src/server.ts": text } });
    await expect(planDoor(dir)).rejects.toMatchObject({
      code: "Collision",
      message: expect.stringContaining("src/server.ts"),
    });
  });
});

describe("adding again with the other choice", () => {
  async function installed() {
    const fixture = await repo();
    await carryOut(await planDoor(fixture.dir), fixture.dir);
    return fixture;
  }
  const code = { flags: { lock: "code" } };

  test("swaps the files of the choice, adds its dependencies and names, and touches nothing else", async () => {
    const { dir } = await installed();
    const plan = await planDoor(dir, code);
    expect(paths(plan).sort()).toEqual([
      "delete .authwright/base/src/door/ring.ts.txt",
      "delete src/door/ring.ts",
      "edit .authwright/base/src/door/lock.ts.txt",
      "edit .env.example",
      "edit authwright.json",
      "edit package.json",
      "edit src/door/lock.ts",
    ]);
    expect(plan.warnings.join("\n")).toContain("no longer needs keyring");
    await carryOut(plan, dir);
    expect((await planDoor(dir)).changes).toEqual([]);
  });

  test("and back again leaves the files as they were first", async () => {
    const { dir, read } = await installed();
    const first = await read("src/door/lock.ts");
    await carryOut(await planDoor(dir, code), dir);
    await carryOut(await planDoor(dir, { flags: { lock: "key" } }), dir);
    expect(await read("src/door/lock.ts")).toBe(first);
    expect(await read("src/door/ring.ts")).toContain("ring");
  });

  test.each(["src/door/lock.ts", "src/door/ring.ts"])(
    "an edited %s is refused, and --overwrite lets it",
    async (path) => {
      const { dir, write } = await installed();
      await write(path, "edited\n");
      await expect(planDoor(dir, code)).rejects.toMatchObject({
        code: "Collision",
        message: expect.stringContaining(path),
      });
      const forced = await planDoor(dir, { ...code, overwrite: true });
      expect(paths(forced)).toContain(path.endsWith("ring.ts") ? `delete ${path}` : `edit ${path}`);
    },
  );

  test("a file of the other choice that an edited one imports stays, and is named", async () => {
    const { dir, write } = await installed();
    await write("src/routes/door.ts", 'import { ring } from "../door/ring.js";\nexport const doorRouter = ring;\n');
    const plan = await planDoor(dir, code);
    expect(paths(plan)).not.toContain("delete src/door/ring.ts");
    expect(plan.warnings.join()).toContain(
      "src/door/ring.ts belongs to the other choice, but src/routes/door.ts imports",
    );
  });

  test("an edited file that both choices share is kept, with its record", async () => {
    const { dir, write } = await installed();
    await write("src/routes/door.ts", "edited\n");
    const plan = await planDoor(dir, code);
    expect(paths(plan).join("\n")).not.toContain("routes/door.ts");
    expect(paths(await planDoor(dir, { overwrite: true }))).toEqual(["edit src/routes/door.ts"]);
  });

  test("a mount that the user has taken out of the entry file is not put back", async () => {
    const { dir, write } = await installed();
    await write("src/server.ts", server);
    const plan = await planDoor(dir, code);
    expect(paths(plan)).not.toContain("edit src/server.ts");
    expect(plan.warnings.join("\n")).toContain("src/server.ts no longer mounts doorRouter");
  });

  test("a mount that the user has written with an alias counts as there", async () => {
    const compilerOptions = { module: "nodenext", target: "es2022", outDir: "dist", paths: { "@/*": ["./src/*"] } };
    const mounted = server.replace("app.listen", 'app.use("/door", doorRouter);\napp.listen');
    const text = `import { doorRouter } from "@/routes/door";\n${mounted}`;
    const { dir } = await repo({ tsconfig: { compilerOptions }, files: { "src/server.ts": text } });
    const plan = await planDoor(dir);
    expect(paths(plan)).not.toContain("edit src/server.ts");
    expect(plan.manual).toEqual([]);
  });

  test.each<[string, string, readonly string[], string]>([
    ["by the alias that it uses", "", ["@/db", "@/config"], "@/routes/door"],
    ["by the alias, with the ending that it has there", "", ["@/db.js", "@/config.js"], "@/routes/door.js"],
    ["by the alias that it uses most", "", ["@/db", "@/config", "./db.js"], "@/routes/door"],
    ["relatively where it does", "", ["./db.js", "./config.js", "@/db"], "./routes/door.js"],
    [
      "relatively where the alias is only of types",
      'import type { A } from "@/config";\nimport { type B } from "@/config";\n',
      [],
      "./routes/door.js",
    ],
    ["relatively where it imports packages alone", "", [], "./routes/door.js"],
    ["as the files do that it leads to, where it does both alike", "", ["@/db", "./config.js"], "@/routes/door"],
  ])("the entry file imports the router %s", async (_, head, specifiers, expected) => {
    const compilerOptions = { module: "nodenext", target: "es2022", outDir: "dist", paths: { "@/*": ["./src/*"] } };
    const imported = specifiers.map((one) => `import "${one}";\n`).join("");
    const files = {
      "src/server.ts": head + imported + server,
      "src/db.ts": 'import "@/config";\n',
      "src/config.ts": "export {};\n",
    };
    const { dir, read } = await repo({ tsconfig: { compilerOptions }, files });
    await carryOut(await planDoor(dir), dir);
    expect(await read("src/server.ts")).toContain(`import { doorRouter } from "${expected}"`);
    expect(paths(await planDoor(dir))).toEqual([]);
  });

  test("where the mount is left for a person, that stands first in what comes next", async () => {
    const text = `import express from "express";\nconst app = express();\nsetUp(app);\n`;
    const { dir } = await repo({ files: { "src/server.ts": text } });
    const { nextSteps } = await planDoor(dir);
    expect(nextSteps[0]).toBe("Not mounted yet: put the lines above into src/server.ts, or /door answers 404");
    const none = await repo({ files: { "src/server.ts": "export {};\n" } });
    expect((await planDoor(none.dir)).nextSteps[0]).toMatch(
      /^Not mounted yet: .* the file that makes your Express app/,
    );
    const mounted = await repo({});
    expect((await planDoor(mounted.dir)).nextSteps.join()).not.toContain("Not mounted");
  });

  test("an authwright that is older than what is installed says that it is", async () => {
    const { dir } = await installed();
    await expect(planDoor(dir, { item: { ...door, version: "0.9.0" } })).rejects.toThrow(
      /door 1\.0\.0 is installed, and this authwright is older .*npx authwright@latest add door/,
    );
  });

  test("another version of the item is the business of update", async () => {
    const { dir } = await installed();
    await expect(planDoor(dir, { item: { ...door, version: "1.1.0" } })).rejects.toThrow(/authwright update door/);
  });
});
