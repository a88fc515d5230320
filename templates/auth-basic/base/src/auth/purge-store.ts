import { and, type Column, gt, isNull, lt, lte, or, type SQL, sql } from "drizzle-orm";
import { ago, type Database, read, skipLocked, write } from "../db/client.js";
import { sessions } from "../db/schema/auth.js";

type Table = Parameters<Database["delete"]>[0];

/** Rows of one statement: few enough that whoever waits for it does not notice. */
export const batchRows = 200;
/** Lets others go first between two statements. */
const pauseMs = 10;

let endings = 0;

/**
 * Calls `deleteSome` with a number of rows until it deletes fewer. Each call is one short statement: when the process or
 * `closeAuth` ends it in between, what was deleted stays deleted, and the next run does the rest.
 *
 * @returns how many rows went.
 */
export async function inBatches(deleteSome: (rows: number) => Promise<number>): Promise<number> {
  let total = 0;
  await repeat(async () => {
    const deleted = await deleteSome(batchRows);
    total += deleted;
    return deleted >= batchRows;
  });
  return total;
}

/** Calls `step`, with pauses, until it answers false or `closeAuth` is called. */
export async function repeat(step: () => Promise<boolean>): Promise<void> {
  const before = endings;
  while ((await step()) && endings === before) await new Promise((resolve) => setTimeout(resolve, pauseMs));
}

/** Ends what runs in batches, after the statement at hand. */
export function endBatches(): void {
  endings += 1;
}

/**
 * Calls `page` with the key that the one before it ended at, "" at first, until it answers null. It works on some rows with
 * greater keys, and says what the last one of them was.
 */
export async function inPages(page: (after: string) => Promise<string | null>): Promise<void> {
  let last: string | null = "";
  await repeat(async () => {
    last = await page(last ?? "");
    return last !== null;
  });
}

/**
 * Deletes at most `rows` rows that are `doomed`, in one statement: the first ones by `order`, which has an index, so that
 * none of the batches reads again what an earlier one has emptied. Write times with `ago`. Of two machines at work on one
 * table each takes what the other has not. The batch is a CTE, which Postgres runs once: a plain subselect it may run again,
 * and then more rows would go.
 *
 * @returns how many rows went.
 */
export async function deleteSome(
  table: Table,
  { key, order, doomed }: { key: Column; order: Column; doomed: SQL | undefined },
  rows: number,
): Promise<number> {
  const batch = sql`(with batch as (select ${key} as key from ${table} where ${doomed} order by ${order} limit ${rows} ${skipLocked}) select key from batch)`;
  const deleted = await write((db) => db.delete(table).where(sql`${key} in ${batch}`).returning({ one: sql`1` }));
  return deleted.length;
}

/** The next sessions along the primary key, and which of them have been dead for `seconds`. */
export async function nextSessions(after: string, rows: number, seconds: number) {
  return read((db) =>
    db
      .select({ id: sessions.id, isDead: sql<unknown>`${deadFor(seconds)}` })
      .from(sessions)
      .where(gt(sessions.id, after))
      .orderBy(sessions.id)
      .limit(rows),
  );
}

/** Deletes those of `rows` sessions, after `after` up to `last`, that have been dead for `seconds`. */
export async function deleteDeadSessions(after: string, last: string, rows: number, seconds: number): Promise<number> {
  const doomed = and(gt(sessions.id, after), lte(sessions.id, last), deadFor(seconds));
  return deleteSome(sessions, { key: sessions.id, order: sessions.id, doomed }, rows);
}

/** A revoked session is kept from its revocation on, also where it had expired before: other processes must hear of that. */
function deadFor(seconds: number): SQL | undefined {
  const cutoff = ago(seconds);
  const expired = or(lt(sessions.idleExpiresAt, cutoff), lt(sessions.absoluteExpiresAt, cutoff));
  return or(lt(sessions.revokedAt, cutoff), and(isNull(sessions.revokedAt), expired));
}
