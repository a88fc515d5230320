import type { Client, Transaction } from "@libsql/client";
import { getTableName } from "drizzle-orm";
import { migrations } from "./migrations/index.js";
import { createAppliedMigrations, type Migration, migrationFailure, tablesAreRenamed } from "./migrations/migration.js";
import { appliedMigrations, users } from "./schema/auth.js";

const appliedTable = `"${getTableName(appliedMigrations)}"`;

/**
 * Applies what the database does not have yet, each migration whole or not at all. Any number of processes may try at
 * once.
 *
 * @returns the ids of those that were applied now.
 */
export async function migrate(client: Client): Promise<string[]> {
  const applied = await appliedIn(client);
  if (applied.size > 0 && !(await hasTable(client, getTableName(users)))) throw tablesAreRenamed();
  if (migrations.every(({ id }) => applied.has(id))) return [];
  const transaction = await client.transaction("write");
  try {
    await transaction.execute(createAppliedMigrations);
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
  await transaction.execute({ sql: `INSERT INTO ${appliedTable} VALUES (?, ?)`, args: [id, Date.now()] });
}

/** A start that has nothing to do takes no write lock. */
async function appliedIn(client: Client): Promise<Set<unknown>> {
  return (await hasTable(client, getTableName(appliedMigrations))) ? ids(client) : new Set();
}

async function hasTable(client: Client, name: string): Promise<boolean> {
  const { rows } = await client.execute({
    sql: "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?",
    args: [name],
  });
  return rows.length > 0;
}

async function missingIn(database: Pick<Client, "execute">) {
  const applied = await ids(database);
  return migrations.filter(({ id }) => !applied.has(id));
}

async function ids(database: Pick<Client, "execute">): Promise<Set<unknown>> {
  const { rows } = await database.execute(`SELECT id FROM ${appliedTable}`);
  return new Set(rows.map((row) => row["id"]));
}
