import { index, table, text, time } from "../columns.js";

/** The accounts that their owners have deleted, until they are gone or restored. */
export const accountDeletions = table(
  "account_deletions",
  {
    userId: text("user_id").primaryKey(),
    /** What the deletion set `users.disabled_at` to: another value there is somebody else's doing. */
    disabledAt: time("disabled_at").notNull(),
    deleteAfter: time("delete_after").notNull(),
  },
  (columns) => [index("account_deletions_delete_after").on(columns.deleteAfter)],
);
