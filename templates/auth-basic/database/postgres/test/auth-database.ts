import { PGlite } from "@electric-sql/pglite";
import { drizzle } from "drizzle-orm/pglite";
import pg from "pg";
import { type Connection, migrateDatabase, query, useDatabase } from "../src/db/client.js";
import { testSchema, testServerUrl } from "./auth-database-url.js";

/** Makes the throw-away database ready. */
export async function prepareDatabase(): Promise<void> {
  if (testServerUrl) await onServer(testServerUrl, `create schema ${testSchema}`);
  else useDatabase(await inMemory());
  await migrateDatabase();
}

/** Takes the throw-away database away. Call it after `closeAuth`. */
export async function releaseDatabase(): Promise<void> {
  if (testServerUrl) await onServer(testServerUrl, `drop schema if exists ${testSchema} cascade`);
}

/** Everything that is stored, as text: each row of each table. */
export async function dumpDatabase(): Promise<string> {
  const tables = await query("select tablename as name from pg_tables where schemaname = current_schema()", []);
  const dumps = (tables.rows as { name: string }[]).map(({ name }) =>
    query(`select t::text as row from ${name} t`, []),
  );
  return JSON.stringify((await Promise.all(dumps)).map(({ rows }) => rows));
}

async function inMemory(): Promise<Connection> {
  const client = await PGlite.create();
  return {
    db: drizzle({ client }),
    query: async (text, values) => {
      const { rows, affectedRows } = await client.query(text, values);
      return { rows, rowCount: affectedRows || rows.length };
    },
    close: () => client.close(),
  };
}

async function onServer(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}
