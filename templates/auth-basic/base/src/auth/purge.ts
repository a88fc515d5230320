import { batchRows, deleteDeadSessions, nextSessions, repeat } from "./purge-store.js";
import { revocationMemorySeconds } from "./revocations.js";

/** One kind of row that nobody needs any more. */
export interface Purge {
  /** What is deleted, for the report: "sessions". */
  name: string;
  /** Deletes it with `inBatches`, so that nothing is locked for long, and says how many rows went. */
  run(): Promise<number>;
}

/** How long a session that has ended or expired can still be looked at. */
const keepDeadDays = 7;
const keepDeadSeconds = Math.max(keepDeadDays * 86_400, revocationMemorySeconds);

/** Everything that `npm run auth:purge` deletes, in order. An add-on appends its own. */
export const purges: Purge[] = [{ name: "sessions", run: purgeSessions }];

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

/**
 * Walks along the primary key: an index on the idle expiry would have to be written at every refresh. A refresh token of
 * a session that is gone is refused like any dead one.
 */
async function purgeSessions(): Promise<number> {
  let deleted = 0;
  let after = "";
  await repeat(async () => {
    const page = await nextSessions(after, batchRows, keepDeadSeconds);
    const last = page[page.length - 1]?.id ?? after;
    if (page.some(({ isDead }) => isDead)) deleted += await deleteDeadSessions(after, last, batchRows, keepDeadSeconds);
    after = last;
    return page.length === batchRows;
  });
  return deleted;
}
