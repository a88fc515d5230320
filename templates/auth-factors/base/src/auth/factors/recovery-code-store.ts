import { and, eq } from "drizzle-orm";
import { type Database, now, read } from "../../db/client.js";
import { recoveryCodes } from "../../db/schema/auth-factors.js";
import { countIn } from "./factor-store.js";
import { recoveryCodeKind } from "./recovery-code-kind.js";

/** How many codes the user has left. */
export async function countCodes(userId: string): Promise<number> {
  return read((db) => countIn(db, recoveryCodeKind, userId));
}

export async function replaceCodes(tx: Database, userId: string, hashes: string[]): Promise<void> {
  await tx.delete(recoveryCodes).where(eq(recoveryCodes.userId, userId));
  await tx.insert(recoveryCodes).values(hashes.map((hash) => ({ hash, userId, createdAt: now })));
}

export async function hasCode(tx: Database, userId: string, hash: string): Promise<boolean> {
  return (await tx.select({ hash: recoveryCodes.hash }).from(recoveryCodes).where(isCode(userId, hash))).length > 0;
}

/** Spends a code: of many who try one has it. */
export async function deleteCode(tx: Database, userId: string, hash: string): Promise<boolean> {
  const spent = await tx.delete(recoveryCodes).where(isCode(userId, hash)).returning({ hash: recoveryCodes.hash });
  return spent.length > 0;
}

function isCode(userId: string, hash: string) {
  return and(eq(recoveryCodes.hash, hash), eq(recoveryCodes.userId, userId));
}
