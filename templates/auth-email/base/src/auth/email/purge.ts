import { and, isNull, lt } from "drizzle-orm";
import { ago } from "../../db/client.js";
import { emailTokens, mailLimits, mailOutbox } from "../../db/schema/auth-email.js";
import type { Purge } from "../purge.js";
import { deleteSome, inBatches } from "../purge-store.js";

/** How long mail that nobody took can still be looked at. */
const keepFailedSeconds = 7 * 86_400;

/** Links that have expired, counters of days that are over, and mail that was given up. */
export const purgeMail: Purge = { name: "links, limits and failed mails", run: deleteOld };

const expired = { key: emailTokens.id, order: emailTokens.expiresAt, doomed: lt(emailTokens.expiresAt, ago(0)) };
const over = { key: mailLimits.key, order: mailLimits.dayEndsAt, doomed: lt(mailLimits.dayEndsAt, ago(0)) };
const failed = {
  key: mailOutbox.id,
  order: mailOutbox.createdAt,
  doomed: and(isNull(mailOutbox.dueAt), lt(mailOutbox.createdAt, ago(keepFailedSeconds))),
};

async function deleteOld(): Promise<number> {
  return (
    (await inBatches((rows) => deleteSome(emailTokens, expired, rows))) +
    (await inBatches((rows) => deleteSome(mailLimits, over, rows))) +
    (await inBatches((rows) => deleteSome(mailOutbox, failed, rows)))
  );
}
