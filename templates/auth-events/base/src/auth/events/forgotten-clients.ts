import { inBatches } from "../purge-store.js";
import { forgetClients } from "./store.js";
import { forgetSenders } from "./webhook-store.js";

/** Takes addresses and user agents of a user that is gone out of the table, and out of what has not been sent. */
export async function forgetClient(userId: string): Promise<void> {
  await inBatches((rows) => forgetSenders(userId, rows));
  await inBatches((rows) => forgetClients(userId, rows));
}
