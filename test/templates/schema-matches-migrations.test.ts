import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { createClient } from "@libsql/client";
import { PgTable, getTableConfig as pgConfig } from "drizzle-orm/pg-core";
import { SQLiteTable, getTableConfig as sqliteConfig } from "drizzle-orm/sqlite-core";
import pg from "pg";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { readRegistry } from "../../cli/registry/read-registry.js";
import { type ComposedApp, composeApp } from "../support/compose.js";
import { type FreshDatabase, freshDatabase } from "../support/postgres.js";
import { repo } from "../support/template-tree.js";

/** One table as both sides are brought to it: the drizzle schema, and the database that the migrations made. */
interface Table {
  columns: Record<string, { type: string; notNull: boolean; default: string | null; primaryKey: boolean }>;
  /** Of everything but the primary key, e.g. "unique users_name_unique (name)". */
  indexes: string[];
}

/** Of add-ons on the table of base's users, whose schema file knows none of them: they stand in migrations alone. */
const indexesOnUsers = [
  "index auth_users_created_at (created_at, id)",
  "index auth_users_disabled (created_at, id)",
  "index auth_users_email (expression)",
  "index auth_users_email_order (expression, id)",
  "index auth_users_role (role, created_at, id)",
  "index auth_users_username_order (expression, id)",
  "unique auth_users_proven_email (expression)",
];

type DatabaseName = "sqlite" | "postgres";

/** The tree with every add-on in it. */
let apps: Record<DatabaseName, ComposedApp>;
let database: FreshDatabase | undefined;

beforeAll(async () => {
  const addOns = readRegistry(repo).items.filter(({ requires }) => requires.length > 0);
  const items = addOns.map(({ name }) => name);
  apps = {
    sqlite: await composeApp({ database: "sqlite", items }),
    postgres: await composeApp({ database: "postgres", items }),
  };
});

afterAll(async () => {
  for (const app of Object.values(apps)) await app.remove();
});

afterEach(async () => {
  await database?.drop();
  database = undefined;
});

test("on sqlite the schema files and the migrations make the same tables, columns, defaults and indexes", async () => {
  expect(await migratedSqlite()).toEqual(withAddOns(await drawnSqlite()));
});

test("on Postgres the schema files and the migrations make the same tables, columns, defaults and indexes", async () => {
  database = await freshDatabase();
  expect(await migratedPostgres(database.url)).toEqual(withAddOns(await drawnPostgres()));
});

test("both databases have the same tables", async () => {
  const shape = (tables: Record<string, Table>) =>
    Object.entries(tables)
      .map(([table, { columns }]) => [
        table,
        Object.entries(columns).map(([column, { notNull, primaryKey }]) => [column, notNull, primaryKey]),
      ])
      .sort();
  const postgres = await drawnPostgres();
  expect(shape(await drawnSqlite())).toEqual(shape(postgres));
  expect(shape(postgres).map(([table]) => table)).toEqual(
    expect.arrayContaining(["auth_users", "auth_sessions", "auth_events", "auth_rate_limits"]),
  );
});

function withAddOns({ auth_users, ...others }: Record<string, Table>): Record<string, Table | undefined> {
  const indexes = [...(auth_users?.indexes ?? []), ...indexesOnUsers].sort();
  return { ...others, auth_users: auth_users && { ...auth_users, indexes } };
}

async function drawnSqlite(): Promise<Record<string, Table>> {
  const tables = (await schemaOf("sqlite")).filter((value) => value instanceof SQLiteTable);
  return Object.fromEntries(tables.map((table) => [sqliteConfig(table).name, drawn(sqliteConfig(table))]));
}

async function drawnPostgres(): Promise<Record<string, Table>> {
  const tables = (await schemaOf("postgres")).filter((value) => value instanceof PgTable);
  return Object.fromEntries(tables.map((table) => [pgConfig(table).name, drawn(pgConfig(table))]));
}

/** Whatever the schema files export. */
async function schemaOf(choice: DatabaseName): Promise<unknown[]> {
  const folder = join(apps[choice].dir, "src/db/schema");
  const modules = (await readdir(folder)).map((name) => import(join(folder, name)));
  return (await Promise.all(modules)).flatMap((module) => Object.values(module as object));
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
  primaryKeys: { columns: { name: string }[] }[];
}

function drawn({ columns, indexes, primaryKeys }: DrizzleTable): Table {
  const keys = primaryKeys.flatMap((key) => key.columns.map(({ name }) => name));
  return {
    columns: Object.fromEntries(
      columns.map((column) => [
        column.name,
        {
          type: column.getSQLType(),
          notNull: column.notNull,
          default: column.default === undefined ? null : String(column.default),
          primaryKey: column.primary || keys.includes(column.name),
        },
      ]),
    ),
    indexes: [
      ...columns.filter(({ isUnique }) => isUnique).map(({ name, uniqueName }) => `unique ${uniqueName} (${name})`),
      ...indexes.map(({ config }) => {
        const names = config.columns.map((column) => (column as { name?: string }).name ?? "expression");
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
  for (const { name } of await rowsOf(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
  )) {
    const columns = await rowsOf(`PRAGMA table_info(${name})`);
    const indexes = await rowsOf(`PRAGMA index_list(${name})`);
    const described = indexes
      .filter(({ origin }) => origin !== "pk")
      .map(async ({ name: index, unique }) => {
        const of = (await rowsOf(`PRAGMA index_info(${index})`)).map((column) => column["name"] ?? "expression");
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
            primaryKey: Number(pk) > 0,
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
         array(select coalesce(a.attname::text, 'expression') from unnest(x.indkey) with ordinality k(n, o)
               left join pg_attribute a on a.attrelid = c.oid and a.attnum = k.n order by k.o) as columns
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

/** Of every migration, in the order in which they are applied, and of what remembers them. */
async function statementsOf(choice: DatabaseName): Promise<string[]> {
  const folder = join(apps[choice].dir, "src/db/migrations");
  const { migrations } = await import(join(folder, "index.ts"));
  const { createAppliedMigrations } = await import(join(folder, "migration.ts"));
  return [
    createAppliedMigrations,
    ...(migrations as { statements: string[] }[]).flatMap(({ statements }) => statements),
  ];
}

function unquoted(value: unknown): string | null {
  return value === null ? null : String(value).replace(/^'(.*)'(::\w+)?$/, "$1");
}
