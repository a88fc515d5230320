import { AuthError } from "./errors.js";
import { emit } from "./events.js";
import { type Purge, purges } from "./purges.js";

/** What a purge has done, and what it could not do. */
export interface PurgeReport {
  /** How many rows of each kind went: `{ sessions: 12 }`. */
  deleted: Record<string, number>;
  failures: PurgeFailure[];
}

export interface PurgeFailure {
  /** The kind of row. */
  name: string;
  /** The account that could not go; undefined when it was a whole kind. */
  userId: string | undefined;
  error: unknown;
}

/**
 * Deletes what nobody needs any more, in small batches with pauses: beside live traffic, from any number of machines at
 * once. Call it from a scheduler of yours, or run `npm run auth:purge`, once a day or so.
 *
 * What can't be deleted holds up nothing else: it is in the report, and in the log as a `sys_error`.
 */
export async function purge(): Promise<PurgeReport> {
  const report: PurgeReport = { deleted: {}, failures: [] };
  for (const kind of purges) report.deleted[kind.name] = await runOne(kind, report.failures);
  return report;
}

async function runOne({ name, run }: Purge, failures: PurgeFailure[]): Promise<number> {
  const passOver = async (error: unknown, userId?: string) => {
    failures.push({ name, userId, error });
    const why = error instanceof AuthError ? error.code : "InternalError";
    await emit({ event: "sys_error", outcome: "failure", userId, reason: `auth:purge of ${name}: ${why}` });
  };
  try {
    return await run(passOver);
  } catch (error) {
    await passOver(error);
    return 0;
  }
}
