import { asciiLower, columnType } from "../columns.js";
import type { Migration } from "./migration.js";

export const authEmail: Migration = {
  id: "0051-auth-email",
  statements: [
    `CREATE TABLE email_tokens (
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
    "CREATE UNIQUE INDEX email_tokens_token_hash ON email_tokens (token_hash)",
    "CREATE INDEX email_tokens_user_id ON email_tokens (user_id)",
    "CREATE INDEX email_tokens_address ON email_tokens (address_canonical)",
    "CREATE INDEX email_tokens_expires_at ON email_tokens (expires_at)",
    `CREATE TABLE mail_outbox (
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
    "CREATE INDEX mail_outbox_due_at ON mail_outbox (due_at)",
    "CREATE INDEX mail_outbox_user_id ON mail_outbox (user_id)",
    "CREATE INDEX mail_outbox_created_at ON mail_outbox (created_at)",
    `CREATE TABLE mail_limits (
      key text PRIMARY KEY NOT NULL,
      sent integer NOT NULL,
      next_at ${columnType.time} NOT NULL,
      day_ends_at ${columnType.time} NOT NULL
    )`,
    "CREATE INDEX mail_limits_day_ends_at ON mail_limits (day_ends_at)",
    // A proven address belongs to one account; anybody may write down one that is not proven.
    `CREATE UNIQUE INDEX users_proven_email ON users ((${asciiLower("email")})) WHERE email_verified_at IS NOT NULL`,
    `CREATE INDEX users_email ON users ((${asciiLower("email")}))`,
  ],
};
