import { type Column, type SQL, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/node-postgres";
import type { PgDatabase, PgQueryResultHKT } from "drizzle-orm/pg-core";
import pg from "pg";
import { config } from "../auth/config.js";
import { missing, refuse, serverUrl } from "../auth/environment.js";
import { databaseFailure, isConflict } from "./failure.js";
import { migrate } from "./migrate.js";
import { orWithoutNames } from "./prepared.js";
import { within } from "./time-limit.js";

export type Database = PgDatabase<PgQueryResultHKT>;

/** What the module needs of a database. Tests hand in another one with `useDatabase`. */
export interface Connection {
  db: Database;
  transaction<T>(work: (tx: Database) => Promise<T>): Promise<T>;
  query(text: string, values: unknown[]): Promise<{ rows: unknown[]; rowCount: number | null }>;
  close(): Promise<void>;
}

const wanted = "postgres://user:password@host:5432/name";
const url = databaseUrl();
const connectTimeoutMs = 3_000;
const queryTimeoutMs = 8_000;
const statementTimeoutMs = 5_000;
/** The revocation feed looks back further than a transaction can last. */
const mostTransactionSeconds = 20;
const conflictRetries = 3;

/** The database's clock. Not `now()`, which stands still in a transaction. */
export const now: SQL<Date> = sql`clock_timestamp()`;

/** `seconds` from now by the database's clock; negative is the past. */
export function fromNow(seconds: number): SQL<Date> {
  return sql`(clock_timestamp() + make_interval(secs => ${seconds}::float8))`;
}

/**
 * `seconds` ago, to compare columns with. It is counted from the start of the statement: that moves on in a transaction too,
 * and the planner knows it beforehand, so that it sees when an index is the way (`clock_timestamp()` may be any time to it).
 */
export function ago(seconds: number): SQL<Date> {
  return sql`(statement_timestamp() - make_interval(secs => ${seconds}::float8))`;
}

/** The whole second since 1970 that a time is in. */
export function secondOf(time: Column): SQL<number> {
  return sql`extract(epoch from date_trunc('second', ${time}))::float8`;
}

/** Ends a select whose rows must not change before the transaction ends. */
export const forShare: SQL = sql`for share`;

/** Ends a select whose rows no other such transaction may read before this one ends. */
export const forUpdate: SQL = sql`for update`;

/** Ends a select of rows to delete: waits for nobody, so it stands in no deadlock. */
export const skipLocked: SQL = sql`for update skip locked`;

/**
 * Lets one transaction at a time go on with `what`: the others wait for its end. What it counts up from there on is seen by
 * everybody in the order of its numbers, which those of a sequence alone are not.
 */
export async function takeTurn(tx: Database, what: string): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${what}, 0))`);
}

let connection: Connection | undefined;

/** Runs a query that changes nothing. */
export async function read<T>(work: (db: Database) => Promise<T>): Promise<T> {
  return withRetries(() => work(connect().db));
}

/** Runs one statement that writes. */
export const write = read;

/**
 * Runs several statements as one: all of them happen, or none. Inside `work` ask `tx` alone: anything else takes another
 * connection, and may wait there for a row that this one has locked.
 */
export async function transaction<T>(work: (db: Database) => Promise<T>): Promise<T> {
  return withRetries(() =>
    connect().transaction(async (tx) => {
      await tx.execute(
        sql`select set_config('statement_timeout', ${String(statementTimeoutMs)}, true),
          set_config('idle_in_transaction_session_timeout', ${String(statementTimeoutMs)}, true)`,
      );
      return within(mostTransactionSeconds, work(tx));
    }),
  );
}

/** Brings the schema up to date: `npm run auth:migrate` calls this before a new version starts. */
export async function migrateDatabase(): Promise<string[]> {
  return withRetries(() => connect().transaction(migrate));
}

/** Runs SQL of a library that brings its own. */
export async function query(text: string, values: unknown[]): Promise<{ rows: unknown[]; rowCount: number | null }> {
  return withRetries(() => connect().query(text, values));
}

/** Takes another connection in place of the pool. */
export function useDatabase(other: Connection): void {
  connection = other;
}

/** Ends the connections. The next query opens them again. */
export async function closeDatabase(): Promise<void> {
  const open = connection;
  connection = undefined;
  await open?.close();
}

function connect(): Connection {
  connection ??= open();
  return connection;
}

function open(): Connection {
  const pool = new pg.Pool({
    connectionString: url,
    max: config.databasePoolSize,
    connectionTimeoutMillis: connectTimeoutMs,
    query_timeout: queryTimeoutMs,
    allowExitOnIdle: true,
  });
  // Without listeners, a connection that the server drops would end the process: an idle one, or one in a transaction.
  pool.on("error", () => undefined);
  pool.on("connect", (client) => client.on("error", () => undefined));
  return {
    db: drizzle(pool),
    transaction: (work) => inTransaction(pool, work),
    query: (text, values) => pool.query(text, values),
    close: () => pool.end(),
  };
}

/**
 * drizzle's own transaction loses the connection whose BEGIN fails, and gives one back to the pool whose ROLLBACK did
 * not arrive: the next query would run in a transaction that nobody commits. Here a failure ends the connection.
 *
 * The level is named because what `store.ts` locks is right at this one: under a database's default of REPEATABLE READ,
 * a password change would not see the session of a login that it has waited for.
 */
async function inTransaction<T>(pool: pg.Pool, work: (tx: Database) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  const tx = drizzle(client);
  let committed = false;
  try {
    await tx.execute(sql`begin isolation level read committed`);
    const result = await work(tx);
    await tx.execute(sql`commit`);
    committed = true;
    return result;
  } finally {
    client.release(!committed);
  }
}

/** Tries again when Postgres asks for it. */
async function withRetries<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await orWithoutNames(work);
    } catch (error) {
      if (!isConflict(error) || attempt === conflictRetries) throw databaseFailure(error);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20 * 2 ** attempt));
    }
  }
}

function databaseUrl(): string {
  const named = config.databaseUrl;
  if (!named) throw missing("DATABASE_URL", `to ${wanted}, or AUTH_DATABASE_URL where that is another database's`);
  const { variable, value } = named;
  if (!/^postgres(ql)?:\/\//i.test(value)) throw refuse(variable, `names no Postgres: it must be ${wanted}`);
  // As the driver does: no host is a socket's folder in `?host=`.
  serverUrl(variable, value.replace("@/", "@localhost/"));
  return value;
}
