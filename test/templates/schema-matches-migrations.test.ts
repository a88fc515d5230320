import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { createClient } from "@libsql/client";
import { PgTable, getTableConfig as pgConfig } from "drizzle-orm/pg-core";
import { SQLiteTable, getTableConfig as sqliteConfig } from "drizzle-orm/sqlite-core";
import pg from "pg";
import { afterEach, expect, test } from "vitest";
import * as postgresSchema from "../../templates/auth-basic/database/postgres/src/db/schema/auth.js";
import * as sqliteSchema from "../../templates/auth-basic/database/sqlite/src/db/schema/auth.js";
import { type FreshDatabase, freshDatabase } from "../support/postgres.js";
import { repo } from "../support/template-tree.js";

/** One table as both sides are brought to it: the drizzle schema, and the database that the migrations made. */
interface Table {
  columns: Record<string, { type: string; notNull: boolean; default: string | null; primaryKey: boolean }>;
  /** Of everything but the primary key, e.g. "unique users_name_unique (name)". */
  indexes: string[];
}

let database: FreshDatabase | undefined;

afterEach(async () => {
  await database?.drop();
  database = undefined;
});

test("on sqlite the schema file and the migrations make the same tables, columns, defaults and indexes", async () => {
  expect(await migratedSqlite()).toEqual(drawnSqlite());
});

test("on Postgres the schema file and the migrations make the same tables, columns, defaults and indexes", async () => {
  database = await freshDatabase();
  expect(await migratedPostgres(database.url)).toEqual(drawnPostgres());
});

test("both databases have the same users and sessions", () => {
  const shape = (tables: Record<string, Table>) =>
    Object.fromEntries(
      ["users", "sessions"].map((name) => [
        name,
        Object.entries(tables[name]?.columns ?? {}).map(([column, { notNull, primaryKey }]) => [
          column,
          notNull,
          primaryKey,
        ]),
      ]),
    );
  expect(shape(drawnSqlite())).toEqual(shape(drawnPostgres()));
  expect(shape(drawnSqlite())["users"]).toContainEqual(["username_canonical", true, false]);
});

function drawnSqlite(): Record<string, Table> {
  const tables = Object.values(sqliteSchema).filter((value) => value instanceof SQLiteTable);
  return Object.fromEntries(tables.map((table) => [sqliteConfig(table).name, drawn(sqliteConfig(table))]));
}

function drawnPostgres(): Record<string, Table> {
  const tables = Object.values(postgresSchema).filter((value) => value instanceof PgTable);
  return Object.fromEntries(tables.map((table) => [pgConfig(table).name, drawn(pgConfig(table))]));
}

interface DrizzleColumn {
  name: string;
  notNull: boolean;
  primary: boolean;
  default: unknown;
  isUnique: boolean;
  uniqueName: string | undefined;
  getSQLType(): string;
}

interface DrizzleTable {
  columns: DrizzleColumn[];
  indexes: { config: { name?: string | undefined; unique?: boolean; columns: unknown[] } }[];
}

function drawn({ columns, indexes }: DrizzleTable): Table {
  return {
    columns: Object.fromEntries(
      columns.map((column) => [
        column.name,
        {
          type: column.getSQLType(),
          notNull: column.notNull,
          default: column.default === undefined ? null : String(column.default),
          primaryKey: column.primary,
        },
      ]),
    ),
    indexes: [
      ...columns.filter(({ isUnique }) => isUnique).map(({ name, uniqueName }) => `unique ${uniqueName} (${name})`),
      ...indexes.map(({ config }) => {
        const names = config.columns.map((column) => (column as { name: string }).name);
        return `${config.unique ? "unique" : "index"} ${config.name} (${names.join(", ")})`;
      }),
    ].sort(),
  };
}

async function migratedSqlite(): Promise<Record<string, Table>> {
  const client = createClient({ url: ":memory:" });
  const rowsOf = async (text: string) => (await client.execute(text)).rows as unknown as Record<string, unknown>[];
  for (const statement of await statementsOf("sqlite")) await client.execute(statement);
  const tables: Record<string, Table> = {};
  for (const { name } of await rowsOf("SELECT name FROM sqlite_master WHERE type = 'table'")) {
    const columns = await rowsOf(`PRAGMA table_info(${name})`);
    const indexes = await rowsOf(`PRAGMA index_list(${name})`);
    const described = indexes
      .filter(({ origin }) => origin !== "pk")
      .map(async ({ name: index, unique }) => {
        const of = (await rowsOf(`PRAGMA index_info(${index})`)).map((column) => column["name"]);
        return `${unique === 1 ? "unique" : "index"} ${index} (${of.join(", ")})`;
      });
    tables[String(name)] = {
      columns: Object.fromEntries(
        columns.map(({ name: column, type, notnull, dflt_value, pk }) => [
          column,
          {
            type: String(type).toLowerCase(),
            notNull: notnull === 1,
            default: unquoted(dflt_value),
            primaryKey: pk === 1,
          },
        ]),
      ),
      indexes: (await Promise.all(described)).sort(),
    };
  }
  client.close();
  return tables;
}

async function migratedPostgres(url: string): Promise<Record<string, Table>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of await statementsOf("postgres")) await client.query(statement);
    const columns = await client.query(
      `select table_name as table, column_name as name, data_type as type, is_nullable = 'NO' as not_null, column_default as value
       from information_schema.columns where table_schema = 'public' order by ordinal_position`,
    );
    const indexes = await client.query(
      `select c.relname as table, i.relname as name, x.indisunique as unique, x.indisprimary as primary,
         array(select a.attname::text from unnest(x.indkey) with ordinality k(n, o)
               join pg_attribute a on a.attrelid = c.oid and a.attnum = k.n order by k.o) as columns
       from pg_index x join pg_class c on c.oid = x.indrelid join pg_class i on i.oid = x.indexrelid
       where c.relnamespace = 'public'::regnamespace`,
    );
    const tables: Record<string, Table> = {};
    for (const { table, name, type, not_null, value } of columns.rows) {
      tables[table] ??= { columns: {}, indexes: [] };
      const primaryKey = indexes.rows.some((row) => row.table === table && row.primary && row.columns.includes(name));
      tables[table].columns[name] = { type, notNull: not_null, default: unquoted(value), primaryKey };
    }
    for (const { table, name, unique, primary, columns: of } of indexes.rows) {
      if (!primary) tables[table]?.indexes.push(`${unique ? "unique" : "index"} ${name} (${of.join(", ")})`);
    }
    for (const table of Object.values(tables)) table.indexes.sort();
    return tables;
  } finally {
    await client.end();
  }
}

/** Of every migration of the choice, in the order of their numbers. */
async function statementsOf(choice: string): Promise<string[]> {
  const folder = join(repo, "templates/auth-basic/database", choice, "src/db/migrations");
  const files = (await readdir(folder)).filter((name) => /^\d{4}-/.test(name)).sort();
  const modules = await Promise.all(files.map((name) => import(join(folder, name))));
  return modules
    .flatMap((module) => Object.values(module as Record<string, { statements: string[] }>))
    .flatMap(({ statements }) => statements);
}

function unquoted(value: unknown): string | null {
  return value === null ? null : String(value).replace(/^'(.*)'(::\w+)?$/, "$1");
}
