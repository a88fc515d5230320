// What publisher and sender agree on: the stream that keeps mails between them.
import { AckPolicy, type Consumer, jetstream, jetstreamManager, RetentionPolicy } from "@nats-io/jetstream";
import { connect, type NatsConnection, nanos } from "@nats-io/transport-node";

export const subject = "mail.outgoing";
/** A mail whose sender has not said anything for so long is another sender's. */
export const ackWaitSeconds = Number(process.env["ACK_WAIT_SECONDS"] ?? 60);
/** How often a mail is handed to a sender, before it is given up. */
export const deliveries = 8;

const stream = "MAIL";
const consumer = "mail-sender";
const day = nanos(24 * 60 * 60 * 1000);

/**
 * Connects to `NATS_URL` (nats://user:password@host:4222, tls://...), for good: when the connection breaks, it comes back.
 * Makes the stream and its consumer where they are missing.
 *
 * @throws ConnectionError when there is no broker, or none that takes us; JetStreamApiError when its stream has other settings.
 */
export async function openMailStream(): Promise<{ connection: NatsConnection; mails: Consumer }> {
  const { protocol, host, username, password } = new URL(process.env["NATS_URL"] ?? "nats://127.0.0.1:4222");
  const connection = await connect({
    servers: host,
    ...(username ? { user: decodeURIComponent(username), pass: decodeURIComponent(password) } : {}),
    ...(protocol === "tls:" ? { tls: {} } : {}),
    maxReconnectAttempts: -1,
    reconnectTimeWait: 1_000,
  });
  const manager = await jetstreamManager(connection);
  await manager.streams.add({
    name: stream,
    subjects: [subject],
    // A mail goes when it is acknowledged; what nobody could send stays for a week, to be looked at.
    retention: RetentionPolicy.Workqueue,
    max_age: 7 * day,
    // How long an id is known. A publisher that died publishes again after two minutes, or when it is started again.
    duplicate_window: day,
    num_replicas: 1,
  });
  await manager.consumers.add(stream, {
    durable_name: consumer,
    ack_policy: AckPolicy.Explicit,
    ack_wait: nanos(ackWaitSeconds * 1000),
    max_deliver: deliveries,
  });
  return { connection, mails: await jetstream(connection).consumers.get(stream, consumer) };
}
