import { join } from "node:path";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { readProject } from "../../../cli/project/read-project.js";
import { useFiles } from "../../support/fixture.js";
import { app, imports, useRepo } from "./repo.js";

const files = { "src/server.ts": app };

beforeEach(() => {
  vi.stubEnv("DATABASE_URL", undefined);
  vi.stubEnv("AUTH_DATABASE_URL", undefined);
});

describe("the folder", () => {
  test("a missing --cwd is a BadArgument that names it", async () => {
    const { dir } = await useRepo({ files });
    await expect(readProject(join(dir, "nowhere"), {})).rejects.toMatchObject({
      code: "BadArgument",
      message: expect.stringContaining(join(dir, "nowhere")),
    });
  });

  test("without a package.json at or above it is unsupported, with the way out", async () => {
    const { dir } = await useFiles({ "a.txt": "" });
    await expect(readProject(dir, {})).rejects.toMatchObject({
      code: "UnsupportedProject",
      message: expect.stringContaining("authwright init"),
    });
  });

  test.each([
    ["Fastify", { fastify: "^5.0.0" }, /^this is a Fastify project.*authwright init/],
    ["Hono", { hono: "^4.0.0" }, /^this is a Hono project/],
    ["Next.js", { next: "^16.0.0", react: "^19.0.0" }, /^this is a Next\.js project without an Express server/],
    ["Koa", { koa: "^3.0.0" }, /^this is a Koa project/],
    ["NestJS, on Express", { "@nestjs/core": "^11.0.0", express: "^5.0.0" }, /^this is a NestJS project/],
  ])("%s is named in one line", async (_, dependencies, message) => {
    const { dir } = await useRepo({ packageJson: { dependencies }, files });
    const error = await readProject(dir, {}).catch((thrown: Error) => thrown);
    expect(error).toMatchObject({ code: "UnsupportedProject", message: expect.stringMatching(message) });
    expect((error as Error).message).not.toContain("\n");
  });

  test("another framework beside Express is no reason to refuse", async () => {
    const dependencies = { express: "^5.0.0", next: "^16.0.0", hono: "^4.0.0" };
    const { dir } = await useRepo({ packageJson: { dependencies }, files });
    expect((await readProject(dir, {})).express.major).toBe(5);
  });

  test("a broken package.json is named", async () => {
    const { dir } = await useFiles({ "package.json": "{" });
    await expect(readProject(dir, {})).rejects.toMatchObject({
      message: expect.stringContaining(join(dir, "package.json")),
    });
  });

  test("below .git knows the repository's root", async () => {
    const { dir, write } = await useRepo({ files });
    expect((await readProject(dir, {})).git.root).toBeNull();
    await write(".git", "gitdir: ../somewhere");
    expect((await readProject(join(dir, "src"), {})).git.root).toBe(dir);
  });
});

describe("the package manager", () => {
  test.each([
    ["package-lock.json", {}, "npm", ["npm", "install"], "npm run"],
    ["pnpm-lock.yaml", {}, "pnpm", ["pnpm", "install", "--no-frozen-lockfile"], "pnpm"],
    ["yarn.lock", {}, "yarn", ["yarn", "install"], "yarn"],
    ["bun.lock", {}, "bun", ["bun", "install"], "bun run"],
    ["a.txt", { packageManager: "pnpm@10.1.0" }, "pnpm", ["pnpm", "install", "--no-frozen-lockfile"], "pnpm"],
    ["a.txt", { devEngines: { packageManager: { name: "yarn" } } }, "yarn", ["yarn", "install"], "yarn"],
  ])("%s with %j is %s", async (lock, packageJson, name, install, run) => {
    const { dir } = await useRepo({ packageJson, files: { ...files, [lock]: "" } });
    expect((await readProject(dir, {})).packageManager).toEqual({ name, install, run });
  });

  test("modern yarn is told to change its lock file in CI too", async () => {
    const { dir } = await useRepo({ files: { ...files, "yarn.lock": "", ".yarnrc.yml": "" } });
    expect((await readProject(dir, {})).packageManager.install).toEqual(["yarn", "install", "--no-immutable"]);
  });

  test("a pnpm workspace keeps its lock file at its root", async () => {
    const { dir, write } = await useFiles({
      "package.json": "{}",
      "pnpm-workspace.yaml": "packages:\n  - apps/*\n",
      "pnpm-lock.yaml": "",
    });
    await write(
      "apps/api/package.json",
      `{"type": "module", "dependencies": {"express": "5"}, "devDependencies": {"typescript": "5.9.3"}}`,
    );
    await write("apps/api/tsconfig.json", `{"compilerOptions": {"module": "nodenext"}}`);
    const project = await readProject(join(dir, "apps/api"), {});
    expect(project).toMatchObject({
      root: join(dir, "apps/api"),
      workspaceRoot: dir,
      packageManager: { name: "pnpm" },
    });
  });

  test("a package with its own lock file is no part of the monorepo around it", async () => {
    const { dir, write } = await useFiles({ "package.json": `{"workspaces": ["packages/*"]}`, "yarn.lock": "" });
    await write(
      "examples/api/package.json",
      `{"dependencies": {"express": "5"}, "devDependencies": {"typescript": "5.9.3"}}`,
    );
    await write("examples/api/tsconfig.json", `{"compilerOptions": {"module": "nodenext"}}`);
    await write("examples/api/package-lock.json", "{}");
    expect(await readProject(join(dir, "examples/api"), {})).toMatchObject({
      workspaceRoot: join(dir, "examples/api"),
      packageManager: { name: "npm" },
    });
  });
});

describe("the module style", () => {
  const bundler = { module: "esnext", moduleResolution: "bundler" };
  test.each<[string, Record<string, unknown>, Record<string, unknown>, string[], object]>([
    ["nodenext ESM with nothing to go by", {}, {}, [], { format: "esm", extension: ".js" }],
    [
      "nodenext ESM with .ts imports",
      { rewriteRelativeImportExtensions: true },
      {},
      ["./a.ts"],
      { format: "esm", extension: ".ts" },
    ],
    [
      "nodenext ESM that Node runs itself",
      { rewriteRelativeImportExtensions: true },
      {},
      [],
      { format: "esm", extension: ".ts" },
    ],
    ["nodenext with type commonjs", {}, { type: "commonjs" }, ["./a"], { format: "commonjs", extension: "" }],
    [
      "nodenext with type commonjs that writes .js",
      {},
      { type: "commonjs" },
      ["./a.js", "./b.js"],
      { format: "commonjs", extension: ".js" },
    ],
    ["bundler with nothing to go by", bundler, {}, [], { format: "esm", extension: "" }],
    ["bundler that writes .js", bundler, {}, ["./a.js"], { format: "esm", extension: ".js" }],
    [
      "bundler with .ts imports",
      { ...bundler, allowImportingTsExtensions: true },
      {},
      ["./a.ts"],
      { format: "esm", extension: ".ts" },
    ],
    ["the more common ending wins", bundler, {}, ["./a.js", "./b", "./c"], { format: "esm", extension: "" }],
    [
      "bundler to CommonJS",
      bundler,
      { type: "commonjs", scripts: { build: "tsup src/server.ts" } },
      [],
      { format: "commonjs", extension: "" },
    ],
    [
      "bundler to ESM without a type",
      bundler,
      { type: "commonjs", scripts: { build: "tsup src/server.ts --format esm" } },
      [],
      { format: "esm", extension: "" },
    ],
    [
      "JSON and package imports don't count",
      bundler,
      {},
      ["./a.json", "zod/v4.js", "./b"],
      { format: "esm", extension: "" },
    ],
  ])("%s", async (_, compilerOptions, packageJson, specifiers, expected) => {
    const { dir } = await useRepo({
      packageJson,
      compilerOptions,
      files: { "src/server.ts": imports(...specifiers) + app },
    });
    expect((await readProject(dir, {})).modules).toEqual(expected);
  });
});

describe("the source folder", () => {
  test.each<[string, Record<string, unknown>, Record<string, string>, string]>([
    [
      "is the entry file's top folder",
      {},
      { "server/http/index.ts": app, "server/index.ts": imports("./http/index.js") },
      "server",
    ],
    ["is where @/* points", { paths: { "@/*": ["./server/*"] } }, { "src/server.ts": app }, "server"],
    [
      "is the entry's folder where @/* points at the root",
      { paths: { "@/*": ["./*"] } },
      { "src/server.ts": app },
      "src",
    ],
    ["is src where the entry is at the root beside it", {}, { "server.ts": app, "src/a.ts": "" }, "src"],
    ["is the root where all sources are there", {}, { "server.ts": app }, "."],
    ["is the root beside bin/www", {}, { "bin/www.ts": app }, "."],
    ["stays in rootDir", { rootDir: "code", paths: { "@/*": ["./lib/*"] } }, { "code/server.ts": app }, "code"],
  ])("%s", async (_, compilerOptions, repoFiles, expected) => {
    const { dir } = await useRepo({ compilerOptions, files: repoFiles });
    expect((await readProject(dir, {})).sourceDir).toBe(expected);
  });

  test("--dir wins, and may be new", async () => {
    const { dir } = await useRepo({ files });
    const project = await readProject(dir, { dir: "./lib/" });
    expect(project.sourceDir).toBe("lib");
    expect(project.guesses).toContainEqual({
      what: "source folder",
      value: "lib",
      because: "--dir ./lib/",
      flag: "--dir",
    });
  });

  test.each(["../elsewhere", "/tmp", "lib"])(
    "--dir %s, outside the project or its rootDir, is a BadArgument",
    async (named) => {
      const { dir } = await useRepo({ compilerOptions: { rootDir: "src" }, files });
      await expect(readProject(dir, { dir: named })).rejects.toMatchObject({
        code: "BadArgument",
        message: expect.stringContaining(`--dir ${named}`),
      });
    },
  );
});

describe("the aliases", () => {
  test("come from paths relative to baseUrl, and from the imports of package.json", async () => {
    const { dir } = await useRepo({
      packageJson: {
        imports: { "#lib/*": { development: "./src/lib/*.ts", default: "./dist/lib/*.js" }, "#one": "./src/one.ts" },
      },
      compilerOptions: {
        baseUrl: "./src",
        paths: { "@/*": ["./*"], "~lib/*": ["lib/*"], exact: ["one"], "*": ["types/*"], "@out/*": ["../../x/*"] },
      },
      files,
    });
    expect((await readProject(dir, {})).aliases).toEqual([
      { prefix: "@/", target: "src/" },
      { prefix: "~lib/", target: "src/lib/" },
      { prefix: "#lib/", target: "src/lib/" },
    ]);
  });

  test("of an extended tsconfig are relative to that one", async () => {
    const { dir } = await useRepo({
      files: {
        ...files,
        "config/base.json": `{"compilerOptions": {"module": "nodenext", "paths": {"@/*": ["../src/*"]}}}`,
        "tsconfig.json": `{"extends": "./config/base.json"}`,
      },
    });
    expect((await readProject(dir, {})).aliases).toEqual([{ prefix: "@/", target: "src/" }]);
  });
});

describe("the test runner", () => {
  test.each<[string, Record<string, unknown>, Record<string, string>, string]>([
    ["vitest in scripts.test", { scripts: { test: "vitest run" } }, {}, "vitest"],
    ["a jest config", {}, { "jest.config.ts": "" }, "jest"],
    ["jest in package.json", { jest: {} }, {}, "jest"],
    [
      "both installed, jest in scripts.test",
      { scripts: { test: "cross-env A=1 jest" }, peerDependencies: { vitest: "4" } },
      {},
      "jest",
    ],
    ["npm's placeholder", { scripts: { test: `echo "Error: no test specified" && exit 1` } }, {}, "none"],
    ["mocha", { scripts: { test: "mocha" } }, {}, "none"],
    ["jest in a script that is left over", { scripts: { test: "mocha", "test:watch": "jest --watch" } }, {}, "none"],
    ["node --test", { scripts: { test: "node --test" } }, {}, "none"],
  ])("%s", async (_, packageJson, more, expected) => {
    const { dir } = await useRepo({ packageJson, files: { ...files, ...more } });
    expect((await readProject(dir, {})).testRunner).toBe(expected);
  });
});

test.each([
  ["mocha", "mocha"],
  ["c8 mocha 'test/**/*.ts'", "mocha"],
  ["node --import tsx --test", "node --test"],
  ["npm run unit", "ava"],
  ["bun test", "bun test"],
  ["playwright test", "playwright"],
])(
  "beside %s, tests that are not its own go into a folder that it does not look into by itself",
  async (run, named) => {
    const { dir } = await useRepo({ packageJson: { scripts: { test: run, unit: "ava" } }, files });
    const { testPlace, otherRunner, guesses } = await readProject(dir, {});
    expect([testPlace.dir, otherRunner]).toEqual(["auth-tests", named]);
    expect(guesses).toContainEqual(expect.objectContaining({ what: "tests", flag: "--tests" }));
  },
);

describe("the database", () => {
  test.each<[string, Record<string, string>, Record<string, string>, string]>([
    ["a postgres URL in .env", {}, { ".env": `export DATABASE_URL="postgres://u:p@h/db"` }, "postgres"],
    ["a postgresql URL in .env.local", {}, { ".env.local": "DATABASE_URL=postgresql://h/db" }, "postgres"],
    ["the pg package", { pg: "^8" }, {}, "postgres"],
    ["another database's URL", {}, { ".env": "DATABASE_URL=mysql://h/db" }, "sqlite"],
    ["a URL that is commented out", {}, { ".env": "#DATABASE_URL=postgres://h/db" }, "sqlite"],
    ["nothing", {}, {}, "sqlite"],
    ["an address of Prisma's", {}, { ".env": "DATABASE_URL=prisma+postgres://h/?api_key=x" }, "sqlite"],
    ["an address of JDBC's", {}, { ".env": "DATABASE_URL=jdbc:postgresql://h/db" }, "sqlite"],
    [
      "AUTH_DATABASE_URL beside another database",
      {},
      { ".env": "DATABASE_URL=mysql://h/db\nAUTH_DATABASE_URL=postgres://h/db" },
      "postgres",
    ],
    [
      "AUTH_DATABASE_URL of a file beside a Postgres of the application's",
      { pg: "^8" },
      { ".env": "DATABASE_URL=postgres://h/db\nAUTH_DATABASE_URL=file:.data/auth.db" },
      "sqlite",
    ],
    ["a file and the pg package", { pg: "^8" }, { ".env": "DATABASE_URL=file:dev.db" }, "sqlite"],
  ])("%s", async (_, dependencies, more, expected) => {
    const { dir } = await useRepo({
      packageJson: { dependencies: { express: "5", ...dependencies } },
      files: { ...files, ...more },
    });
    expect((await readProject(dir, {})).database).toBe(expected);
  });

  test("a file of the application's own that DATABASE_URL names is shared, and the plan says so", async () => {
    const { dir } = await useRepo({ files: { ...files, ".env": 'DATABASE_URL="file:./dev.db"\n' } });
    const { database, warnings } = await readProject(dir, {});
    expect(database).toBe("sqlite");
    expect(warnings).toEqual([expect.stringMatching(/^DATABASE_URL in \.env is file:\.\/dev\.db: users and sessions/)]);
  });

  test.each<[string, string, "sqlite" | "postgres", RegExp | null]>([
    ["a Postgres address", "DATABASE_URL=postgres://u:hunter2@h/db", "sqlite", /^DATABASE_URL in \.env is no file:/],
    ["a file", "DATABASE_URL=file:dev.db", "postgres", /^DATABASE_URL in \.env is no postgres:/],
    ["another in braces", `DATABASE_URL=postgres://u:\${PW}@h/db`, "postgres", /^DATABASE_URL in \.env holds \$/],
    ["nothing but braces", `DATABASE_URL=\${PROD}`, "sqlite", /^DATABASE_URL in \.env holds \$/],
    ["libsql", "AUTH_DATABASE_URL=libsql://h", "sqlite", /^AUTH_DATABASE_URL in \.env is no file:/],
    ["Prisma's", "DATABASE_URL=prisma+postgres://h", "postgres", /^DATABASE_URL in \.env is the application's own/],
    ["Prisma's", "DATABASE_URL=prisma+postgres://h", "sqlite", null],
    ["a Postgres address", "DATABASE_URL=postgres://u:hunter2@h/db", "postgres", null],
    ["a Postgres address", "DATABASE_URL=postgres://h/db\nAUTH_DATABASE_URL=file:/srv/auth.db", "postgres", /^AUTH_/],
  ])(
    "%s (%s), with which %s would not start, is in the plan, with AUTH_DATABASE_URL as the way out",
    async (...row) => {
      const [, line, database, expected] = row;
      const { dir } = await useRepo({ files: { ...files, ".env": `${line}\n` } });
      const { warnings } = await readProject(dir, { database });
      expect(warnings).toEqual(expected === null ? [] : [expect.stringMatching(expected)]);
      if (expected !== null) expect(warnings[0]).toContain("set AUTH_DATABASE_URL=");
      expect(warnings.join()).not.toContain("hunter2");
    },
  );

  const prisma = (provider: string) =>
    `generator client {\n  provider = "prisma-client"\n}\ndatasource db {\n  // one of many\n  provider = "${provider}"\n}\n`;

  test.each<[string, Record<string, string>, string]>([
    ["Prisma's schema", { "prisma/schema.prisma": prisma("postgresql") }, "prisma/schema.prisma says postgresql"],
    [
      "Prisma's schema in parts",
      { "prisma/schema/base.prisma": prisma("postgresql") },
      "prisma/schema/base.prisma says",
    ],
    [
      "drizzle-kit",
      { "drizzle.config.ts": 'export default { dialect: "postgresql" };' },
      "drizzle.config.ts says postgresql",
    ],
    [".env.sample", { ".env.sample": "POSTGRES_URL=postgres://u:p@h/db" }, "POSTGRES_URL in .env.sample"],
    ["example.env", { "example.env": "DATABASE_URL=postgresql://u:p@h/db" }, "DATABASE_URL in example.env"],
    [".env.local.example", { ".env.local.example": "DB_URL=postgres://h/db" }, "DB_URL in .env.local.example"],
    [
      "Prisma's schema where prisma.config.ts has it",
      {
        "prisma.config.ts": 'export default defineConfig({ schema: path.join("db", "schema.prisma") });',
        "db/schema.prisma": prisma("postgresql"),
      },
      "db/schema.prisma says",
    ],
    [
      "Prisma's schemas in a folder of that",
      {
        "prisma.config.ts": 'export default { schema: "src/models" };',
        "src/models/main.prisma": prisma("postgresql"),
      },
      "src/models/main.prisma says",
    ],
    [
      "a service of compose in a folder of its own",
      { "docker/docker-compose.yml": "    image: postgres:17\n" },
      "docker/docker-compose.yml runs postgres:17",
    ],
    [
      "a default in compose",
      { "compose.yml": `      DATABASE_URL: \${DATABASE_URL:-postgres://u:p@db/app}\n` },
      "an address in compose.yml",
    ],
    [
      "a service of compose",
      { "docker-compose.yml": "services:\n  db:\n    image: postgres:16-alpine\n" },
      "docker-compose.yml runs postgres:16-alpine",
    ],
    [
      "its image's kin",
      { "compose.yaml": 'services:\n  db:\n    image: "pgvector/pgvector:pg17"\n' },
      "compose.yaml runs pgvector",
    ],
    [
      "an address in compose",
      { "compose.dev.yml": "      - DATABASE_URL=postgres://u:p@db/app\n" },
      "an address in compose.dev.yml",
    ],
  ])("%s says postgres", async (_, more, because) => {
    const { dir } = await useRepo({ files: { ...files, ...more } });
    const { database, guesses } = await readProject(dir, {});
    expect(database).toBe("postgres");
    expect(guesses.find(({ what }) => what === "database")?.because).toContain(because);
  });

  test.each<[string, Record<string, string>, Record<string, string>, RegExp | null]>([
    [
      "a driver",
      { mysql2: "^3" },
      {},
      /your MySQL \(package\.json has mysql2\) is not used: .*\.data\/auth\.db.*container/,
    ],
    ["mongoose", { mongoose: "^8" }, {}, /your MongoDB \(package\.json has mongoose\)/],
    [
      "Prisma's schema",
      {},
      { "prisma/schema.prisma": prisma("mysql") },
      /your MySQL \(prisma\/schema\.prisma says mysql\)/,
    ],
    ["an address", {}, { ".env": "MONGO_URI=mongodb+srv://u:hunter2@h/db" }, /your MongoDB \(MONGO_URI in \.env\)/],
    ["compose", {}, { "compose.yml": "    image: mariadb:11\n" }, /your MariaDB \(compose\.yml runs mariadb:11\)/],
    ["Postgres beside it", { pg: "^8", mongodb: "^6" }, {}, /your MongoDB .*: accounts go to the PostgreSQL/],
    ["MikroORM", { "@mikro-orm/mongodb": "^6" }, {}, /your MongoDB \(package\.json has @mikro-orm\/mongodb\)/],
    [
      "Turso",
      {},
      { ".env.example": "DATABASE_URL=libsql://x.turso.io" },
      /your libSQL \(DATABASE_URL in \.env\.example\)/,
    ],
    [
      "a script's schema",
      {},
      {
        "src/db/schema.prisma": prisma("mysql"),
        "prisma.config.js": 'module.exports = { schema: "./src/db/schema.prisma" };',
      },
      /your MySQL \(src\/db\/schema\.prisma says mysql\)/,
    ],
    ["a cache", { redis: "^5" }, { "compose.yml": "    image: redis:7\n#   image: mysql:8\n" }, null],
    ["a schema of SQLite", {}, { "prisma/schema.prisma": prisma("sqlite") }, null],
  ])("another database of theirs is named in the plan: %s", async (_, dependencies, more, expected) => {
    const { dir } = await useRepo({
      packageJson: { dependencies: { express: "5", ...dependencies } },
      files: { ...files, ...more },
    });
    const { warnings } = await readProject(dir, {});
    expect(warnings).toEqual(expected === null ? [] : [expect.stringMatching(expected)]);
    expect(warnings.join()).not.toContain("hunter2");
  });

  test.each([
    ["Prisma", "prisma/schema.prisma", prisma("postgresql"), "search_path"],
    ["drizzle-kit", "drizzle.config.ts", 'export default { dialect: "postgresql" };', 'tablesFilter: ["!auth_*"]'],
  ])("%s on the same Postgres is told how it leaves our tables alone", async (name, path, text, way) => {
    const { dir } = await useRepo({ files: { ...files, [path]: text } });
    const { warnings } = await readProject(dir, {});
    expect(warnings).toEqual([expect.stringContaining(`${name} (${path})`)]);
    expect(warnings[0]).toContain(way);
  });

  test("a postgres URL in the environment", async () => {
    vi.stubEnv("DATABASE_URL", "postgres://h/db");
    const { dir } = await useRepo({ files });
    expect((await readProject(dir, {})).database).toBe("postgres");
  });

  test("--database wins over what is there, and another value is a BadArgument", async () => {
    const { dir } = await useRepo({ files: { ...files, ".env": "DATABASE_URL=postgres://user:hunter2@h/db" } });
    expect((await readProject(dir, { database: "sqlite" })).database).toBe("sqlite");
    await expect(readProject(dir, { database: "mysql" })).rejects.toMatchObject({
      code: "BadArgument",
      message: expect.stringContaining("mysql"),
    });
    expect(JSON.stringify(await readProject(dir, {}))).not.toContain("hunter2");
  });
});

describe("express", () => {
  test.each<[string, string | null, 4 | 5 | null]>([
    ["^5.1.0", null, 5],
    ["^4.18.2", null, 4],
    ["^4.16.0", null, 4],
    ["~4.17.1", null, null],
    ["^4.16.0", "4.17.3", null],
    ["^4.16.0", "4.21.2", 4],
    ["5.0.0-beta.3", null, 5],
    ["^4.18.0 || ^5.0.0", null, 5],
    ["^4.18.0 || ^5.0.0", "4.21.2", 4],
    ["latest", null, 5],
    ["*", "4.21.2", 4],
    ["catalog:", null, 5],
    ["npm:express@4.21.0", null, 4],
    ["^3.0.0", null, null],
  ])("%s, installed %s, is %s", async (range, installed, major) => {
    const { dir, write } = await useRepo({ packageJson: { dependencies: { express: range } }, files });
    if (installed)
      await write("node_modules/express/package.json", JSON.stringify({ name: "express", version: installed }));
    const result = readProject(dir, {});
    if (major === null)
      await expect(result).rejects.toMatchObject({
        code: "UnsupportedProject",
        message: expect.stringContaining("4.18"),
      });
    else await expect(result).resolves.toMatchObject({ express: { major, range } });
  });

  test("none is unsupported, with both ways out", async () => {
    const { dir } = await useRepo({ packageJson: { dependencies: { restify: "3" } }, files });
    await expect(readProject(dir, {})).rejects.toMatchObject({
      message: expect.stringMatching(/npm install express.*authwright init/),
    });
  });

  test.each([
    ["~4.17.1", "npm install express@4"],
    ["^3.21.2", "npm install express@5"],
  ])("%s is told what to install: %s", async (range, command) => {
    const { dir } = await useRepo({ packageJson: { dependencies: { express: range } }, files });
    await expect(readProject(dir, {})).rejects.toMatchObject({ message: expect.stringContaining(command) });
  });
});

describe("typescript", () => {
  test.each([
    ["^5.9.3", null, true],
    [">=4.5", null, true],
    ["~4.9.5", null, false],
    ["^5.0.0", "4.9.5", false],
    ["npm:typescript@5.9.3", null, true],
    ["latest", null, true],
    ["^9.0.0", null, true],
    ["latest", "9.0.1", true],
  ])("%s, installed %s: supported is %s", async (range, installed, supported) => {
    const { dir, write } = await useRepo({ packageJson: { devDependencies: { typescript: range } }, files });
    if (installed) await write("node_modules/typescript/package.json", JSON.stringify({ version: installed }));
    const result = readProject(dir, {});
    if (supported) await expect(result).resolves.toMatchObject({ typescript: { range, version: installed } });
    else
      await expect(result).rejects.toMatchObject({
        code: "UnsupportedProject",
        message: expect.stringContaining("too old"),
      });
  });

  test("types without node pass: those of express bring them", async () => {
    const { dir } = await useRepo({ compilerOptions: { types: ["jest"] }, files });
    expect((await readProject(dir, {})).warnings).toEqual([]);
  });
});
