import { isNotNull, sql } from "drizzle-orm";
import { counter, index, indexName, integer, table, text, time } from "../columns.js";

/** What happened, for `AUTH_EVENT_DAYS`. */
export const authEvents = table(
  "auth_events",
  {
    id: counter("id"),
    time: time("time").notNull(),
    event: text("event").notNull(),
    outcome: text("outcome").notNull(),
    userId: text("user_id"),
    /** Who did it to the user, where that was somebody else. */
    actorId: text("actor_id"),
    sessionId: text("session_id"),
    ip: text("ip"),
    userAgent: text("user_agent"),
    reason: text("reason"),
  },
  (events) => [
    index(indexName(events.time, "time")).on(events.time),
    index(indexName(events.userId, "user_id")).on(events.userId, events.id),
    index(indexName(events.actorId, "actor_id")).on(events.actorId).where(isNotNull(events.actorId)),
    index(indexName(events.userId, "deletions")).on(events.userId).where(sql`event = 'user_deleted'`),
  ],
);

/** What the receiver of the webhook has not taken yet. */
export const webhookOutbox = table(
  "auth_webhook_outbox",
  {
    id: counter("id"),
    messageId: text("message_id").notNull(),
    userId: text("user_id"),
    actorId: text("actor_id"),
    payload: text("payload").notNull(),
    attempts: integer("attempts").notNull().default(0),
    createdAt: time("created_at").notNull(),
    nextAttemptAt: time("next_attempt_at").notNull(),
    /** Until then, a process is at work on it. */
    leasedUntil: time("leased_until"),
  },
  (outbox) => [
    index(indexName(outbox.nextAttemptAt, "next_attempt_at")).on(outbox.nextAttemptAt),
    index(indexName(outbox.userId, "user_id")).on(outbox.userId, outbox.id),
    index(indexName(outbox.actorId, "actor_id")).on(outbox.actorId).where(isNotNull(outbox.actorId)),
  ],
);
