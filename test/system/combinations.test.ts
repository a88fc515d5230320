import { join } from "node:path";
import fs from "fs-extra";
import { expect, test } from "vitest";
import { api } from "../support/api.js";
import { useFixture } from "../support/fixture.js";
import { freshDatabase } from "../support/postgres.js";
import { boot, cli, filesBelow, type PackageManager, run } from "../support/user-project.js";

interface Combination {
  readonly name: string;
  readonly fixture: string;
  readonly database: "sqlite" | "postgres";
  readonly errors: "rfc" | "auth-basic";
  readonly packageManager?: PackageManager;
  /** The package in a monorepo. */
  readonly folder?: string;
  /** The build is one file, so that the module's commands are in the source only. */
  readonly bundled?: boolean;
  /** Every shipped test runs here; elsewhere those of the routes do, which need all that the others need of a project. */
  readonly everyTest?: boolean;
  /** Ranges that take the place of the fixture's. */
  readonly ranges?: Readonly<Record<string, string>>;
}

const express4 = { express: "^4.18.0", "@types/express": "^4.17.0" };

// Each value of each dimension is in several rows, each pair of database, error table and package manager in one at least.
const combinations: readonly Combination[] = [
  {
    name: "NodeNext ESM, Express 5, TypeScript 5",
    fixture: "nodenext-esm",
    database: "sqlite",
    errors: "rfc",
    everyTest: true,
  },
  {
    name: "NodeNext ESM, Express 5, TypeScript 7, pnpm",
    fixture: "nodenext-esm",
    database: "postgres",
    errors: "auth-basic",
    packageManager: "pnpm",
    everyTest: true,
    ranges: { typescript: "^7.0.0" },
  },
  {
    name: "CommonJS with an alias, Express 4",
    fixture: "commonjs-alias",
    database: "postgres",
    errors: "rfc",
    everyTest: true,
  },
  {
    name: "CommonJS with nodemon, Express 4, pnpm",
    fixture: "express4-commonjs",
    database: "sqlite",
    errors: "auth-basic",
    packageManager: "pnpm",
  },
  {
    name: "bundled by esbuild, with an alias",
    fixture: "bundler-esbuild",
    database: "postgres",
    errors: "rfc",
    bundled: true,
  },
  {
    name: "an app factory, TypeScript 6",
    fixture: "factory",
    database: "sqlite",
    errors: "auth-basic",
    ranges: { typescript: "^6.0.0" },
  },
  { name: "an app in a class", fixture: "class-app", database: "sqlite", errors: "rfc", ranges: express4 },
  {
    name: "app and listen in two files, sources at the root",
    fixture: "bin-www",
    database: "postgres",
    errors: "auth-basic",
  },
  {
    name: "a 404 and an error handler",
    fixture: "not-found-order",
    database: "postgres",
    errors: "auth-basic",
    ranges: express4,
  },
  { name: "one package of a monorepo", fixture: "monorepo", database: "sqlite", errors: "rfc", folder: "packages/api" },
  { name: "zod of another major", fixture: "zod3", database: "sqlite", errors: "rfc" },
  { name: "a tsconfig that would compile test/", fixture: "compiles-tests", database: "postgres", errors: "rfc" },
  {
    name: "jest, CommonJS, Express 4",
    fixture: "jest-project",
    database: "sqlite",
    errors: "auth-basic",
    everyTest: true,
  },
  { name: "CRLF and a BOM", fixture: "crlf", database: "sqlite", errors: "rfc", packageManager: "pnpm" },
];

for (const combination of combinations) {
  const { name, database, errors } = combination;
  test.concurrent(`${name}, ${database}, ${errors}: add, types, tests, build and the build in production`, async () => {
    const project = await setUp(combination);
    const before = await build(project);
    await add(project, combination);
    await addAgain(project, combination);
    await typeCheck(project.dir);
    expect(await build(project)).toEqual(expect.arrayContaining(before));
    expect(await strangers(project, before)).toEqual([]);
    await runTests(project, combination);
    await production(project, combination);
  });
}

interface UserProject {
  readonly root: string;
  readonly dir: string;
  readonly packageManager: PackageManager;
  /** The user's, from before. */
  readonly ownTests: readonly string[];
  readonly snapshot: () => Promise<Map<string, string>>;
}

async function setUp({
  fixture,
  folder = ".",
  packageManager = "npm",
  ranges = {},
}: Combination): Promise<UserProject> {
  const { dir: root, snapshot } = await useFixture(fixture);
  const dir = join(root, folder);
  const manifest = await fs.readJson(join(dir, "package.json"));
  for (const part of [manifest.dependencies, manifest.devDependencies]) {
    for (const name of Object.keys(part)) part[name] = ranges[name] ?? part[name];
  }
  if (Object.keys(ranges).length > 0) await fs.writeJson(join(dir, "package.json"), manifest, { spaces: 2 });
  await run(root, ["git", "init", "--quiet"]);
  await run(root, [packageManager, "install"]);
  return { root, dir, packageManager, ownTests: await filesBelow(join(dir, "test")), snapshot };
}

/** Builds from nothing and gives what the build emits. */
async function build({ root, dir, packageManager }: UserProject): Promise<string[]> {
  await fs.remove(join(dir, "dist"));
  await run(root, [packageManager, "run", "build"]);
  return filesBelow(join(dir, "dist"));
}

async function add({ dir }: UserProject, { database, errors }: Combination): Promise<void> {
  const flags = ["--yes", "--json", "--database", database, "--errors", errors];
  const { manual } = JSON.parse(await run(dir, [process.execPath, cli, "add", "auth-basic", ...flags]));
  expect(manual).toEqual([]);
}

async function addAgain(project: UserProject, { database, errors }: Combination): Promise<void> {
  const before = await project.snapshot();
  const flags = ["--yes", "--database", database, "--errors", errors];
  await run(project.dir, [process.execPath, cli, "add", "auth-basic", ...flags]);
  expect(await project.snapshot()).toEqual(before);
}

/** Stricter than most users are, and with the tests in. */
async function typeCheck(dir: string): Promise<void> {
  const compilerOptions = {
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    noUnusedLocals: true,
    noImplicitOverride: true,
    noEmit: true,
    rootDir: ".",
  };
  const config = join(dir, "tsconfig.strictest.json");
  await fs.writeJson(config, {
    extends: "./tsconfig.json",
    compilerOptions,
    include: ["**/*.ts"],
    exclude: ["dist", "node_modules"],
  });
  await run(dir, ["npx", "tsc", "-p", config, "--pretty", "false"]);
  await fs.remove(config);
}

/** What the build emits now, and did not before, beside the module itself. */
async function strangers({ dir }: UserProject, before: readonly string[]): Promise<string[]> {
  const record = await fs.readJson(join(dir, "authwright.json"));
  const { files, testDir } = record.items["auth-basic"];
  const sources = Object.keys(files).filter((path) => path.endsWith(".ts") && !path.startsWith(`${testDir}/`));
  const ours = sources.map((path) => path.replace(/\.ts$/, ""));
  const emitted = (await filesBelow(join(dir, "dist"))).filter((path) => !before.includes(path));
  return emitted.filter((path) => {
    const stem = path.replace(/(\.d\.ts|\.js)(\.map)?$/, "");
    return !ours.some((source) => source === stem || source.endsWith(`/${stem}`));
  });
}

/** Those that shipped, in a checkout that has no .env, and those that were there before, as they were. */
async function runTests(project: UserProject, { database, everyTest }: Combination): Promise<void> {
  const { dir, packageManager, ownTests } = project;
  await fs.move(join(dir, ".env"), join(dir, ".env.away"));
  // npm rows of Postgres test on PGlite, pnpm rows on the real server.
  const server = database === "postgres" && packageManager === "pnpm" ? await freshDatabase() : null;
  const shipped = await runTest(
    project,
    everyTest ? "test/auth" : "test/auth.test.ts",
    server ? { TEST_DATABASE_URL: server.url } : {},
  );
  expect(shipped).toContain("auth.test.ts");
  await server?.drop();
  await fs.move(join(dir, ".env.away"), join(dir, ".env"));
  for (const name of ownTests) expect(await runTest(project, name, {})).toContain(name);
}

function runTest({ dir, packageManager }: UserProject, name: string, env: Record<string, string>): Promise<string> {
  return run(dir, packageManager === "npm" ? ["npm", "test", "--", name] : ["pnpm", "test", name], env);
}

/** Migrates from source and from the build, then boots the build without dev dependencies. */
async function production(project: UserProject, { database, errors, bundled = false }: Combination): Promise<void> {
  const { root, dir, packageManager } = project;
  const development = database === "postgres" ? await freshDatabase() : null;
  const live = database === "postgres" && !bundled ? await freshDatabase() : development;
  const migrate = (url: string) => run(dir, [packageManager, "run", "auth:migrate"], { DATABASE_URL: url });
  if (development) expect(await migrate(development.url)).toContain("Applied: 0001");
  await run(root, packageManager === "npm" ? ["npm", "prune", "--omit=dev"] : ["pnpm", "prune", "--prod"]);
  if (live && live !== development) expect(await migrate(live.url)).toContain("Applied: 0001");
  const server = await boot(dir, await startFile(dir), live ? { DATABASE_URL: live.url } : {});
  try {
    await roundTrip(server.url, errors);
  } finally {
    await server.stop();
    for (const used of new Set([development, live])) await used?.drop();
  }
}

async function startFile(dir: string): Promise<string> {
  const { scripts, main } = await fs.readJson(join(dir, "package.json"));
  const file = scripts.start.split(" ").at(-1);
  return file === "." ? main : file;
}

async function roundTrip(url: string, errors: Combination["errors"]): Promise<void> {
  const client = api(`${url}/api/auth`);
  const user = { username: "ada", password: "nine blue herons wade" };
  expect((await client.post("/signup", user)).status).toBe(201);
  const wrong = await client.post("/login", { ...user, password: "seven blue herons" });
  expect(wrong.status).toBe(errors === "rfc" ? 401 : 409);
  const login = await client.post("/login", user);
  expect(login.status).toBe(200);
  const refreshed = await client.post("/refresh-token", { refreshToken: login.body.refreshToken });
  expect(refreshed.status).toBe(200);
  expect((await client.get("/me", refreshed.body.accessToken)).body.user.username).toBe("ada");
  expect((await client.get("/me")).status).toBe(401);
  expect((await client.post("/refresh-token", { refreshToken: login.body.refreshToken })).status).toBe(403);
  expect((await client.get("/me", refreshed.body.accessToken)).status).toBe(errors === "rfc" ? 401 : 403);
}
