import { getTableName } from "drizzle-orm";
import { asciiLower, columnType } from "../columns.js";
import * as schema from "../schema/auth.js";
import * as emailSchema from "../schema/auth-email.js";
import type { Migration } from "./migration.js";

const users = getTableName(schema.users);
const tokens = getTableName(emailSchema.emailTokens);
const outbox = getTableName(emailSchema.mailOutbox);
const limits = getTableName(emailSchema.mailLimits);

export const authEmail: Migration = {
  id: "0051-auth-email",
  statements: [
    `CREATE TABLE "${tokens}" (
      id text PRIMARY KEY NOT NULL,
      purpose text NOT NULL,
      user_id text NOT NULL,
      address text NOT NULL,
      address_canonical text NOT NULL,
      epoch integer,
      token_hash text NOT NULL,
      created_at ${columnType.time} NOT NULL,
      expires_at ${columnType.time} NOT NULL
    )`,
    `CREATE UNIQUE INDEX "${tokens}_token_hash" ON "${tokens}" (token_hash)`,
    `CREATE INDEX "${tokens}_user_id" ON "${tokens}" (user_id)`,
    `CREATE INDEX "${tokens}_address" ON "${tokens}" (address_canonical)`,
    `CREATE INDEX "${tokens}_expires_at" ON "${tokens}" (expires_at)`,
    `CREATE TABLE "${outbox}" (
      id text PRIMARY KEY NOT NULL,
      purpose text NOT NULL,
      user_id text NOT NULL,
      address text NOT NULL,
      token_id text,
      network text,
      attempts integer NOT NULL,
      due_at ${columnType.time},
      created_at ${columnType.time} NOT NULL
    )`,
    `CREATE INDEX "${outbox}_due_at" ON "${outbox}" (due_at)`,
    `CREATE INDEX "${outbox}_user_id" ON "${outbox}" (user_id)`,
    `CREATE INDEX "${outbox}_created_at" ON "${outbox}" (created_at)`,
    `CREATE TABLE "${limits}" (
      key text PRIMARY KEY NOT NULL,
      sent integer NOT NULL,
      next_at ${columnType.time} NOT NULL,
      day_ends_at ${columnType.time} NOT NULL
    )`,
    `CREATE INDEX "${limits}_day_ends_at" ON "${limits}" (day_ends_at)`,
    // A proven address belongs to one account; anybody may write down one that is not proven.
    `CREATE UNIQUE INDEX "${users}_proven_email" ON "${users}" ((${asciiLower("email")})) WHERE email_verified_at IS NOT NULL`,
    `CREATE INDEX "${users}_email" ON "${users}" ((${asciiLower("email")}))`,
  ],
};
