import { getTableName } from "drizzle-orm";
import { columnType } from "../columns.js";
import * as schema from "../schema/auth-keypair.js";
import type { Migration } from "./migration.js";

const tokens = getTableName(schema.keypairTokens);

export const keypairTokens: Migration = {
  id: "0062-keypair-tokens",
  statements: [
    `CREATE TABLE "${tokens}" (
      id text PRIMARY KEY NOT NULL,
      user_id text NOT NULL,
      epoch integer NOT NULL,
      session_id text,
      name text NOT NULL,
      sealed text,
      created_at ${columnType.time} NOT NULL,
      expires_at ${columnType.time} NOT NULL
    )`,
    `CREATE INDEX "${tokens}_user_id" ON "${tokens}" (user_id)`,
  ],
};
