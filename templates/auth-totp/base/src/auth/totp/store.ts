import { and, eq, gt, isNotNull, lt } from "drizzle-orm";
import { type Database, fromNow, now, read, write } from "../../db/client.js";
import { totpSecrets } from "../../db/schema/auth-totp.js";

/** How long a secret waits to be confirmed. */
const pendingSeconds = 60 * 60;

/** A secret that is set. */
export interface StoredSecret {
  readonly sealed: string;
  readonly lastStep: number;
}

/** Lets a secret wait to be confirmed, in place of another that waits. One that is set stays. */
export async function putPending(userId: string, sealed: string): Promise<void> {
  const pending = { pendingSealed: sealed, pendingAt: now };
  await write((db) =>
    db
      .insert(totpSecrets)
      .values({ userId, lastStep: 0, ...pending })
      .onConflictDoUpdate({ target: totpSecrets.userId, set: pending }),
  );
}

/** The sealed secret that waits; null where none does, or not any more. */
export async function findPending(userId: string): Promise<string | null> {
  const waits = and(eq(totpSecrets.userId, userId), gt(totpSecrets.pendingAt, fromNow(-pendingSeconds)));
  const [found] = await read((db) => db.select({ sealed: totpSecrets.pendingSealed }).from(totpSecrets).where(waits));
  return found?.sealed ?? null;
}

/** Sets the secret that waits, with the step of the code that has confirmed it spent; false where it waits no more. */
export async function setPending(tx: Database, userId: string, sealed: string, step: number): Promise<boolean> {
  const isIt = and(eq(totpSecrets.userId, userId), eq(totpSecrets.pendingSealed, sealed));
  const set = { sealed, lastStep: step, setAt: now, usedAt: null, pendingSealed: null, pendingAt: null };
  const done = await tx.update(totpSecrets).set(set).where(isIt).returning({ userId: totpSecrets.userId });
  return done.length > 0;
}

export async function findSecret(tx: Database, userId: string): Promise<StoredSecret | null> {
  const { sealed, lastStep } = totpSecrets;
  const isSet = and(eq(totpSecrets.userId, userId), isNotNull(totpSecrets.setAt));
  const [found] = await tx.select({ sealed, lastStep }).from(totpSecrets).where(isSet);
  return found?.sealed ? { sealed: found.sealed, lastStep: found.lastStep } : null;
}

/** Spends a step, and all before it, whatever the code is used for: of many who try one has it (RFC 6238, section 5.2). */
export async function spendStep(tx: Database, userId: string, step: number): Promise<boolean> {
  const isUnspent = and(eq(totpSecrets.userId, userId), lt(totpSecrets.lastStep, step));
  const spent = await tx
    .update(totpSecrets)
    .set({ lastStep: step, usedAt: now })
    .where(isUnspent)
    .returning({ userId: totpSecrets.userId });
  return spent.length > 0;
}
