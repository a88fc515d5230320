import { columnType } from "../columns.js";
import type { Migration } from "./migration.js";

export const accountDeletions: Migration = {
  id: "0054-account-deletions",
  statements: [
    `CREATE TABLE account_deletions (
      user_id text PRIMARY KEY NOT NULL,
      disabled_at ${columnType.time} NOT NULL,
      delete_after ${columnType.time} NOT NULL
    )`,
    "CREATE INDEX account_deletions_delete_after ON account_deletions (delete_after)",
  ],
};
