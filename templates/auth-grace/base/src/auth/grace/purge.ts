import { emit } from "../events.js";
import type { Purge } from "../purge.js";
import { inBatches } from "../purge-store.js";
import { deleteDueAccounts, dropDeletions, dropOverruled, findGone } from "./store.js";

/** Deletes the accounts whose time to be restored is over, and what names a person in their sessions. */
export const purgeAccounts: Purge = { name: "accounts", run: deleteDue };

async function deleteDue(): Promise<number> {
  const deleted = await inBatches(deleteDueAccounts);
  await inBatches(tellOfGone);
  await inBatches(dropOverruled);
  return deleted;
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
