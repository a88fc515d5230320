import { AuthError, codeOf, withCauses } from "../auth/errors.js";

/** Whether Postgres asks to run the statement or transaction again: serialization failure, deadlock. */
export function isConflict(error: unknown): boolean {
  return ["40001", "40P01"].includes(sqlState(error));
}

/**
 * Whether a statement was refused for its name, before it ran: the connection does not know it, has one of that name
 * already, or has a plan for it from before a migration.
 */
export function isUnknownStatement(error: unknown): boolean {
  return ["26000", "42P05", "0A000"].includes(sqlState(error));
}

/** Whether a unique index of that table refused a value. */
export function isUniqueViolation(error: unknown, table: string): boolean {
  return sqlState(error) === "23505" && withCauses(error).some((cause) => "table" in cause && cause.table === table);
}

/** Whether a row could not be deleted because of another that refers to it (or one could not refer to a row that is not there). */
export function isReferenced(error: unknown): boolean {
  return [foreignKeyViolation, restrictViolation].includes(sqlState(error));
}

/**
 * What an error of the database means to a client: mistakes of the code (classes 22, 23 and 42 of SQLSTATE, and P0, what a
 * trigger raises) stay what they are, everything else, missing tables among it, is an outage.
 */
export function databaseFailure(error: unknown): unknown {
  if (error instanceof AuthError) return error;
  if (tablesAreOthers.includes(sqlState(error)))
    return new AuthError("ServiceUnavailable", {
      retryAfterSeconds: 1,
      detail: tablesAreMissing,
      cause: error,
    });
  const mistake = /^(22|23|42|P0)/.test(sqlState(error));
  return mistake ? error : new AuthError("ServiceUnavailable", { retryAfterSeconds: 1, cause: error });
}

const tablesAreMissing =
  "The tables of db/schema/auth.ts are missing: run npm run auth:migrate. Where they were made under other names, or other tables have these, " +
  'docs/auth/README.md has the SQL that renames them ("Names of tables").';

/** No such table, or no such column: `npm run auth:migrate` has not been run, or a table of somebody else has the name. */
const tablesAreOthers = ["42P01", "42703"];

const foreignKeyViolation = "23503";
/** From Postgres 18 on, of a key that is ON DELETE RESTRICT. */
const restrictViolation = "23001";

/** The code of the driver's error, which drizzle wraps. */
function sqlState(error: unknown): string {
  const [code = ""] = withCauses(error).flatMap((cause) => codeOf(cause) ?? []);
  return code;
}
