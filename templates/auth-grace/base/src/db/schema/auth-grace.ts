import { index, indexName, table, text, time } from "../columns.js";

/** The accounts that their owners have deleted, until they are gone or restored. */
export const accountDeletions = table(
  "auth_account_deletions",
  {
    userId: text("user_id").primaryKey(),
    /** What the deletion set `disabledAt` of the user to: another value there is somebody else's doing. */
    disabledAt: time("disabled_at").notNull(),
    deleteAfter: time("delete_after").notNull(),
  },
  (columns) => [index(indexName(columns.deleteAfter, "delete_after")).on(columns.deleteAfter)],
);
