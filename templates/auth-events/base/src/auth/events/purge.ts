import type { Purge } from "../purge.js";
import { batchRows, inBatches, inPages } from "../purge-store.js";
import { eventsConfig } from "./config.js";
import { forgetClient } from "./forgotten-clients.js";
import { deleteOldEvents, nextForgotten } from "./store.js";
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
  await inPages(forgetHalfForgotten);
  return deleted;
}

async function forgetHalfForgotten(after: string): Promise<string | null> {
  const page = await nextForgotten(after, batchRows);
  for (const { userId, isHalf } of page) if (isHalf) await forgetClient(userId);
  return page.at(-1)?.userId ?? null;
}

async function deleteMessages(): Promise<number> {
  return inBatches((rows) => deleteOldMessages(keepMessageSeconds, rows));
}
