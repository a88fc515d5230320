import { getTableName } from "drizzle-orm";
import { columnType } from "../columns.js";
import * as schema from "../schema/auth.js";
import type { Migration } from "./migration.js";

const users = getTableName(schema.users);
const sessions = getTableName(schema.sessions);
const rateLimits = getTableName(schema.rateLimits);

export const auth: Migration = {
  id: "0001-auth",
  statements: [
    `CREATE TABLE "${users}" (
      id text PRIMARY KEY NOT NULL,
      username text NOT NULL,
      username_canonical text NOT NULL,
      email text,
      email_verified_at ${columnType.time},
      display_name text,
      password_hash text NOT NULL,
      pepper_id text NOT NULL,
      role text DEFAULT 'user' NOT NULL,
      disabled_at ${columnType.time},
      session_epoch integer DEFAULT 0 NOT NULL,
      created_at ${columnType.time} NOT NULL
    )`,
    `CREATE UNIQUE INDEX "${users}_username_canonical" ON "${users}" (username_canonical)`,
    `CREATE TABLE "${sessions}" (
      id text PRIMARY KEY NOT NULL,
      user_id text NOT NULL,
      epoch integer NOT NULL,
      generation ${columnType.bigint} DEFAULT 0 NOT NULL,
      created_at ${columnType.time} NOT NULL,
      rotated_at ${columnType.time} NOT NULL,
      idle_expires_at ${columnType.time} NOT NULL,
      absolute_expires_at ${columnType.time} NOT NULL,
      revoked_at ${columnType.time},
      revoked_reason text,
      ip text,
      user_agent text,
      amr text DEFAULT 'pwd' NOT NULL
    )`,
    `CREATE INDEX "${sessions}_user_id" ON "${sessions}" (user_id)`,
    `CREATE INDEX "${sessions}_revoked_at" ON "${sessions}" (revoked_at)`,
    `CREATE TABLE "${rateLimits}" (
      key text PRIMARY KEY NOT NULL,
      points integer DEFAULT 0 NOT NULL,
      expire ${columnType.bigint}
    )`,
    `CREATE INDEX "${rateLimits}_expire" ON "${rateLimits}" (expire)`,
  ],
};
