import { isNotNull, sql } from "drizzle-orm";
import { counter, index, integer, table, text, time } from "../columns.js";

const names = { events: "auth_events", outbox: "auth_webhook_outbox" };

/** What happened, for `AUTH_EVENT_DAYS`. */
export const authEvents = table(
  names.events,
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
    index(`${names.events}_time`).on(events.time),
    index(`${names.events}_user_id`).on(events.userId, events.id),
    index(`${names.events}_actor_id`).on(events.actorId).where(isNotNull(events.actorId)),
    index(`${names.events}_deletions`).on(events.userId).where(sql`event = 'user_deleted'`),
  ],
);

/** What the receiver of the webhook has not taken yet. */
export const webhookOutbox = table(
  names.outbox,
  {
    id: counter("id"),
    messageId: text("message_id").notNull(),
    userId: text("user_id"),
    payload: text("payload").notNull(),
    attempts: integer("attempts").notNull().default(0),
    createdAt: time("created_at").notNull(),
    nextAttemptAt: time("next_attempt_at").notNull(),
    /** Until then, a process is at work on it. */
    leasedUntil: time("leased_until"),
  },
  (outbox) => [
    index(`${names.outbox}_next_attempt_at`).on(outbox.nextAttemptAt),
    index(`${names.outbox}_user_id`).on(outbox.userId, outbox.id),
  ],
);
