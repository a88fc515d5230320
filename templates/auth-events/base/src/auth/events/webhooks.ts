import { codeOf, withCauses } from "../errors.js";
import { onTraffic } from "../jobs/traffic.js";
import { createWorker } from "../jobs/worker.js";
import { writeJsonLine } from "../json-lines.js";
import { eventsConfig } from "./config.js";
import { post } from "./webhook-message.js";
import { type ClaimedMessage, claimMessage, messageDueInMs, postponeMessage, removeMessage } from "./webhook-store.js";

/** Messages that one process sends at the same time: fewer than the pool has connections. */
const mostInFlight = 4;
/** How often a process looks, under traffic or while something is due, for what it may send. */
const lookEveryMs = 1_000;
/** The wait after a first failure; it doubles with each further one. */
const firstRetrySeconds = 1;
const longestRetrySeconds = 3_600;
/** A message that failed for so long is given up. */
export const giveUpSeconds = 3 * 86_400;
/** How long `closeAuth` waits for answers. */
const closeWaitMs = 2_000;

const timeoutMs = eventsConfig.webhookTimeoutSeconds * 1000;
/** Longer than a delivery takes: whoever holds it for so long is dead. */
const leaseSeconds = eventsConfig.webhookTimeoutSeconds * 2;

const worker = createWorker(() => claimMessage(leaseSeconds), deliver, {
  dueInMs: messageDueInMs,
  everyMs: lookEveryMs,
  atOnce: mostInFlight,
  graceMs: closeWaitMs,
});

let isFailing = false;
let isGone = false;

/**
 * Delivers what is in the outbox, from now until `closeAuth`. The first event of a process calls this; a server may call
 * it at its start, so that what an earlier process left does not wait for one.
 */
export function startWebhooks(): void {
  if (!eventsConfig.webhook || isGone) return;
  worker.start();
  worker.wake();
}

/** Delivers what other processes have left, too. */
export const deliverLeft = onTraffic(() => {
  if (!eventsConfig.webhook || isGone) return;
  worker.start();
  worker.look();
});

/** Takes nothing more, and waits a moment for what is on its way; the rest goes back into the outbox. */
export async function stopWebhooks(): Promise<void> {
  await worker.stop();
}

/** Where the database fails afterwards, the lease ends by itself and the message is sent again. */
async function deliver(message: ClaimedMessage, stopped: AbortSignal): Promise<void> {
  const ended = new AbortController();
  const end = (): void => ended.abort();
  const timeout = setTimeout(end, timeoutMs);
  stopped.addEventListener("abort", end);
  const answer = await send(message, ended.signal);
  clearTimeout(timeout);
  stopped.removeEventListener("abort", end);
  if (typeof answer === "number" && answer >= 200 && answer <= 299) await delivered(message);
  else if (answer === 410) receiverIsGone();
  else if (stopped.aborted) await postponeMessage(message, 0);
  else await failed(message, answer);
}

/** The status, or the code of the failure: an error's text can have the URL in it. */
async function send(message: ClaimedMessage, signal: AbortSignal): Promise<number | string> {
  try {
    return eventsConfig.webhook ? await post(message, eventsConfig.webhook, signal) : "off";
  } catch (error) {
    if (signal.aborted) return "timeout";
    return withCauses(error).flatMap((cause) => codeOf(cause) ?? [])[0] ?? "failed";
  }
}

async function delivered({ id }: ClaimedMessage): Promise<void> {
  isFailing = false;
  await removeMessage(id);
}

async function failed(message: ClaimedMessage, why: number | string): Promise<void> {
  if (Date.now() - message.createdAt.getTime() > giveUpSeconds * 1000) return giveUp(message, why);
  if (!isFailing) report(`The receiver of the webhook fails (${why}); events are kept and sent again`);
  isFailing = true;
  await postponeMessage(message, retrySeconds(message.attempts));
}

async function giveUp(message: ClaimedMessage, why: number | string): Promise<void> {
  await removeMessage(message.id);
  report(`The event ${message.messageId} was given up: its receiver has failed for days (${why})`);
}

/** Standard Webhooks: who answers 410 Gone wants nothing more. What waits is kept until a restart, or the purge. */
function receiverIsGone(): void {
  isGone = true;
  void worker.stop();
  report("The receiver of the webhook answered 410 Gone: nothing is sent until the next start");
}

/** With jitter, so that many messages don't come back at once. */
function retrySeconds(attempts: number): number {
  const longest = Math.min(longestRetrySeconds, firstRetrySeconds * 2 ** (attempts - 1));
  return longest * (0.5 + Math.random() / 2);
}

function report(reason: string): void {
  writeJsonLine({ event: "sys_error", outcome: "failure", reason });
}
