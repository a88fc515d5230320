import { readdir, readFile, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { createClient } from "@libsql/client";
import { getTableName, is, Table } from "drizzle-orm";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readRegistry } from "../../cli/registry/read-registry.js";
import { type ComposedApp, composeApp } from "../support/compose.js";
import { freshDatabase } from "../support/postgres.js";
import { repo } from "../support/template-tree.js";

// Nearly every application has a table of users: ours must not meet it, and an owner renames ours in one place.

type DatabaseName = "sqlite" | "postgres";

/** The tree with every add-on in it. */
let apps: Record<DatabaseName, ComposedApp>;

beforeAll(async () => {
  const items = readRegistry(repo)
    .items.map(({ name }) => name)
    .filter((name) => name !== "auth-basic");
  apps = {
    sqlite: await composeApp({ database: "sqlite", items }),
    postgres: await composeApp({ database: "postgres", items }),
  };
});

afterAll(async () => {
  for (const app of Object.values(apps ?? {})) await app.remove();
});

test("every table, index and constraint that a migration makes on sqlite is named auth_*", async () => {
  expect(strange(await madeOnSqlite())).toEqual([]);
});

test("every table, index, sequence and constraint that a migration makes on Postgres is named auth_*", async () => {
  expect(strange(await madeOnPostgres())).toEqual([]);
});

test("no file of a template but the schema spells the name of a table", async () => {
  const names = new Set([...(await tableNames("sqlite")), ...(await tableNames("postgres"))]);
  expect(names.size).toBeGreaterThan(9);
  const spelled = new RegExp(`(?<![\\w-])(${[...names].join("|")})(?!\\w*\\()`);
  const files = await sourcesOf(join(repo, "templates"));
  const found: string[] = [];
  for (const file of files) {
    const lines = (await readFile(file, "utf8")).split("\n");
    const hits = lines.filter((line) => spelled.test(line));
    found.push(...hits.map((line) => `${relative(repo, file)}: ${line.trim()}`));
  }
  expect(found).toEqual([]);
});

test("no SQL of a template that is a string names a table of its own accord", async () => {
  const statement = /\b(from|into|(?<!for )update|join|table(?: if not exists)?) ["'`]?(?!if not)[a-z_]+/i;
  const found: string[] = [];
  for (const file of (await sourcesOf(join(repo, "templates"))).filter((path) => !path.includes("/test/"))) {
    const strings = (await readFile(file, "utf8")).match(/`[^`]*`|"[^"\n]*"/g) ?? [];
    const sql = strings.filter((text) => /^["`]\s*(select|insert|update|delete|create|alter|drop)\b/i.test(text));
    const ofOurs = sql.filter((text) => statement.test(text) && !/\b(pg_|sqlite_|information_schema)/.test(text));
    found.push(...ofOurs.map((text) => `${relative(repo, file)}: ${text}`));
  }
  expect(found).toEqual([]);
});

test.each(["sqlite", "postgres"] as const)(
  "on %s a table that is renamed in its schema file, to a word of SQL even, is renamed everywhere",
  async (database) => {
    const app = await composeApp({ database });
    const schema = join(app.dir, "src/db/schema/auth.ts");
    const source = await readFile(schema, "utf8");
    await writeFile(schema, source.replace('"auth_users"', '"user"').replace('"auth_sessions"', '"Order"'));
    const fresh = database === "postgres" ? await freshDatabase() : null;
    const url = fresh?.url ?? `file:${join(app.dir, "renamed.db")}`;
    await app.command({ DATABASE_URL: url }, "migrate");
    expect(await app.command({ DATABASE_URL: url }, "logout-everyone")).toContain("Ended 0 sessions");
    expect(await (fresh ? namesOnPostgres(url) : namesOnSqlite(url))).not.toContain("auth_users");
    await app.remove();
    await fresh?.drop();
  },
);

/** What does not begin with auth_, but for what sqlite makes by itself of such a name. */
function strange(names: string[]): string[] {
  expect(names.length).toBeGreaterThan(20);
  return names.filter((name) => !/^(sqlite_autoindex_)?auth_/.test(name) && name !== "sqlite_sequence");
}

async function madeOnSqlite(): Promise<string[]> {
  const url = `file:${join(apps.sqlite.dir, "names.db")}`;
  await apps.sqlite.command({ DATABASE_URL: url }, "migrate");
  return namesOnSqlite(url);
}

async function madeOnPostgres(): Promise<string[]> {
  const { url, drop } = await freshDatabase();
  await apps.postgres.command({ DATABASE_URL: url }, "migrate");
  const names = await namesOnPostgres(url);
  await drop();
  return names;
}

async function namesOnSqlite(url: string): Promise<string[]> {
  const client = createClient({ url });
  const { rows } = await client.execute("select name from sqlite_master");
  client.close();
  return rows.map(({ name }) => String(name));
}

async function namesOnPostgres(url: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query(
      `select relname as name from pg_class where relnamespace = 'public'::regnamespace
       union all select conname from pg_constraint where connamespace = 'public'::regnamespace`,
    );
    return rows.map(({ name }) => name);
  } finally {
    await client.end();
  }
}

async function tableNames(choice: DatabaseName): Promise<string[]> {
  const folder = join(apps[choice].dir, "src/db/schema");
  const modules = await Promise.all((await readdir(folder)).map((name) => import(join(folder, name))));
  const tables = modules.flatMap((module) => Object.values(module as object)).filter((value) => is(value, Table));
  return tables.map((table) => getTableName(table));
}

/** What runs: not the schema files, and no documents. */
async function sourcesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && /\.(ts|mjs)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !file.includes("/db/schema/"));
}
