// Takes mails from the table and hands them to the broker. Any number of these may run, and each may be killed at any time.
import { setTimeout as sleep } from "node:timers/promises";
import { type JetStreamClient, jetstream } from "@nats-io/jetstream";
import { drainMail } from "./auth/email/dispatch.js";
import type { Mail } from "./auth/email/rendering.js";
import { openMailStream, subject } from "./mail-stream.js";

const pollEveryMs = 1_000;
const retryEveryMs = 1_000;
const publishTimeoutMs = 2_000;

async function main(): Promise<void> {
  const { connection } = await openMailStream();
  const broker = jetstream(connection);
  console.log("publishing mail");
  for (;;) {
    await drainMail((mail) => publish(broker, mail)).catch(report("the database"));
    await sleep(pollEveryMs);
  }
}

/**
 * Comes back when the broker has stored the mail, or knows its id already. Until then it holds on to this one mail: an
 * outage of the broker costs none of them an attempt.
 */
async function publish(broker: JetStreamClient, mail: Mail): Promise<void> {
  const hand = () => broker.publish(subject, JSON.stringify(mail), { msgID: mail.id, timeout: publishTimeoutMs });
  while (!(await hand().catch(report("the broker")))) await sleep(retryEveryMs);
}

/** Says what failed, without the mail: it holds a link. */
function report(what: string): (error: Error) => undefined {
  return ({ name }) => void console.error(`${what} does not answer (${name})`);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
