import { isUniqueViolation } from "../db/failure.js";
import { AuthError } from "./errors.js";
import { findTaken, type UserValues, uniqueNames } from "./store.js";

/**
 * Runs a write that a unique column may refuse. Whether a value is free is not asked before: of many who want it at once,
 * the database lets one have it.
 *
 * @throws AuthError "UsernameNotAvailable", or "FieldNotAvailable" that names the fields.
 */
export async function unlessTaken<T>(id: string, values: UserValues, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    await refuseTaken(id, values);
    // Whoever had it has let it go since, or the index folds what it compares.
    throw notAvailable(uniqueNames(values)) ?? error;
  }
}

/** For what must not happen when the write is going to be refused. It does not take the place of `unlessTaken`. */
export async function refuseTaken(id: string, values: UserValues): Promise<void> {
  const refusal = notAvailable(await findTaken(id, values));
  if (refusal) throw refusal;
}

function notAvailable(taken: string[]): AuthError | null {
  if (taken.length === 0) return null;
  if (taken.includes("usernameCanonical")) return new AuthError("UsernameNotAvailable");
  const issues = taken.map((path) => ({ path, message: "Another account has this." }));
  return new AuthError("FieldNotAvailable", { issues });
}
