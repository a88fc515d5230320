import { emit } from "../events.js";
import { accountDeletes } from "../hooks.js";
import type { Purge, ReportFailure } from "../purge.js";
import { inPages } from "../purge-store.js";
import { deleteDueAccount, dropDeletions, dropOverruled, findDeleted, findDue } from "./store.js";

/** Accounts that go one after the other before their events are told. */
const accountsAtOnce = 20;

/** Deletes the accounts whose time to be restored is over, and what names a person in their sessions. */
export const purgeAccounts: Purge = { name: "accounts", run: purgeDeletions };

/** Each in a transaction of its own, so that one that can't go keeps no other. */
async function purgeDeletions(reportFailure: ReportFailure): Promise<number> {
  let deleted = 0;
  await inPages(async (after) => {
    const due = await findDue(after, accountsAtOnce);
    if (due.length === 0) return null;
    for (const userId of due) if (await tryToDelete(userId, reportFailure)) deleted += 1;
    await announceDeleted(due);
    await dropOverruled(due);
    return due.at(-1) ?? null;
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
async function announceDeleted(due: string[]): Promise<void> {
  const deleted = await findDeleted(due);
  for (const userId of deleted) await emit({ event: "user_deleted", outcome: "success", userId });
  await dropDeletions(deleted);
}
