import { emit } from "../events.js";
import { createWorker, type Worker } from "../jobs/worker.js";
import { onNewMail } from "./bell.js";
import { mailConfig } from "./config.js";
import { type Claimed, type ClaimedMail, claimMail, dropMail, mailDueInMs, postponeMail } from "./outbox-store.js";
import { type Mail, renderMail } from "./rendering.js";
import { answerResetRequest } from "./store.js";
import { MailRefused, openTransport, reasonOf, type Send } from "./transport.js";

declare module "../events.js" {
  interface EventNames {
    mail_sent: true;
    mail_send_fail: true;
  }
}

/** Under traffic, how often a process looks for what another one has left. */
const lookEveryMs = 2_000;
const mailsAtOnce = 4;
/** How long a server that shuts down waits for mail that is being sent, before it hangs up. */
const stopGraceMs = 2_000;
/** A mail whose sender has not said anything for so long is somebody else's to send. Above the transport's time. */
const leaseSeconds = 120;
/** Mail leaves a little after the request that asked for it, and never at the same moment: the answer must not tell. */
const mostDelayMs = 50;
/** 2 s, 8 s, 32 s, 2 min, 9 min, 34 min, then every hour: three days, so that word of a theft outlives a weekend. */
const mostAttempts = 80;
/** A mail that was claimed so often is given up: its senders ended each time, before they could report a failure. */
const mostClaims = mostAttempts + 8;
const firstPauseSeconds = 2;
const pauseFactor = 4;
const longestPauseSeconds = 3_600;

let worker: Worker | undefined;

// A process may write mail before its first request to `emailRouter`: for an admin, or a route of the application's own.
onNewMail(startMail);

/**
 * Starts sending what waits, and what comes; once it has, looks for what other processes have left. Nothing to do for a queue
 * that something else takes mail from.
 */
export function startMail(): void {
  worker?.look();
  if (mailConfig.delivery.kind === "queue" || worker) return;
  const send = openTransport(mailConfig.delivery);
  worker = createWorker(
    () => claimMail(leaseSeconds),
    (mail, signal) => deliver(mail, send, signal),
    { dueInMs: mailDueInMs, everyMs: lookEveryMs, atOnce: mailsAtOnce, graceMs: stopGraceMs },
  );
  worker.start();
  onNewMail(() => void setTimeout(() => worker?.wake(), Math.random() * mostDelayMs).unref());
}

/** Stops sending. What is left goes out after the next start. */
export async function stopMail(): Promise<void> {
  const stopping = worker;
  worker = undefined;
  await stopping?.stop();
}

/**
 * Takes mail off the queue until none is due, for a process that hands it to a broker or a mail service of yours (`AUTH_MAIL`
 * is `queue`). Each mail is handed over at least once: its row goes when `publish` resolves; when that throws, the mail
 * comes again, later and later. Any number of processes may do this at once.
 *
 * @returns how many mails were taken.
 */
export async function drainMail(publish: (mail: Mail) => Promise<void>): Promise<number> {
  let taken = 0;
  const send: Send = async (mail) => {
    await publish(mail);
    taken += 1;
    return "queue";
  };
  for (let mail = await claimMail(leaseSeconds); mail; mail = await claimMail(leaseSeconds))
    await deliver(mail, send, new AbortController().signal);
  return taken;
}

async function deliver(claimed: Claimed, send: Send, signal: AbortSignal): Promise<void> {
  try {
    if (claimed.attempts > mostClaims) throw new MailRefused("nobody came to an end with it");
    if (isRequest(claimed)) await answerResetRequest(claimed);
    else await hand(claimed, send, signal);
  } catch (error) {
    if (signal.aborted) await postponeMail(claimed, 0);
    else await postpone(claimed, error);
  }
}

async function hand(claimed: ClaimedMail, send: Send, signal: AbortSignal): Promise<void> {
  const { id, userId, purpose } = claimed;
  const mail = await renderMail(claimed);
  const where = mail && (await send(mail, signal));
  await dropMail(id);
  if (where) await emit({ event: "mail_sent", outcome: "success", userId, reason: `${purpose}: ${where}` });
}

function isRequest(claimed: Claimed): claimed is Exclude<Claimed, ClaimedMail> {
  return claimed.purpose === "forgot-address" || claimed.purpose === "forgot-username";
}

async function postpone(claimed: Claimed, error: unknown): Promise<void> {
  const { userId, purpose, attempts } = claimed;
  const givesUp = error instanceof MailRefused || attempts >= mostAttempts;
  const pause =
    Math.min(firstPauseSeconds * pauseFactor ** (attempts - 1), longestPauseSeconds) * (1 + Math.random() / 4);
  await postponeMail(claimed, givesUp ? null : pause);
  const why = error instanceof MailRefused ? error.message : reasonOf(error);
  const reason = `${purpose}: ${why}, attempt ${attempts} of ${mostAttempts}${givesUp ? ", given up" : ""}`;
  await emit({ event: "mail_send_fail", outcome: "failure", userId, reason });
}
