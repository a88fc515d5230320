import { getTableName } from "drizzle-orm";
import { columnType } from "../columns.js";
import * as schema from "../schema/auth-grace.js";
import type { Migration } from "./migration.js";

const deletions = getTableName(schema.accountDeletions);

export const accountDeletions: Migration = {
  id: "0054-account-deletions",
  statements: [
    `CREATE TABLE "${deletions}" (
      user_id text PRIMARY KEY NOT NULL,
      disabled_at ${columnType.time} NOT NULL,
      delete_after ${columnType.time} NOT NULL
    )`,
    `CREATE INDEX "${deletions}_delete_after" ON "${deletions}" (delete_after)`,
  ],
};
