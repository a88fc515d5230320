import { getTableName, sql } from "drizzle-orm";
import type { Database } from "./client.js";
import { migrations } from "./migrations/index.js";
import { createAppliedMigrations, type Migration, migrationFailure, tablesAreRenamed } from "./migrations/migration.js";
import { appliedMigrations, users } from "./schema/auth.js";

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
  await tx.execute(sql.raw(createAppliedMigrations));
  const applied = await appliedIn(tx);
  if (applied.size > 0 && !(await hasUsers(tx))) throw tablesAreRenamed();
  const missing = migrations.filter(({ id }) => !applied.has(id));
  for (const migration of missing) await apply(tx, migration);
  return missing.map(({ id }) => id);
}

async function apply(tx: Database, { id, statements }: Migration): Promise<void> {
  try {
    for (const statement of statements) await tx.execute(sql.raw(statement));
  } catch (error) {
    throw migrationFailure(id, error);
  }
  await tx.insert(appliedMigrations).values({ id, appliedAt: sql`now()` });
}

async function appliedIn(tx: Database): Promise<Set<string>> {
  const rows = await tx.select({ id: appliedMigrations.id }).from(appliedMigrations);
  return new Set(rows.map(({ id }) => id));
}

async function hasUsers(tx: Database): Promise<boolean> {
  const name = getTableName(users);
  const [found] = await tx
    .select({ isThere: sql<boolean>`to_regclass(quote_ident(${name})) is not null` })
    .from(sql`(values (1)) as one`);
  return found?.isThere === true;
}
