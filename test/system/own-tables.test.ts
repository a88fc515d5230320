import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createClient } from "@libsql/client";
import fs from "fs-extra";
import pg from "pg";
import { expect, test } from "vitest";
import { readRegistry } from "../../cli/registry/read-registry.js";
import { isCompanion } from "../../cli/registry/registry.js";
import { useFixture } from "../support/fixture.js";
import { freshDatabase } from "../support/postgres.js";
import { runShippedTests } from "../support/shipped-tests.js";
import { linkPackages, repo } from "../support/template-tree.js";
import { cli, filesBelow, run } from "../support/user-project.js";

// An application that had users and sessions of its own before the module came, with indexes of the likely names.

type DatabaseName = "sqlite" | "postgres";

/** Their companions come by themselves. */
const everyItem = readRegistry(repo)
  .items.filter((item) => !isCompanion(item))
  .map(({ name }) => name);
const errorTables = { sqlite: "auth-basic", postgres: "rfc" } as const;
const uuids = ["8b0f1a56-8d6c-4b8e-9b63-0f1f3b1f0a01", "8b0f1a56-8d6c-4b8e-9b63-0f1f3b1f0a02"];

for (const database of ["sqlite", "postgres"] as const) {
  test(`on ${database}, tables of the user's own named users and sessions stay as they are to the byte: add with every add-on, migrate, test, purge, remove`, {
    timeout: 900_000,
  }, async () => {
    const project = await useFixture("nodenext-esm");
    await linkPackages(project.dir);
    await run(project.dir, ["git", "init", "--quiet"]);
    const mine = await ownDatabase(database, project.dir);
    const before = await mine.dump();
    expect(before).toContain("ada@example.com");

    const flags = ["--yes", "--json", "--no-install", "--database", database, "--errors", errorTables[database]];
    await run(project.dir, [process.execPath, cli, "add", ...everyItem, ...flags]);
    const env = { DATABASE_URL: mine.url };
    const migrated = await run(project.dir, ["npm", "run", "auth:migrate"], env);
    expect(migrated).toMatch(/Applied: 0001-auth|up to date/);
    expect(await mine.hasAccounts()).toBe(true);
    expect(await mine.dump()).toBe(before);

    const restore = await bringOwnTables(project.dir, database);
    const server: Record<string, string> = database === "postgres" ? { TEST_DATABASE_URL: mine.url } : {};
    const { exitCode, output } = await runShippedTests(project.dir, server, ["test/auth"]);
    expect(exitCode, output).toBe(0);
    expect(output).toMatch(/Tests .*\d+ passed/);
    expect(output).not.toMatch(/\d+ (failed|skipped|todo)|Unhandled|something prevents/);
    expect(await mine.dump()).toBe(before);
    await restore();

    expect(await run(project.dir, ["npm", "run", "auth:purge"], env)).toContain("Deleted: 0 sessions");
    expect(await mine.dump()).toBe(before);
    for (const item of everyItem.toReversed()) await run(project.dir, [process.execPath, cli, "remove", item, "--yes"]);
    expect(await fs.pathExists(join(project.dir, "src/auth"))).toBe(false);
    expect(await mine.dump()).toBe(before);
    await mine.drop();
  });
}

/** What was there before, with a name of an index that the module's would be named without its prefix. */
function ownTables(uuid: string): string[] {
  return [
    `CREATE TABLE users (id ${uuid} PRIMARY KEY, email text NOT NULL UNIQUE, role text)`,
    `CREATE TABLE sessions (id text PRIMARY KEY, user_id ${uuid} NOT NULL REFERENCES users (id), data text)`,
    `CREATE TABLE orders (id integer PRIMARY KEY, user_id ${uuid} NOT NULL REFERENCES users (id) ON DELETE CASCADE)`,
    "CREATE INDEX sessions_user_id ON sessions (user_id)",
    "CREATE INDEX users_email ON users (email)",
    "CREATE INDEX users_admins ON users (id) WHERE role = 'admin'",
    `INSERT INTO users VALUES ('${uuids[0]}', 'ada@example.com', 'admin'), ('${uuids[1]}', 'bob@example.com', 'user')`,
    `INSERT INTO sessions VALUES ('s1', '${uuids[0]}', 'a basket'), ('s2', '${uuids[1]}', NULL)`,
    `INSERT INTO orders VALUES (1, '${uuids[0]}'), (2, '${uuids[1]}')`,
  ];
}

const uuidType = { sqlite: "text", postgres: "uuid" } as const;

interface OwnDatabase {
  readonly url: string;
  /** Schema and rows of the user's tables. */
  dump(): Promise<string>;
  hasAccounts(): Promise<boolean>;
  drop(): Promise<void>;
}

async function ownDatabase(database: DatabaseName, dir: string): Promise<OwnDatabase> {
  const fresh = database === "postgres" ? await freshDatabase() : null;
  const url = fresh?.url ?? `file:${join(dir, "mine.db")}`;
  const ask = (text: string) => (fresh ? askPostgres(url, text) : askSqlite(url, text));
  for (const statement of ownTables(uuidType[database])) await ask(statement);
  return {
    url,
    dump: async () => JSON.stringify([await Promise.all(queriesOf[database].map(ask)), await rowsOf(ask)]),
    hasAccounts: async () => (await ask("select count(*) as n from auth_users")).length === 1,
    drop: async () => fresh?.drop(),
  };
}

const owned = "('users', 'sessions', 'orders')";

/** What makes up the schema of the user's tables. */
const queriesOf = {
  sqlite: [`select * from sqlite_master where tbl_name in ${owned} order by type, name`],
  postgres: [
    `select table_name, column_name, data_type, column_default, is_nullable, ordinal_position
     from information_schema.columns where table_schema = 'public' and table_name in ${owned} order by 1, 6`,
    `select indexname, indexdef from pg_indexes where schemaname = 'public' and tablename in ${owned} order by 1`,
    `select conname, pg_get_constraintdef(oid) as is from pg_constraint
     where conrelid in ('public.users'::regclass, 'public.sessions'::regclass, 'public.orders'::regclass) order by 1`,
    `select tgname from pg_trigger where not tgisinternal and tgrelid = 'public.users'::regclass order by 1`,
  ],
} as const;

async function rowsOf(ask: (text: string) => Promise<unknown[]>): Promise<unknown[]> {
  return Promise.all(["users", "sessions", "orders"].map((table) => ask(`select * from ${table} order by id`)));
}

async function askPostgres(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

async function askSqlite(url: string, text: string): Promise<unknown[]> {
  const client = createClient({ url, timeout: 5_000 });
  try {
    return (await client.execute(text)).rows.map((row) => ({ ...row }));
  } finally {
    client.close();
  }
}

/**
 * Shipped tests run on databases that are thrown away: gives each of those the user's tables too, and lets each file
 * fail that leaves them other than they were.
 *
 * @returns what to call to take that back.
 */
async function bringOwnTables(dir: string, database: DatabaseName): Promise<() => Promise<void>> {
  const path = await pathOf(dir, "prepareDatabase");
  const source = await readFile(path, "utf8");
  const client = /from "([^"]*\/db\/client\.js)"/.exec(source)?.[1] ?? "";
  const original = join(dirname(path), "the-original-database.ts");
  await fs.writeFile(original, source);
  await fs.writeFile(
    path,
    `import { sql } from "drizzle-orm";
import { closeDatabase, read, write } from "${client}";
import * as original from "./the-original-database.js";

export * from "./the-original-database.js";

const statements = ${JSON.stringify(ownTables(uuidType[database]))};
let before;

export async function prepareDatabase() {
  await original.prepareDatabase();
  for (const statement of statements) await write((db) => db.${database === "sqlite" ? "run" : "execute"}(sql.raw(statement)));
  before = await rows();
}

export async function releaseDatabase() {
  const after = await rows();
  await closeDatabase();
  await original.releaseDatabase();
  if (after !== before) throw new Error("The user's tables are not what they were: " + after);
}

function rows() {
  return read(async (db) => {
    const found = [];
    for (const table of ["users", "sessions", "orders"])
      found.push(await db.select({ all: sql\`\${sql.raw(${database === "sqlite" ? "`count(*) || group_concat(id)`" : "`string_agg(t::text, '' order by id)`"})}\` }).from(sql.raw(table + " t")));
    return JSON.stringify(found);
  });
}
`,
  );
  return async () => {
    await fs.remove(original);
    await fs.writeFile(path, source);
  };
}

/** The file of the shipped tests that exports a function of that name. */
async function pathOf(dir: string, name: string): Promise<string> {
  const files = (await filesBelow(join(dir, "test"))).map((file) => join(dir, "test", file));
  for (const file of files) if ((await readFile(file, "utf8")).includes(`export async function ${name}(`)) return file;
  throw new Error(`No shipped test file exports ${name}`);
}
