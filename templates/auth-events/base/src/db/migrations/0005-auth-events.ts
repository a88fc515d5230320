import { columnType } from "../columns.js";
import type { Migration } from "./migration.js";

export const authEvents: Migration = {
  id: "0005-auth-events",
  statements: [
    `CREATE TABLE auth_events (
      id ${columnType.counter} NOT NULL,
      time ${columnType.time} NOT NULL,
      event text NOT NULL,
      outcome text NOT NULL,
      user_id text,
      actor_id text,
      session_id text,
      ip text,
      user_agent text,
      reason text
    )`,
    "CREATE INDEX auth_events_time ON auth_events (time)",
    "CREATE INDEX auth_events_user_id ON auth_events (user_id, id)",
    "CREATE INDEX auth_events_actor_id ON auth_events (actor_id) WHERE actor_id IS NOT NULL",
    "CREATE INDEX auth_events_deletions ON auth_events (user_id) WHERE event = 'user_deleted'",
    `CREATE TABLE auth_webhook_outbox (
      id ${columnType.counter} NOT NULL,
      message_id text NOT NULL,
      user_id text,
      payload text NOT NULL,
      attempts integer DEFAULT 0 NOT NULL,
      created_at ${columnType.time} NOT NULL,
      next_attempt_at ${columnType.time} NOT NULL,
      leased_until ${columnType.time}
    )`,
    "CREATE INDEX auth_webhook_outbox_next_attempt_at ON auth_webhook_outbox (next_attempt_at)",
    "CREATE INDEX auth_webhook_outbox_user_id ON auth_webhook_outbox (user_id, id)",
  ],
};
