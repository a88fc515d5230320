import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import fs from "fs-extra";
import pg from "pg";
import { expect, test } from "vitest";
import { readRegistry } from "../../cli/registry/read-registry.js";
import { type ComposedApp, type Composition, composeApp } from "../support/compose.js";
import { type FreshDatabase, freshDatabase } from "../support/postgres.js";
import { runShippedTests, type ShippedRun } from "../support/shipped-tests.js";
import { repo } from "../support/template-tree.js";
import { treeOf } from "../support/tree.js";

const addOns = readRegistry(repo)
  .items.map(({ name }) => name)
  .filter((name) => name !== "auth-basic" && existsSync(join(repo, "templates", name, "base/test")));

/** One run of a tree leaves a core to another. */
const inPairs = test.concurrent;
type Finished = (cleanUp: () => Promise<void>) => void;

async function composed(composition: Composition, onTestFinished: Finished): Promise<ComposedApp> {
  const app = await composeApp(composition);
  onTestFinished(() => app.remove());
  return app;
}

async function fresh(onTestFinished: Finished): Promise<FreshDatabase> {
  const database = await freshDatabase();
  onTestFinished(() => database.drop());
  return database;
}

inPairs(
  "on sqlite the shipped tests pass in a clean checkout, and leave no file behind",
  async ({ onTestFinished }) => {
    const app = await composed({ database: "sqlite", errors: "rfc" }, onTestFinished);
    const before = await filesOf(app.dir);
    const run = await runShippedTests(app.dir);
    expectPassed(run);
    expect(await filesOf(app.dir)).toEqual(before);
    expect((await readdir(run.tmp)).filter((name) => name.startsWith("auth-"))).toEqual([]);
  },
);

inPairs(
  "on sqlite with the Auth Basic table they pass, whatever .env and the shell say",
  async ({ onTestFinished }) => {
    const app = await composed({ database: "sqlite", errors: "auth-basic" }, onTestFinished);
    await fs.outputFile(join(app.dir, ".env"), otherValues);
    expectPassed(await runShippedTests(app.dir, { NODE_ENV: "production", ACCESS_TOKEN_MINUTES: "1" }));
    expect(await readdir(app.dir)).not.toContain("mine.db");
  },
);

inPairs("on PGlite they pass, whatever .env and the shell say", async ({ onTestFinished }) => {
  const app = await composed({ database: "postgres", errors: "rfc" }, onTestFinished);
  await fs.outputFile(join(app.dir, ".env"), otherValues);
  expectPassed(await runShippedTests(app.dir, { NODE_ENV: "production", DATABASE_URL: "postgres://127.0.0.1:1/mine" }));
});

inPairs(
  "on the server of TEST_DATABASE_URL they pass, and leave it as it was, with tables of the same names in it",
  async ({ onTestFinished }) => {
    const app = await composed({ database: "postgres", errors: "auth-basic" }, onTestFinished);
    const database = await fresh(onTestFinished);
    await ask(database.url, "create table auth_users (mine text); insert into auth_users values ('kept')");
    const before = await tablesOf(database.url);
    expectPassed(await runShippedTests(app.dir, { TEST_DATABASE_URL: database.url }));
    expect(await tablesOf(database.url)).toEqual(before);
    expect(await ask(database.url, "select mine from auth_users")).toEqual([{ mine: "kept" }]);
  },
);

inPairs(
  "where people log in with their address, those of base and of what comes with that pass on sqlite",
  async ({ onTestFinished }) => {
    const app = await composed({ login: "email", items: ["auth-email"] }, onTestFinished);
    expectPassed(await runShippedTests(app.dir));
  },
);

inPairs(
  "of many who want one address at once, by a signup or a proof, one has it on a Postgres server",
  async ({ onTestFinished }) => {
    const app = await composed({ login: "email", database: "postgres", items: ["auth-email"] }, onTestFinished);
    const database = await fresh(onTestFinished);
    const env = { TEST_DATABASE_URL: database.url };
    expectPassed(await runShippedTests(app.dir, env, ["test/auth/email/login-address.test.ts"]));
  },
);

// With every add-on, on both databases, they run in test/system/own-tables.test.ts.
inPairs.for(addOns)(
  "those of %s pass with nothing but what it requires beside it, on PGlite",
  async (item, { onTestFinished }) => {
    const app = await composed({ database: "postgres", items: [item] }, onTestFinished);
    expectPassed(await runShippedTests(app.dir, {}, await testsIn(join(repo, "templates", item, "base"))));
  },
);

inPairs("those of auth-jwks pass with the other algorithm too", async ({ onTestFinished }) => {
  const app = await composed({ algorithm: "es512", items: ["auth-jwks"] }, onTestFinished);
  expectPassed(await runShippedTests(app.dir, {}, ["test/auth/jwks/jwks.test.ts", "test/auth/tokens.test.ts"]));
});

inPairs(
  "they fail when a promise is broken: a spent refresh token that leaves its login alive",
  async ({ onTestFinished }) => {
    const app = await composed({ database: "sqlite", errors: "rfc" }, onTestFinished);
    const sessions = join(app.dir, "src/auth/sessions.ts");
    const source = await fs.readFile(sessions, "utf8");
    await fs.writeFile(sessions, source.replace("await endIfReused(token, client);", "void endIfReused;"));
    const { exitCode, output } = await runShippedTests(app.dir, {}, ["test/auth.test.ts"]);
    expect(exitCode, output).toBe(1);
    expect(output).toContain("a spent token is refused, and ends the login it came from");
  },
);

const otherValues = `
JWT_SECRET_KEY=a-key-of-the-user-0123456789abcdef
JWT_ISSUER=somebody-else
PASSWORD_PEPPER=a-pepper-of-the-user-0123456789
DATABASE_URL=file:mine.db
DATABASE_ENCRYPTION_KEY=0123456789abcdefghijklmnopqrstuv
AUTH_RATE_LIMIT=off
ACCESS_TOKEN_MINUTES=600
REFRESH_TOKEN_DAYS=1
SESSION_MAX_DAYS=2
REFRESH_GRACE_SECONDS=30
BCRYPT_COST=13
`;

/** Of what an item brings, as they stand in the user's tree. */
async function testsIn(dir: string): Promise<string[]> {
  const paths = await readdir(join(dir, "test"), { recursive: true });
  return paths.filter((path) => path.endsWith(".test.ts")).map((path) => join("test", path));
}

function expectPassed({ exitCode, output }: ShippedRun): void {
  expect(exitCode, output).toBe(0);
  expect(output).toMatch(/Tests .*\d+ passed/);
  expect(output).not.toMatch(/\d+ (failed|skipped|todo)|Unhandled|something prevents/);
}

async function filesOf(dir: string): Promise<string[]> {
  return Object.keys(await treeOf(dir)).filter((path) => !path.startsWith("tmp/"));
}

async function tablesOf(url: string): Promise<unknown[]> {
  return ask(
    url,
    "select table_schema, table_name from information_schema.tables where table_schema !~ '^(pg_|information)' order by 1, 2",
  );
}

async function ask(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}
