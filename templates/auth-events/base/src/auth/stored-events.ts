import { atMost } from "./at-most.js";
import { inBatches } from "./batches.js";
import { codeOf } from "./errors.js";
import { forgetClients, insertEvent } from "./event-store.js";
import type { AuthEvent } from "./events.js";
import { eventsConfig } from "./events-config.js";
import { writeJsonLine } from "./json-lines.js";
import { messageOf } from "./webhook-message.js";
import { startWebhooks } from "./webhooks.js";

/** How long an answer waits for its event to be stored. A slow database is not to make it slow twice. */
const patienceMs = 1_000;
/** After a failure nothing is tried for so long: an outage is no time to queue up. */
const pauseMs = 1_000;
/** Events that are being stored at once; beyond that, they stand in the log alone. */
const mostAtWork = 500;

const atWork = new Set<Promise<void>>();
let pausedUntil = 0;

/** Keeps the event in the table, and in the outbox of the webhook where there is one. Failures end here, in the log. */
export async function storeEvent(event: AuthEvent): Promise<void> {
  // What tells of an outage would cause the next one.
  if (event.event === "sys_error") return;
  if (performance.now() < pausedUntil || atWork.size >= mostAtWork) return notStored(event, "paused");
  const stored = store(event).catch((error: unknown) => {
    pausedUntil = performance.now() + pauseMs;
    notStored(event, (error instanceof Error && codeOf(error)) || "failed");
  });
  atWork.add(stored);
  void stored.then(() => atWork.delete(stored));
  await atMost(patienceMs, stored);
}

/** Waits for what is being stored, so that the database can be closed. */
export async function finishEvents(): Promise<void> {
  await Promise.all(atWork);
}

async function store(event: AuthEvent): Promise<void> {
  const isGone = event.event === "user_deleted";
  await insertEvent(isGone ? { ...event, client: undefined } : event, eventsConfig.webhook && messageOf);
  startWebhooks();
  const { userId } = event;
  if (isGone && userId) await inBatches((rows) => forgetClients(userId, rows));
}

function notStored({ event }: AuthEvent, why: string): void {
  writeJsonLine({ event: "sys_error", outcome: "failure", reason: `The event ${event} was not stored: ${why}` });
}
