import { eq } from "drizzle-orm";
import { type Database, now, read, write } from "../../db/client.js";
import { factorDeadlines } from "../../db/schema/auth-factors-admin.js";
import type { AccountDelete } from "../hooks.js";
import { readClock } from "../store.js";

/** Lets the time of a user begin, unless it has. */
export async function beginDeadline(userId: string): Promise<void> {
  await write((db) => db.insert(factorDeadlines).values({ userId, since: now }).onConflictDoNothing());
}

/** When the time of a user is over, and whether it is; null where it has not begun. */
export async function findDeadline(userId: string, graceSeconds: number) {
  const isTheirs = eq(factorDeadlines.userId, userId);
  const [found] = await read((db) => db.select({ since: factorDeadlines.since }).from(factorDeadlines).where(isTheirs));
  if (!found) return null;
  const setBy = new Date(found.since.getTime() + graceSeconds * 1000);
  return { setBy, isOver: setBy <= (await readClock()) };
}

/** Lets the time of a user begin anew at their next login; false where it had not begun. */
export async function dropDeadline(tx: Database, userId: string): Promise<boolean> {
  const isTheirs = eq(factorDeadlines.userId, userId);
  return (await tx.delete(factorDeadlines).where(isTheirs).returning({ userId: factorDeadlines.userId })).length > 0;
}

/** Goes with the account. */
export const forgetDeadline: AccountDelete = async (tx, userId) => {
  await dropDeadline(tx, userId);
};
