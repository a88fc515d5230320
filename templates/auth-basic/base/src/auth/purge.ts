import { AuthError } from "./errors.js";
import { emit } from "./events.js";
import { batchRows, deleteDeadSessions, inPages, nextSessions } from "./purge-store.js";
import { revocationMemorySeconds } from "./revocations.js";

/** Tells of what could not be deleted: an account, where `userId` is given, or all that is left of one kind. */
export type ReportFailure = (error: unknown, userId?: string) => Promise<void>;

/** One kind of row that nobody needs any more. */
export interface Purge {
  /** What is deleted, for the report: "sessions". */
  name: string;
  /**
   * Deletes it with `inBatches`, so that nothing is locked for long, and says how many rows went. An account that can't go
   * is handed to `reportFailure`, and holds up no other.
   */
  run: (reportFailure: ReportFailure) => Promise<number>;
}

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

/** How long a session that has ended or expired can still be looked at. */
const keepDeadDays = 7;
const keepDeadSeconds = Math.max(keepDeadDays * 86_400, revocationMemorySeconds);

/** Everything that `npm run auth:purge` deletes, in order. An add-on appends its own. */
export const purges: Purge[] = [{ name: "sessions", run: purgeSessions }];

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
  const reportFailure = async (error: unknown, userId?: string) => {
    failures.push({ name, userId, error });
    const why = error instanceof AuthError ? error.code : "InternalError";
    await emit({ event: "sys_error", outcome: "failure", userId, reason: `auth:purge of ${name}: ${why}` });
  };
  try {
    return await run(reportFailure);
  } catch (error) {
    await reportFailure(error);
    return 0;
  }
}

/**
 * Walks along the primary key: an index on the idle expiry would have to be written at every refresh. A refresh token of
 * a session that is gone is refused like any dead one.
 */
async function purgeSessions(): Promise<number> {
  let deleted = 0;
  await inPages(async (after) => {
    const page = await nextSessions(after, batchRows, keepDeadSeconds);
    const last = page.at(-1)?.id ?? null;
    if (last !== null && page.some(({ isDead }) => isDead))
      deleted += await deleteDeadSessions(after, last, batchRows, keepDeadSeconds);
    return last;
  });
  return deleted;
}
