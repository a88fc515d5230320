import { emit } from "../events.js";
import { accountDeletes } from "../hooks.js";
import type { Purge, ReportFailure } from "../purge.js";
import { inBatches, repeat } from "../purge-store.js";
import { deleteDueAccount, dropDeletions, dropOverruled, findDeleted, findDue } from "./store.js";

/** Deletes the accounts whose time to be restored is over, and what names a person in their sessions. */
export const purgeAccounts: Purge = { name: "accounts", run: purgeDeletions };

async function purgeDeletions(reportFailure: ReportFailure): Promise<number> {
  const deleted = await deleteDueAccounts(reportFailure);
  await inBatches(announceDeleted);
  await inBatches(dropOverruled);
  return deleted;
}

/** Each in a transaction of its own, so that one that can't go keeps no other. */
async function deleteDueAccounts(reportFailure: ReportFailure): Promise<number> {
  let deleted = 0;
  let after = "";
  await repeat(async () => {
    const userId = await findDue(after);
    if (userId === null) return false;
    after = userId;
    if (await tryToDelete(userId, reportFailure)) deleted += 1;
    return true;
  });
  return deleted;
}

async function tryToDelete(userId: string, reportFailure: ReportFailure): Promise<boolean> {
  try {
    return await deleteDueAccount(userId, accountDeletes);
  } catch (error) {
    // Also one that a lock or a time limit has kept. Where the database is away, the search for the next one says so.
    await reportFailure(error, userId);
    return false;
  }
}

/**
 * A process may end between the deletion and its event, on which add-ons delete what they keep of the user. So the row that
 * planned it goes after the event, and the event may come twice.
 */
async function announceDeleted(rows: number): Promise<number> {
  const deleted = await findDeleted(rows);
  for (const userId of deleted) await emit({ event: "user_deleted", outcome: "success", userId });
  await dropDeletions(deleted);
  return deleted.length;
}
