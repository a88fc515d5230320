import { and, eq, isNull, lt, notLike, or, sql } from "drizzle-orm";
import { ago, fromNow, now, read, skipLocked, write } from "../../db/client.js";
import { webhookOutbox as outbox } from "../../db/schema/auth-events.js";
import { deleteSome } from "../purge-store.js";
import { type Message, withoutClient } from "./webhook-message.js";

/** A message that this process may send, until its lease ends. */
export interface ClaimedMessage extends Message {
  id: number;
  /** This one included. */
  attempts: number;
  createdAt: Date;
}

/**
 * Takes a message that is due, for `leaseSeconds`. Of one user only the oldest, so that they arrive in order; whoever dies
 * with it loses the lease and another process takes it.
 */
export async function claimMessage(leaseSeconds: number): Promise<ClaimedMessage | null> {
  const isFree = or(isNull(outbox.leasedUntil), lt(outbox.leasedUntil, now));
  const isFirst = sql`(${outbox.userId} is null or not exists (select 1 from ${outbox} earlier
    where earlier.user_id = ${outbox.userId} and earlier.id < ${outbox.id}))`;
  const due = sql`(with batch as (select ${outbox.id} as key from ${outbox}
    where ${outbox.nextAttemptAt} <= ${ago(0)} and ${isFree} and ${isFirst}
    order by ${outbox.nextAttemptAt} limit 1 ${skipLocked}) select key from batch)`;
  const [message] = await write((db) =>
    db
      .update(outbox)
      .set({ leasedUntil: fromNow(leaseSeconds), attempts: sql`${outbox.attempts} + 1` })
      .where(sql`${outbox.id} in ${due} and ${isFree}`)
      .returning(claimed),
  );
  return message ?? null;
}

/** The milliseconds until a message may be due, by the database's clock; null where none waits. */
export async function messageDueInMs(): Promise<number | null> {
  const next = { dueAt: outbox.nextAttemptAt, readAt: sql`${now}`.mapWith(outbox.createdAt) };
  const [first] = await read((db) => db.select(next).from(outbox).orderBy(outbox.nextAttemptAt).limit(1));
  return first ? first.dueAt.getTime() - first.readAt.getTime() : null;
}

export async function removeMessage(id: number): Promise<void> {
  await write((db) => db.delete(outbox).where(eq(outbox.id, id)));
}

/** Gives the message back until `seconds` from now, and with it what waits behind it. */
export async function postponeMessage({ id, userId }: ClaimedMessage, seconds: number): Promise<void> {
  const queue = userId === null ? eq(outbox.id, id) : eq(outbox.userId, userId);
  await write((db) =>
    db
      .update(outbox)
      .set({ nextAttemptAt: fromNow(seconds), leasedUntil: null })
      .where(queue),
  );
}

/** Takes the user's addresses and user agents out of at most `rows` messages; says of how many. */
export async function forgetSenders(userId: string, rows: number): Promise<number> {
  const isTheirs = or(eq(outbox.actorId, userId), and(eq(outbox.userId, userId), isNull(outbox.actorId)));
  const hasClient = notLike(outbox.payload, '%"ip":null,"userAgent":null,%');
  const found = await read((db) => db.select().from(outbox).where(and(isTheirs, hasClient)).limit(rows));
  for (const { id, payload } of found)
    await write((db) =>
      db
        .update(outbox)
        .set({ payload: withoutClient(payload) })
        .where(eq(outbox.id, id)),
    );
  return found.length;
}

/** Deletes at most `rows` messages that have been due for `seconds`. */
export async function deleteOldMessages(seconds: number, rows: number): Promise<number> {
  const doomed = lt(outbox.nextAttemptAt, ago(seconds));
  return deleteSome(outbox, { key: outbox.id, order: outbox.nextAttemptAt, doomed }, rows);
}

const claimed = {
  id: outbox.id,
  messageId: outbox.messageId,
  userId: outbox.userId,
  actorId: outbox.actorId,
  payload: outbox.payload,
  attempts: outbox.attempts,
  createdAt: outbox.createdAt,
};
