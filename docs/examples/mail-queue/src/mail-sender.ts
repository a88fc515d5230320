// Takes mails from the broker and sends them. Any number of these may run, on machines that don't have the database.
import { setTimeout as sleep } from "node:timers/promises";
import type { JsMsg } from "@nats-io/jetstream";
import nodemailer from "nodemailer";
import type { Mail } from "./auth/email/rendering.js";
import { ackWaitSeconds, deliveries, openMailStream } from "./mail-stream.js";

/** Below the time after which another sender gets the mail. */
const sendTimeoutMs = ackWaitSeconds * 800;
/** 2 s, 8 s, 32 s, 2 min, 9 min, 34 min, 2 h. */
const firstPauseMs = 2_000;
const pauseFactor = 4;
const mustLogIn = 530;
const stopGraceMs = 2_000;

const url = process.env["SMTP_URL"] ?? "smtp://127.0.0.1:25";
// Whoever reads the link of a reset mail has the account: never over the network in plain text.
const requireTLS = !["127.0.0.1", "[::1]", "localhost"].includes(new URL(url).hostname);
const smtp = nodemailer.createTransport({ url, requireTLS, disableFileAccess: true, disableUrlAccess: true });

async function main(): Promise<void> {
  let stopping = false;
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => (stopping = true));
  const { connection, mails } = await openMailStream();
  console.log("sending mail");
  while (!stopping) {
    const message = await mails.next({ expires: 2_000 }).catch(waitForBroker);
    if (message) await deliver(message);
  }
  // The last acknowledgement leaves, unless there is no broker to take it.
  await Promise.race([connection.drain(), sleep(stopGraceMs)]);
  process.exit();
}

async function deliver(message: JsMsg): Promise<void> {
  try {
    await send(message.json<Mail>());
    message.ack();
  } catch (error) {
    const attempt = message.info.deliveryCount;
    console.error(
      `mail ${message.headers?.get("Nats-Msg-Id")}, attempt ${attempt} of ${deliveries}: ${reasonOf(error)}`,
    );
    if (isForGood(error)) message.term();
    else message.nak(firstPauseMs * pauseFactor ** (attempt - 1));
  }
}

async function send({ id, to, from, subject, text, html, createdAt }: Mail): Promise<void> {
  await smtp.sendMail({
    from,
    to: { name: "", address: to },
    envelope: { from: from.address, to: [to] },
    // The same each time: most mailboxes show a mail that comes twice once.
    messageId: `<${id}@${from.address.split("@").pop()}>`,
    date: new Date(createdAt),
    subject,
    text,
    html,
    headers: { "Auto-Submitted": "auto-generated" },
    signal: AbortSignal.timeout(sendTimeoutMs),
  });
}

/** RFC 5321, section 4.2.1: a 5yz is for good. But only one about the recipient or the text, and not about us. */
function isForGood(error: unknown): boolean {
  const { code, command, responseCode = 0 } = error as { code?: string; command?: string; responseCode?: number };
  const isAboutMail = responseCode >= 500 && (command === "RCPT TO" || code === "EMESSAGE");
  return error instanceof SyntaxError || (isAboutMail && responseCode !== mustLogIn);
}

/** What the server says can quote the mail: only its numbers. */
function reasonOf(error: unknown): string {
  const { name, code = name, responseCode = "" } = error as { name: string; code?: string; responseCode?: number };
  return `${code} ${responseCode}`.trim();
}

async function waitForBroker({ name }: Error): Promise<null> {
  console.error(`the broker does not answer (${name})`);
  return await sleep(1_000, null);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
