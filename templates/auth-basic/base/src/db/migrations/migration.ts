import { getTableName } from "drizzle-orm";
import { AuthError, withCauses } from "../../auth/errors.js";
import { columnType } from "../columns.js";
import { appliedMigrations, users } from "../schema/auth.js";

/** A step of the schema: applied once, in the order of `index.ts`, and never edited afterwards. */
export interface Migration {
  id: string;
  statements: string[];
}

/** Makes the table that remembers what was applied. */
export const createAppliedMigrations = `CREATE TABLE IF NOT EXISTS "${getTableName(appliedMigrations)}" (
  id text PRIMARY KEY NOT NULL,
  applied_at ${columnType.time} NOT NULL
)`;

/** Says which migration failed and what the database said: of a statement of ours, so nothing of a client is in it. */
export function migrationFailure(id: string, error: unknown): AuthError {
  const [root] = withCauses(error).reverse();
  const taken = /already exists/.test(root?.message ?? "");
  const wayOut = taken ? " If that table is yours, rename ours first: docs/auth/README.md says how." : "";
  const detail = `Migration ${id} failed and nothing of it was applied: ${root?.message}.${wayOut}`;
  return new AuthError("ServiceUnavailable", { detail });
}

/** What a database is told that has had the migrations, but has no table of that name: it was renamed in one place only. */
export function tablesAreRenamed(): AuthError {
  const detail = `The tables were migrated under other names: there is no "${getTableName(users)}". docs/auth/README.md has the SQL that renames them ("Names of tables").`;
  return new AuthError("ServiceUnavailable", { detail });
}
