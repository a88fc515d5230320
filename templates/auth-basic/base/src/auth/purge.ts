import { purges } from "./purge.js";

/**
 * Deletes what nobody needs any more, in small batches with pauses: beside live traffic, from any number of machines at
 * once. Call it from a scheduler of yours, or run `npm run auth:purge`, once a day or so.
 *
 * @returns how many rows of each kind went: `{ sessions: 12 }`.
 * @throws AuthError "ServiceUnavailable" when the database does not answer; what went until then is gone.
 */
export async function purge(): Promise<Record<string, number>> {
  const deleted: Record<string, number> = {};
  for (const { name, run } of purges) deleted[name] = await run();
  return deleted;
}
