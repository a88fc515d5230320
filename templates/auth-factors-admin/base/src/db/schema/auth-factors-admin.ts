import { table, text, time } from "../columns.js";

/** Since when users know that their role needs a second factor that they have not set. */
export const factorDeadlines = table("auth_factor_deadlines", {
  userId: text("user_id").primaryKey(),
  since: time("since").notNull(),
});
