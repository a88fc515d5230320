import { eq, sql } from "drizzle-orm";
import { type Database, now, read, takeTurn, transaction } from "../../db/client.js";
import { signingKeys } from "../../db/schema/auth-jwks.js";
import type { KeyLife } from "./key-life.js";

/** A key as it is stored. */
export interface StoredKey extends KeyLife {
  /** Null in the row of HS256. */
  readonly sealed: string | null;
}

/** All keys, as they were at one moment of the database's clock. */
export interface StoredKeys {
  readonly keys: readonly StoredKey[];
  readonly readAt: Date;
}

const clock = sql`${now}`.mapWith(signingKeys.publishedAt);
const columns = {
  kid: signingKeys.kid,
  alg: signingKeys.alg,
  sealed: signingKeys.sealed,
  publishedAt: signingKeys.publishedAt,
  signingSince: signingKeys.signingSince,
  stoppedAt: signingKeys.stoppedAt,
};

let shift = (time: Date): Date => time;

/** Takes another clock than the database's: what that says goes in. For tests. */
export function useClock(other: (time: Date) => Date): void {
  shift = other;
}

export async function readKeys(): Promise<StoredKeys> {
  return read(keysIn);
}

/** Lets one process at a time change keys: `change` sees what the one before it has left. What it throws undoes it. */
export async function inTurn<T>(change: (tx: Database) => Promise<T>): Promise<T> {
  return transaction(async (tx) => {
    await takeTurn(tx, "auth signing keys");
    return change(tx);
  });
}

export async function keysIn(db: Database): Promise<StoredKeys> {
  const [time] = await db.select({ now: clock }).from(sql`(values (1)) as one`);
  const keys = await db.select(columns).from(signingKeys).orderBy(signingKeys.publishedAt, signingKeys.kid);
  return { keys, readAt: shift(time?.now ?? new Date()) };
}

export async function insertKey(tx: Database, key: StoredKey): Promise<void> {
  await tx.insert(signingKeys).values(key);
}

export async function updateKey(tx: Database, kid: string, changes: Partial<StoredKey>): Promise<void> {
  await tx.update(signingKeys).set(changes).where(eq(signingKeys.kid, kid));
}

export async function deleteKey(tx: Database, kid: string): Promise<void> {
  await tx.delete(signingKeys).where(eq(signingKeys.kid, kid));
}
