import type { Purge } from "../purge.js";
import { inBatches } from "../purge-store.js";
import { eventsConfig } from "./config.js";
import { forgetClient } from "./forgotten-clients.js";
import { deleteOldEvents, halfForgotten } from "./store.js";
import { deleteOldMessages } from "./webhook-store.js";
import { giveUpSeconds } from "./webhooks.js";

/** Twice as long as they are tried: what nobody sends any more. */
const keepMessageSeconds = 2 * giveUpSeconds;

/** Events older than `AUTH_EVENT_DAYS`; and of users that are gone, addresses and user agents. */
export const purgeEvents: Purge = { name: "events", run: deleteEvents };

/** Messages that no process delivers: the webhook has been turned off, or its receiver is gone. */
export const purgeMessages: Purge = { name: "unsent webhooks", run: deleteMessages };

async function deleteEvents(): Promise<number> {
  const deleted = await inBatches((rows) => deleteOldEvents(eventsConfig.eventSeconds, rows));
  for (const userId of await halfForgotten()) await forgetClient(userId);
  return deleted;
}

async function deleteMessages(): Promise<number> {
  return inBatches((rows) => deleteOldMessages(keepMessageSeconds, rows));
}
