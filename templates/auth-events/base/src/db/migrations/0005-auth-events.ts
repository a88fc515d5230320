import { getTableName } from "drizzle-orm";
import { columnType } from "../columns.js";
import * as schema from "../schema/auth-events.js";
import type { Migration } from "./migration.js";

const events = getTableName(schema.authEvents);
const outbox = getTableName(schema.webhookOutbox);

export const authEvents: Migration = {
  id: "0005-auth-events",
  statements: [
    `CREATE TABLE "${events}" (
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
    `CREATE INDEX "${events}_time" ON "${events}" (time)`,
    `CREATE INDEX "${events}_user_id" ON "${events}" (user_id, id)`,
    `CREATE INDEX "${events}_actor_id" ON "${events}" (actor_id) WHERE actor_id IS NOT NULL`,
    `CREATE INDEX "${events}_deletions" ON "${events}" (user_id) WHERE event = 'user_deleted'`,
    `CREATE TABLE "${outbox}" (
      id ${columnType.counter} NOT NULL,
      message_id text NOT NULL,
      user_id text,
      actor_id text,
      payload text NOT NULL,
      attempts integer DEFAULT 0 NOT NULL,
      created_at ${columnType.time} NOT NULL,
      next_attempt_at ${columnType.time} NOT NULL,
      leased_until ${columnType.time}
    )`,
    `CREATE INDEX "${outbox}_next_attempt_at" ON "${outbox}" (next_attempt_at)`,
    `CREATE INDEX "${outbox}_user_id" ON "${outbox}" (user_id, id)`,
    `CREATE INDEX "${outbox}_actor_id" ON "${outbox}" (actor_id) WHERE actor_id IS NOT NULL`,
  ],
};
