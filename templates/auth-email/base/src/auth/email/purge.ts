import { and, isNull, lt } from "drizzle-orm";
import { ago } from "../../db/client.js";
import { emailTokens, mailLimits, mailOutbox } from "../../db/schema/auth-email.js";
import type { Purge } from "../purge.js";
import { deleteSome, inBatches } from "../purge-store.js";

/** How long mail that nobody took can still be looked at. */
const keepFailedSeconds = 7 * 86_400;

/** Links that have expired, counters of days that are over, and mail that was given up. */
export const purgeMail: Purge = { name: "links, limits and failed mails", run: deleteOld };

async function deleteOld(): Promise<number> {
  const expired = lt(emailTokens.expiresAt, ago(0));
  const over = lt(mailLimits.dayEndsAt, ago(0));
  const failed = and(isNull(mailOutbox.dueAt), lt(mailOutbox.createdAt, ago(keepFailedSeconds)));
  return (
    (await inBatches((rows) => deleteSome(emailTokens, emailTokens.id, expired, rows))) +
    (await inBatches((rows) => deleteSome(mailLimits, mailLimits.key, over, rows))) +
    (await inBatches((rows) => deleteSome(mailOutbox, mailOutbox.id, failed, rows)))
  );
}
