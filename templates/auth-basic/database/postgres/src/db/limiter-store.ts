import { getTableName } from "drizzle-orm";
import { type IRateLimiterOptions, type RateLimiterAbstract, RateLimiterPostgres } from "rate-limiter-flexible";
import { query } from "./client.js";
import { rateLimits } from "./schema/auth.js";

interface Statement {
  text: string;
  values: unknown[];
}

/** Where a limiter of the throttle counts: in the database, for all processes together. */
export function createLimiter(options: IRateLimiterOptions): RateLimiterAbstract {
  return new RateLimiterPostgres({
    ...options,
    storeClient: unnamedStatements,
    storeType: "pool",
    tableName: getTableName(rateLimits),
    tableCreated: true,
    clearExpiredByTimeout: true,
  });
}

/** The library names its statements, and a named statement does not survive a transaction pooler. */
const unnamedStatements = { query: ({ text, values }: Statement) => query(text, values) };
