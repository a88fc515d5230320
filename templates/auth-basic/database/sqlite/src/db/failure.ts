import { AuthError, codeOf, withCauses } from "../auth/errors.js";

/** Whether another connection held the database's write lock. */
export function isBusy(error: unknown): boolean {
  return /^SQLITE_(BUSY|LOCKED)/.test(sqliteCode(error));
}

/** Whether a unique index of that table refused a value. SQLite names the column, or an index on an expression: see `indexName`. */
export function isUniqueViolation(error: unknown, table: string): boolean {
  const refusals = [`UNIQUE constraint failed: ${table}.`, `UNIQUE constraint failed: index '${table}_`];
  return withCauses(error).some(
    (cause) =>
      codeOf(cause)?.startsWith("SQLITE_CONSTRAINT") && refusals.some((refusal) => cause.message.includes(refusal)),
  );
}

/** Whether a row could not be deleted because of another that refers to it (or one could not refer to a row that is not there). */
export function isReferenced(error: unknown): boolean {
  // ON DELETE RESTRICT has the code of a trigger: only the text is the same for every kind of key.
  return withCauses(error).some(({ message }) => /FOREIGN KEY constraint failed/.test(message));
}

/**
 * What an error of the database means to a client: mistakes of the code (a constraint, a type) stay what they are,
 * everything else is an outage.
 */
export function databaseFailure(error: unknown): unknown {
  if (withCauses(error).some(({ message }) => /no such (table|column)|has no column named/.test(message)))
    return new AuthError("ServiceUnavailable", { retryAfterSeconds: 1, detail: tablesAreMissing, cause: error });
  if (error instanceof AuthError || /^SQLITE_(CONSTRAINT|MISMATCH|RANGE|ERROR|MISUSE)/.test(sqliteCode(error)))
    return error;
  if (sqliteCode(error) === "SQLITE_NOTADB")
    return new AuthError("ServiceUnavailable", { detail: wrongKey, cause: error });
  return sqliteCode(error) ? new AuthError("ServiceUnavailable", { retryAfterSeconds: 1, cause: error }) : error;
}

const tablesAreMissing =
  "The tables of db/schema/auth.ts are missing, or others have their names: run npm run auth:migrate, and see docs/auth/README.md " +
  '("Names of tables").';
const wrongKey = "The database file does not open with this DATABASE_ENCRYPTION_KEY, or is no SQLite database.";

/** The code of the driver's error, which drizzle wraps. */
function sqliteCode(error: unknown): string {
  const [code = ""] = withCauses(error).flatMap((cause) => codeOf(cause) ?? []);
  return code;
}
