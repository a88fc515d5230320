import type { Migration } from "./migration.js";

export const auth: Migration = {
  id: "0001-auth",
  statements: [
    `CREATE TABLE users (
      id text PRIMARY KEY NOT NULL,
      username text NOT NULL,
      username_canonical text NOT NULL,
      email text,
      email_verified_at integer,
      display_name text,
      password_hash text NOT NULL,
      pepper_id text NOT NULL,
      role text DEFAULT 'user' NOT NULL,
      disabled_at integer,
      session_epoch integer DEFAULT 0 NOT NULL,
      created_at integer NOT NULL
    )`,
    "CREATE UNIQUE INDEX users_username_canonical_unique ON users (username_canonical)",
    `CREATE TABLE sessions (
      id text PRIMARY KEY NOT NULL,
      user_id text NOT NULL,
      epoch integer NOT NULL,
      generation integer DEFAULT 0 NOT NULL,
      created_at integer NOT NULL,
      rotated_at integer NOT NULL,
      idle_expires_at integer NOT NULL,
      absolute_expires_at integer NOT NULL,
      revoked_at integer,
      revoked_reason text,
      ip text,
      user_agent text,
      amr text DEFAULT 'pwd' NOT NULL
    )`,
    "CREATE INDEX sessions_user_id ON sessions (user_id)",
    "CREATE INDEX sessions_revoked_at ON sessions (revoked_at)",
  ],
};
