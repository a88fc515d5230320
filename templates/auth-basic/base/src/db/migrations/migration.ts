import { AuthError, withCauses } from "../../auth/errors.js";

/** A step of the schema: applied once, in the order of `index.ts`, and never edited afterwards. */
export interface Migration {
  id: string;
  statements: string[];
}

/** Says which migration failed and what the database said: of a statement of ours, so nothing of a client is in it. */
export function migrationFailure(id: string, error: unknown): AuthError {
  const [root] = withCauses(error).reverse();
  const taken = /already exists/.test(root?.message ?? "");
  const wayOut = taken ? ` If that table is yours, rename ours first: auth/README.md says how.` : "";
  const detail = `Migration ${id} failed and nothing of it was applied: ${root?.message}.${wayOut}`;
  return new AuthError("ServiceUnavailable", { detail });
}
