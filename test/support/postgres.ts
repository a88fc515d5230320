import { randomBytes } from "node:crypto";
import pg from "pg";
import { inject } from "vitest";

export interface FreshDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

/** An empty database on the suite's Postgres, for one test. With `template`, a copy of that database, to which nobody may be connected. */
export async function freshDatabase(template = "template0"): Promise<FreshDatabase> {
  const admin = inject("postgresAdminUrl");
  const name = `authwright_${randomBytes(6).toString("hex")}`;
  await query(admin, `create database ${name} template ${pg.escapeIdentifier(template)}`);
  const url = new URL(admin);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => drop(admin, name) };
}

/** Without force, Postgres gives connections that are just closing five seconds: a forced end would be an error event in the test. */
async function drop(admin: string, name: string): Promise<void> {
  await query(admin, `drop database ${name}`).catch(() => query(admin, `drop database if exists ${name} with (force)`));
}

async function query(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}
