import { codeOf } from "../errors.js";
import type { AuthEvent } from "../events.js";
import { atMost } from "../jobs/at-most.js";
import { writeJsonLine } from "../json-lines.js";
import { eventsConfig } from "./config.js";
import { forgetClient } from "./forgotten-clients.js";
import { lanes } from "./lanes.js";
import { insertEvent } from "./store.js";
import { turns } from "./turns.js";
import { messageOf } from "./webhook-message.js";
import { startWebhooks } from "./webhooks.js";

/** How long an answer waits for its event to be stored. A slow database is not to make it slow twice. */
const patienceMs = 1_000;
/** Inserts at once: fewer than the pool has connections, or a slow table of events would stop logins too. */
const mostInserts = 4;
/** Events that wait for their insert. In an outage nothing piles up beyond that: the others stand in the log alone. */
const mostAtWork = 500;

/** How long `closeAuth` waits for what is being stored. */
const closeWaitMs = 5_000;

const atWork = new Set<Promise<void>>();
const inLane = lanes(mostInserts);
const inTurn = turns();

/** Keeps the event in the table, and in the outbox of the webhook where there is one. Failures end here, in the log. */
export async function storeEvent(event: AuthEvent): Promise<void> {
  // What tells of an outage would cause the next one.
  if (event.event === "sys_error") return;
  if (atWork.size >= mostAtWork) return notStored(event, "too many at once");
  const stored = inOrder(event).catch((error: unknown) => {
    notStored(event, (error instanceof Error && codeOf(error)) || "failed");
  });
  atWork.add(stored);
  void stored.then(() => atWork.delete(stored));
  await atMost(patienceMs, stored);
}

/** Waits for what is being stored, so that the database can be closed. */
export async function finishEvents(): Promise<void> {
  await atMost(closeWaitMs, Promise.all(atWork));
}

/** A user's events one after the other. */
function inOrder(event: AuthEvent): Promise<void> {
  const storeInLane = () => inLane(() => store(event));
  return event.userId === undefined ? storeInLane() : inTurn(event.userId, storeInLane);
}

async function store(event: AuthEvent): Promise<void> {
  const { userId, actorId = userId } = event;
  const isGone = event.event === "user_deleted";
  const isOwnClient = isGone && actorId === userId;
  await insertEvent(isOwnClient ? { ...event, client: undefined } : event, eventsConfig.webhook && messageOf);
  startWebhooks();
  if (isGone && userId) await forgetClient(userId);
}

function notStored({ event }: AuthEvent, why: string): void {
  writeJsonLine({ event: "sys_error", outcome: "failure", reason: `The event ${event} was not stored: ${why}` });
}
