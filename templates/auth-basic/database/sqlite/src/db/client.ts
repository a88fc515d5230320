import { existsSync, mkdirSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { type Client, createClient, type ResultSet } from "@libsql/client";
import { type Column, type SQL, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/libsql";
import type { BaseSQLiteDatabase } from "drizzle-orm/sqlite-core";
import { config } from "../auth/config.js";
import { decoded, refuse } from "../auth/environment.js";
import { writeJsonLine } from "../auth/json-lines.js";
import { projectFolder } from "../auth/project-folder.js";
import { databaseFailure, isBusy } from "./failure.js";
import { migrate } from "./migrate.js";
import { within } from "./time-limit.js";

export type Database = BaseSQLiteDatabase<"async", ResultSet>;

interface Connection {
  client: Client;
  db: Database;
}

/** The file the accounts live in, unless AUTH_DATABASE_URL or DATABASE_URL is another file:... */
const defaultUrl = "file:.data/auth.db";
const mustBeFile =
  "must be file:PATH (`authwright add auth-basic --database postgres` moves to Postgres; AUTH_DATABASE_URL comes before DATABASE_URL)";
const path = databasePath();

/** How long SQLite itself waits for another process's write: short, since it blocks the event loop. */
const busyTimeoutMs = 5;
/** How long a write is tried again before the client hears 503. */
const busyBudgetMs = 5_000;
/** All other writes wait behind a transaction. */
const mostTransactionSeconds = 5;

/** The database's clock, in the form of its time columns. */
export const now: SQL<Date> = sql`cast(round(unixepoch('subsec') * 1000) as integer)`;

/** `seconds` from now by the database's clock; negative is the past. */
export function fromNow(seconds: number): SQL<Date> {
  return sql`(${now} + ${Math.round(seconds * 1000)})`;
}

/** `seconds` ago, as one value for the whole statement, so that an index finds what is older. */
export function ago(seconds: number): SQL<Date> {
  return sql`(select ${fromNow(-seconds)})`;
}

/** The whole second since 1970 that a time is in. */
export function secondOf(time: Column): SQL<number> {
  return sql`(${time} / 1000)`;
}

/** Ends a select whose rows must not change before the transaction ends. SQLite has one writer at a time anyway. */
export const forShare: SQL = sql``;

/** Ends a select whose rows no other such transaction may read before this one ends. SQLite has one writer at a time anyway. */
export const forUpdate: SQL = sql``;

/** Ends a select of rows to delete. SQLite has one writer at a time anyway. */
export const skipLocked: SQL = sql``;

/** Lets one transaction at a time go on with `what`. SQLite has one writer at a time anyway. */
export const takeTurn: (tx: Database, what: string) => Promise<void> = () => Promise.resolve();

let connection: Promise<Connection> | undefined;
let lastWrite: Promise<unknown> = Promise.resolve();
let isSaid = false;

/** Runs a query that changes nothing. */
export async function read<T>(work: (db: Database) => Promise<T>): Promise<T> {
  return patiently(async () => work((await connect()).db), budgetEnd());
}

/**
 * Runs several statements as one: all of them happen, or none. Transactions of this process queue up; those of other
 * processes are waited for. Inside `work` ask `tx` alone: a `write` or a transaction in it would wait in the queue for the
 * one that it is part of, until that is given up.
 */
export async function transaction<T>(work: (db: Database) => Promise<T>): Promise<T> {
  const giveUpAt = budgetEnd();
  const inTime = (tx: Database) => within(mostTransactionSeconds, work(tx));
  const mine = lastWrite.then(() => patiently(async () => (await connect()).db.transaction(inTime), giveUpAt));
  lastWrite = mine.catch(() => undefined);
  return mine;
}

/** Runs one statement that writes: in a transaction too, whose turn in the queue it takes (see `lockFirst` for why). */
export const write = transaction;

/** Brings the schema up to date; the first query does so by itself. */
export async function migrateDatabase(): Promise<string[]> {
  return patiently(async () => migrate((await connect()).client), budgetEnd());
}

/** Ends the connections. The next query opens them again. */
export async function closeDatabase(): Promise<void> {
  const open = await connection?.catch(() => undefined);
  connection = undefined;
  open?.client.close();
}

function connect(): Promise<Connection> {
  connection ??= open().catch((error) => {
    connection = undefined;
    throw error;
  });
  return connection;
}

async function open(): Promise<Connection> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const url = `file:${encodeURIComponent(path)}`;
  const client = lockFirst(createClient({ url, timeout: busyTimeoutMs, concurrency: 4, ...encryption() }));
  try {
    await client.execute("PRAGMA journal_mode = WAL");
    await migrate(client);
  } catch (error) {
    client.close();
    throw error;
  }
  sayWhere();
  return { client, db: drizzle(client) };
}

/** Once: a start in another folder, with a database of its own, is seen. */
function sayWhere(): void {
  if (isSaid) return;
  isSaid = true;
  writeJsonLine({ event: "sys_startup", outcome: "success", reason: `The accounts are in ${path}` });
}

/**
 * Every transaction asks for the write lock before anything else, and commits, in a way that leaves nothing behind when
 * that is refused: because another process has the lock, or because a foreign key that is checked at the end fails. A
 * prepared statement that is refused stays unfinished in this driver, and then SQLite does not commit what the same
 * connection writes next, though it says so, or finds it busy.
 */
function lockFirst(client: Client): Client {
  const begin = client.transaction.bind(client);
  client.transaction = async () => {
    const transaction = await begin("deferred");
    try {
      await transaction.executeMultiple("COMMIT; BEGIN IMMEDIATE");
    } catch (error) {
      transaction.close();
      throw error;
    }
    transaction.commit = () => transaction.executeMultiple("COMMIT").finally(() => transaction.close());
    return transaction;
  };
  return client;
}

function databasePath(): string {
  const { variable, value } = config.databaseUrl ?? { variable: "The database", value: defaultUrl };
  const named = pathIn(value);
  if (!named) throw refuse(variable, mustBeFile);
  if (named === ":memory:") return named;
  const path = resolve(projectFolder, named);
  const earlier = resolve(named);
  if (existsSync(earlier) && !existsSync(path))
    throw refuse(
      variable,
      `would be a new one, ${path}, but there is ${earlier}: move it, and what is beside it, there`,
    );
  return path;
}

/** The path in `file:PATH` or `file:///PATH`; an ORM of the application's may have put parameters behind it. */
function pathIn(url: string): string | undefined {
  const [, path] = /^file:(?:\/\/(?:localhost)?(?=\/))?(?!\/\/)([^?#]+)/i.exec(url) ?? [];
  return path && decoded(path);
}

function encryption(): { encryptionKey?: string } {
  return config.databaseEncryptionKey ? { encryptionKey: config.databaseEncryptionKey } : {};
}

/** Tries again, with jitter, while another process writes. */
async function patiently<T>(work: () => Promise<T>, giveUpAt: number): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isBusy(error) || performance.now() > giveUpAt) throw databaseFailure(error);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(100, 5 * 2 ** attempt)));
    }
  }
}

function budgetEnd(): number {
  return performance.now() + busyBudgetMs;
}
