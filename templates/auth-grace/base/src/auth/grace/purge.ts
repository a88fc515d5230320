import { emit } from "../events.js";
import { accountDeletes } from "../hooks.js";
import type { PassOver, Purge } from "../purge.js";
import { inBatches, repeat } from "../purge-store.js";
import { deleteDueAccount, dropDeletions, dropOverruled, findDue, findGone } from "./store.js";

/** Deletes the accounts whose time to be restored is over, and what names a person in their sessions. */
export const purgeAccounts: Purge = { name: "accounts", run: deleteDue };

async function deleteDue(passOver: PassOver): Promise<number> {
  const deleted = await deleteOneByOne(passOver);
  await inBatches(tellOfGone);
  await inBatches(dropOverruled);
  return deleted;
}

/** Each in a transaction of its own, so that one that can't go keeps no other. */
async function deleteOneByOne(passOver: PassOver): Promise<number> {
  let deleted = 0;
  let after = "";
  await repeat(async () => {
    const userId = await findDue(after);
    if (userId === null) return false;
    after = userId;
    if (await tryToDelete(userId, passOver)) deleted += 1;
    return true;
  });
  return deleted;
}

async function tryToDelete(userId: string, passOver: PassOver): Promise<boolean> {
  try {
    return await deleteDueAccount(userId, accountDeletes);
  } catch (error) {
    // Also one that a lock or a time limit has kept. Where the database is away, the search for the next one says so.
    await passOver(error, userId);
    return false;
  }
}

/**
 * The deletion is dropped after everybody has heard of it: what add-ons keep of the user goes even when a process
 * ended in between. So one may hear of it twice.
 */
async function tellOfGone(rows: number): Promise<number> {
  const gone = await findGone(rows);
  for (const userId of gone) await emit({ event: "user_deleted", outcome: "success", userId });
  await dropDeletions(gone);
  return gone.length;
}
