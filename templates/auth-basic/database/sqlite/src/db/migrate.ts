import type { Client, Transaction } from "@libsql/client";
import { migrations } from "./migrations/index.js";
import { type Migration, migrationFailure } from "./migrations/migration.js";

/**
 * Applies what the database does not have yet, each migration whole or not at all. Any number of processes may try at
 * once.
 *
 * @returns the ids of those that were applied now.
 */
export async function migrate(client: Client): Promise<string[]> {
  const applied = await appliedMigrations(client);
  if (migrations.every(({ id }) => applied.has(id))) return [];
  const transaction = await client.transaction("write");
  try {
    await transaction.execute(
      "CREATE TABLE IF NOT EXISTS auth_migrations (id text PRIMARY KEY NOT NULL, applied_at text NOT NULL)",
    );
    const missing = await missingIn(transaction);
    for (const migration of missing) await apply(transaction, migration);
    await transaction.commit();
    return missing.map(({ id }) => id);
  } finally {
    transaction.close();
  }
}

async function apply(transaction: Transaction, { id, statements }: Migration): Promise<void> {
  try {
    for (const statement of statements) await transaction.execute(statement);
  } catch (error) {
    throw migrationFailure(id, error);
  }
  await transaction.execute({ sql: "INSERT INTO auth_migrations VALUES (?, datetime('now'))", args: [id] });
}

/** A start that has nothing to do takes no write lock. */
async function appliedMigrations(client: Client): Promise<Set<unknown>> {
  const table = await client.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'auth_migrations'");
  return table.rows.length === 0 ? new Set() : ids(client);
}

async function missingIn(database: Pick<Client, "execute">) {
  const applied = await ids(database);
  return migrations.filter(({ id }) => !applied.has(id));
}

async function ids(database: Pick<Client, "execute">): Promise<Set<unknown>> {
  const { rows } = await database.execute("SELECT id FROM auth_migrations");
  return new Set(rows.map((row) => row["id"]));
}
