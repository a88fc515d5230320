import { index, table, text, time } from "../columns.js";

const name = "auth_account_deletions";

/** The accounts that their owners have deleted, until they are gone or restored. */
export const accountDeletions = table(
  name,
  {
    userId: text("user_id").primaryKey(),
    /** What the deletion set `disabledAt` of the user to: another value there is somebody else's doing. */
    disabledAt: time("disabled_at").notNull(),
    deleteAfter: time("delete_after").notNull(),
  },
  (columns) => [index(`${name}_delete_after`).on(columns.deleteAfter)],
);
