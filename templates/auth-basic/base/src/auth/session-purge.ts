import { batchRows, repeat } from "./purge-store.js";
import { deleteDeadSessions, nextSessions } from "./purge-store.js";
import type { Purge } from "./purge.js";
import { heardSeconds } from "./revocations.js";

/** How long a session that has ended or expired can still be looked at. */
const keepDeadDays = 7;
const keepDeadSeconds = Math.max(keepDeadDays * 86_400, heardSeconds);

/**
 * Walks along the primary key: an index on the idle expiry would have to be written at every refresh. A refresh token of
 * a session that is gone is refused like any dead one.
 */
export const purgeSessions: Purge = { name: "sessions", run: deleteDead };

async function deleteDead(): Promise<number> {
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
