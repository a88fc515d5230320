import { bigint, integer, table, text } from "../columns.js";

/** Counters of the throttle; rate-limiter-flexible names the columns. */
export const rateLimits = table("auth_rate_limits", {
  key: text("key").primaryKey(),
  points: integer("points").notNull().default(0),
  expire: bigint("expire"),
});
