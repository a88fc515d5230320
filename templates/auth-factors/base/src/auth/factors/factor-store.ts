import { and, type Column, count, eq, isNotNull, type SQL, sql } from "drizzle-orm";
import { type Database, forUpdate, read } from "../../db/client.js";
import { users } from "../../db/schema/auth.js";
import { type FactorKind, factorKinds } from "./factor-kinds.js";

/** A factor that a user has set. */
export interface Factor {
  readonly kind: string;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
}

/** The kinds that the user has something of. */
export async function kindsOf(userId: string): Promise<FactorKind[]> {
  return read((db) => kindsIn(db, userId));
}

/** The same within a transaction. */
export async function kindsIn(db: Database, userId: string): Promise<FactorKind[]> {
  const found: FactorKind[] = [];
  for (const kind of factorKinds) if ((await countIn(db, kind, userId)) > 0) found.push(kind);
  return found;
}

/** How much of one kind the user has. */
export async function countIn(db: Database, kind: FactorKind, userId: string): Promise<number> {
  const [found] = await db.select({ total: count() }).from(kind.owner.table).where(isSetBy(kind, userId));
  return Number(found?.total ?? 0);
}

/** Whether logins of the user take a second factor. */
export async function hasFactor(userId: string): Promise<boolean> {
  return (await kindsOf(userId)).some(isMain);
}

/** What is no spare. */
export function isMain({ isSpare }: FactorKind): boolean {
  return !isSpare;
}

/** The factors of a user, without spare ones. */
export async function listFactors(userId: string): Promise<Factor[]> {
  const lists = factorKinds.filter(isMain).map((kind) => read((db) => listIn(db, kind, userId)));
  return (await Promise.all(lists)).flat();
}

async function listIn(db: Database, kind: FactorKind, userId: string): Promise<Factor[]> {
  const { name, owner, setAt, usedAt } = kind;
  const rows = await db
    .select({ createdAt: mapped(setAt), lastUsedAt: usedAt ? mapped(usedAt) : sql`null` })
    .from(owner.table)
    .where(isSetBy(kind, userId))
    .orderBy(sql`${setAt}`);
  return (rows as Omit<Factor, "kind">[]).map((row) => ({ kind: name, ...row }));
}

/** Takes all of a kind away, also what is not set yet. */
export async function deleteKind(tx: Database, kind: FactorKind, userId: string): Promise<void> {
  await tx.delete(kind.owner.table).where(eq(kind.owner, userId));
}

/** Takes every factor of the user away. */
export async function deleteFactors(tx: Database, userId: string): Promise<void> {
  for (const kind of factorKinds) await deleteKind(tx, kind, userId);
}

/**
 * Lets one transaction at a time go on with a user's factors; false where the user is gone, or has another session epoch than
 * `epoch`. The owner first, as everywhere: in another order, this and a password change could wait for each other.
 */
export async function lockOwner(tx: Database, userId: string, epoch?: number): Promise<boolean> {
  const match = and(eq(users.id, userId), epoch === undefined ? undefined : eq(users.sessionEpoch, epoch));
  const [owner] = await tx.select({ id: users.id }).from(users).where(sql`${match} ${forUpdate}`);
  return owner !== undefined;
}

/** The column's value as its schema has it. */
function mapped(column: Column): SQL {
  return sql`${column}`.mapWith(column);
}

function isSetBy({ owner, setAt }: FactorKind, userId: string) {
  return and(eq(owner, userId), isNotNull(setAt));
}
