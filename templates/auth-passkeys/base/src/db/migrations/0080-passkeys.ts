import { getTableName } from "drizzle-orm";
import { columnType } from "../columns.js";
import * as schema from "../schema/auth-passkeys.js";
import type { Migration } from "./migration.js";

const keys = getTableName(schema.passkeys);
const challenges = getTableName(schema.passkeyChallenges);

export const passkeys: Migration = {
  id: "0080-passkeys",
  statements: [
    `CREATE TABLE "${keys}" (
      id text PRIMARY KEY NOT NULL,
      credential_id text NOT NULL,
      user_id text NOT NULL,
      user_handle text NOT NULL,
      rp_id text NOT NULL,
      public_key text NOT NULL,
      algorithm integer NOT NULL,
      counter ${columnType.bigint} NOT NULL,
      backup_eligible integer NOT NULL,
      backed_up integer NOT NULL,
      transports text NOT NULL,
      name text NOT NULL,
      created_at ${columnType.time} NOT NULL,
      last_used_at ${columnType.time}
    )`,
    `CREATE INDEX "${keys}_user_id" ON "${keys}" (user_id)`,
    `CREATE TABLE "${challenges}" (
      hash text PRIMARY KEY NOT NULL,
      purpose text NOT NULL,
      bound_to text NOT NULL,
      user_handle text NOT NULL,
      expires_at ${columnType.time} NOT NULL
    )`,
    `CREATE INDEX "${challenges}_expires_at" ON "${challenges}" (expires_at)`,
  ],
};
