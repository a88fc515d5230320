import { getTableName } from "drizzle-orm";
import { rateLimits } from "./schema/auth-limits.js";

/** The statements that make what `limiter-store.ts` counts in. */
export const limiterTable: string[] = [
  `CREATE TABLE "${getTableName(rateLimits)}" (
    key text PRIMARY KEY NOT NULL,
    points integer DEFAULT 0 NOT NULL,
    expire bigint
  )`,
];
