import { getTableName } from "drizzle-orm";
import { type IRateLimiterOptions, type RateLimiterAbstract, RateLimiterPostgres } from "rate-limiter-flexible";
import { query } from "./client.js";
import { rateLimits } from "./schema/auth.js";

interface Statement {
  text: string;
  values: unknown[];
}

const tableName = getTableName(rateLimits);
const clearEveryMs = 300_000;
const keepOverMs = 3_600_000;
const rowsAtOnce = 1_000;
let clearedAtMs = performance.now();

/** Where a limiter of the throttle counts: in the database, for all processes together. */
export function createLimiter(options: IRateLimiterOptions): RateLimiterAbstract {
  return new RateLimiterPostgres({
    ...options,
    storeClient: unnamedStatements,
    storeType: "pool",
    tableName,
    tableCreated: true,
    clearExpiredByTimeout: false,
  });
}

/** The library names its statements, and a named statement does not survive a transaction pooler. */
const unnamedStatements = {
  query: ({ text, values }: Statement) => {
    clearNowAndThen();
    return query(text, values);
  },
};

/** Deletes counters that are over, beside traffic alone: by the clock, a database that sleeps would be woken for it. */
function clearNowAndThen(): void {
  if (performance.now() - clearedAtMs < clearEveryMs) return;
  clearedAtMs = performance.now();
  void clearExpired().catch(() => undefined);
}

async function clearExpired(): Promise<void> {
  const over = `SELECT key FROM "${tableName}" WHERE expire < $1 ORDER BY expire LIMIT $2 FOR UPDATE SKIP LOCKED`;
  const text = `DELETE FROM "${tableName}" WHERE key = ANY(ARRAY(${over}))`;
  const { rowCount } = await query(text, [Date.now() - keepOverMs, rowsAtOnce]);
  if (rowCount === rowsAtOnce) clearedAtMs -= clearEveryMs;
}
