import type { Migration } from "./migration.js";

export const auth: Migration = {
  id: "0001-auth",
  statements: [
    `CREATE TABLE users (
      id text PRIMARY KEY NOT NULL,
      username text NOT NULL,
      username_canonical text NOT NULL CONSTRAINT users_username_canonical_unique UNIQUE,
      email text,
      email_verified_at timestamp with time zone,
      display_name text,
      password_hash text NOT NULL,
      pepper_id text NOT NULL,
      role text DEFAULT 'user' NOT NULL,
      disabled_at timestamp with time zone,
      session_epoch integer DEFAULT 0 NOT NULL,
      created_at timestamp with time zone NOT NULL
    )`,
    `CREATE TABLE sessions (
      id text PRIMARY KEY NOT NULL,
      user_id text NOT NULL,
      epoch integer NOT NULL,
      generation bigint DEFAULT 0 NOT NULL,
      created_at timestamp with time zone NOT NULL,
      rotated_at timestamp with time zone NOT NULL,
      idle_expires_at timestamp with time zone NOT NULL,
      absolute_expires_at timestamp with time zone NOT NULL,
      revoked_at timestamp with time zone,
      revoked_reason text,
      ip text,
      user_agent text,
      amr text DEFAULT 'pwd' NOT NULL
    )`,
    "CREATE INDEX sessions_user_id ON sessions (user_id)",
    "CREATE INDEX sessions_revoked_at ON sessions (revoked_at)",
    `CREATE TABLE auth_rate_limits (
      key text PRIMARY KEY NOT NULL,
      points integer DEFAULT 0 NOT NULL,
      expire bigint
    )`,
  ],
};
