import { PGlite } from "@electric-sql/pglite";
import { drizzle as onPool } from "drizzle-orm/node-postgres";
import { drizzle } from "drizzle-orm/pglite";
import pg from "pg";
import { type Connection, closeDatabase, migrateDatabase, query, useDatabase } from "../../src/db/client.js";
import { testSchema, testServerUrl } from "./database-url.js";

let memory: Connection | undefined;

/** Makes the throw-away database ready. */
export async function prepareDatabase(): Promise<void> {
  if (testServerUrl) await onServer(testServerUrl, `create schema ${testSchema}`);
  else memory = await inMemory();
  if (memory) useDatabase(memory);
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

/** Takes the database away, as a server that is down would, and gives it back as it was. */
export async function duringOutage(work: () => Promise<void>): Promise<void> {
  if (!memory) await closeDatabase();
  useDatabase(nowhere());
  try {
    await work();
  } finally {
    await closeDatabase();
    if (memory) useDatabase(memory);
  }
}

function nowhere(): Connection {
  const pool = new pg.Pool({ connectionString: "postgres://nobody@127.0.0.1:1/nothing" });
  const db = onPool(pool);
  return {
    db,
    transaction: (work) => db.transaction(work),
    query: (text, values) => pool.query(text, values),
    close: () => pool.end(),
  };
}

async function inMemory(): Promise<Connection> {
  const client = await PGlite.create();
  const db = drizzle({ client });
  return {
    db,
    transaction: (work) => db.transaction(work),
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
