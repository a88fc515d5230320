import { and, eq, gt, isNotNull, isNull, lt, or, type SQL, sql } from "drizzle-orm";
import { ago, type Database, now, read, takeTurn, transaction, write } from "../../db/client.js";
import { authEvents, webhookOutbox } from "../../db/schema/auth-events.js";
import type { AuthEvent } from "../events.js";
import { deleteSome } from "../purge-store.js";
import type { Message } from "./webhook-message.js";

/**
 * Records the event. With `message`, it is also put into the outbox: both happen, or neither. Ids are handed out before
 * their transactions commit, so those of one user take turns: whoever sees a message sees every earlier one.
 */
export async function insertEvent(
  event: AuthEvent,
  message?: (event: AuthEvent, time: Date) => Message,
): Promise<void> {
  if (!message) return void (await write((db) => insert(db, event)));
  await transaction(async (tx) => {
    if (event.userId !== undefined) await takeTurn(tx, `auth events of ${event.userId}`);
    const [stored] = await insert(tx, event);
    if (stored)
      await tx.insert(webhookOutbox).values({ ...message(event, stored.time), createdAt: now, nextAttemptAt: now });
  });
}

/** Takes the user's addresses and user agents out of at most `rows` events; says of how many. */
export async function forgetClients(userId: string, rows: number): Promise<number> {
  const some = sql`(select ${authEvents.id} from ${authEvents} where ${and(isClientOf(userId), hasClient)} limit ${rows})`;
  const forgotten = await write((db) =>
    db
      .update(authEvents)
      .set({ ip: null, userAgent: null })
      .where(sql`${authEvents.id} in ${some}`)
      .returning({ id: authEvents.id }),
  );
  return forgotten.length;
}

/**
 * The next `rows` users that are gone, in the order of their ids, and who of them still has an address or user agent in an
 * event: whoever was at it did not come to an end.
 */
export async function nextForgotten(after: string, rows: number) {
  const gone = sql`${authEvents.userId}`;
  const isLeft = sql`(seen.ip is not null or seen.user_agent is not null)`;
  const asUser = sql`exists (select 1 from ${authEvents} seen where seen.user_id = ${gone} and seen.actor_id is null and ${isLeft})`;
  const asActor = sql`exists (select 1 from ${authEvents} seen where seen.actor_id = ${gone} and ${isLeft})`;
  return read((db) =>
    db
      .select({ userId: sql<string>`${gone}`, isHalf: sql<unknown>`(${asUser} or ${asActor})` })
      .from(authEvents)
      .where(sql`${isDeletion} and ${gt(authEvents.userId, after)}`)
      .orderBy(authEvents.userId)
      .limit(rows),
  );
}

/** Deletes at most `rows` events that are older than `seconds`. */
export async function deleteOldEvents(seconds: number, rows: number): Promise<number> {
  const doomed = lt(authEvents.time, ago(seconds));
  return deleteSome(authEvents, { key: authEvents.id, order: authEvents.time, doomed }, rows);
}

const hasClient: SQL | undefined = or(isNotNull(authEvents.ip), isNotNull(authEvents.userAgent));
/** As the partial index has it: years of events are not read to find the few deletions. */
const isDeletion = sql`${authEvents.event} = 'user_deleted'`;

/** Whoever did it: in a form that indexes are of use to. */
function isClientOf(userId: string): SQL | undefined {
  return or(eq(authEvents.actorId, userId), and(eq(authEvents.userId, userId), isNull(authEvents.actorId)));
}

function insert(db: Database, { event, outcome, userId, actorId, sessionId, client, reason }: AuthEvent) {
  const row = { event, outcome, userId, actorId, sessionId, ip: client?.ip, userAgent: client?.userAgent, reason };
  return db
    .insert(authEvents)
    .values({ ...row, time: now })
    .returning({ time: authEvents.time });
}
