import { sql } from "drizzle-orm";
import type { Database } from "./client.js";
import { migrations } from "./migrations/index.js";
import { type Migration, migrationFailure } from "./migrations/migration.js";

/** Any number that no other advisory lock of the database uses. */
const migrationLock = 7_201_653_811;

/**
 * Applies what the database does not have yet, in a transaction. Any number of processes may try at once: the lock lasts
 * as long as the transaction, so it works behind a pooler.
 *
 * @returns the ids of those that were applied now.
 */
export async function migrate(tx: Database): Promise<string[]> {
  await tx.execute(sql`select pg_advisory_xact_lock(${migrationLock}::bigint)`);
  await tx.execute(sql`create table if not exists auth_migrations (
    id text primary key not null, applied_at timestamp with time zone not null default now())`);
  const missing = await missingIn(tx);
  for (const migration of missing) await apply(tx, migration);
  return missing.map(({ id }) => id);
}

async function apply(tx: Database, { id, statements }: Migration): Promise<void> {
  try {
    for (const statement of statements) await tx.execute(sql.raw(statement));
  } catch (error) {
    throw migrationFailure(id, error);
  }
  await tx.execute(sql`insert into auth_migrations (id) values (${id})`);
}

async function missingIn(tx: Database) {
  const { rows } = (await tx.execute(sql`select id from auth_migrations`)) as unknown as { rows: { id: string }[] };
  const applied = new Set(rows.map(({ id }) => id));
  return migrations.filter(({ id }) => !applied.has(id));
}
