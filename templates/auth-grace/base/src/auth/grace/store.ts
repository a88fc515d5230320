import { and, eq, gt, inArray, isNull, lte, not, type SQL, sql } from "drizzle-orm";
import { ago, type Database, fromNow, now, read, skipLocked, transaction, write } from "../../db/client.js";
import { users } from "../../db/schema/auth.js";
import { accountDeletions } from "../../db/schema/auth-grace.js";
import type { AccountDelete } from "../hooks.js";
import { loginIsAddress } from "../login-name.js";
import { deleteUserIn, endSessions, isEnabledAt, nextEpoch, orAccountInUse, type SessionOwner } from "../store.js";

/** Joins a deletion to its account, unless that is enabled, or somebody has disabled it anew. */
const stillDisables = and(eq(users.id, accountDeletions.userId), eq(users.disabledAt, accountDeletions.disabledAt));
const isDue = lte(accountDeletions.deleteAfter, ago(0));

/**
 * Disables the account, ends every session and plans its deletion: all of it or nothing.
 *
 * @returns the sessions that ended; null when the password was changed, or the account disabled, since `epoch` was read.
 */
export async function scheduleDeletion(userId: string, epoch: number, graceSeconds: number): Promise<string[] | null> {
  return transaction(async (tx) => {
    const [disabled] = await tx
      .update(users)
      .set({ disabledAt: now, sessionEpoch: nextEpoch })
      .where(isEnabledAt(userId, epoch))
      .returning({ id: users.id });
    if (!disabled) return null;
    await tx.delete(accountDeletions).where(eq(accountDeletions.userId, userId));
    await tx
      .insert(accountDeletions)
      .select(
        sql`select ${users.id}, ${users.disabledAt}, ${fromNow(graceSeconds)} from ${users} where ${users.id} = ${userId}`,
      );
    return endSessions(tx, userId, "deleted");
  });
}

/** Whether the account is logged in to with an address that nobody has proven. */
export async function hasUnprovenLogin(userId: string): Promise<boolean> {
  if (!loginIsAddress) return false;
  const isUnproven = and(eq(users.id, userId), isNull(users.emailVerifiedAt));
  return (await read((db) => db.select({ id: users.id }).from(users).where(isUnproven))).length > 0;
}

/** Whether the account waits to be deleted, and may be restored. */
export async function isRestorable(userId: string): Promise<boolean> {
  const [found] = await read((db) =>
    db
      .select({ id: users.id })
      .from(users)
      .innerJoin(accountDeletions, stillDisables)
      .where(and(eq(users.id, userId), gt(accountDeletions.deleteAfter, now))),
  );
  return found !== undefined;
}

/** Enables the account and drops its deletion, as the first step of a login. Of many attempts one wins; null for the others. */
export async function enable(tx: Database, owner: SessionOwner): Promise<SessionOwner | null> {
  const { user, sessionEpoch } = owner;
  const waits = sql`exists (select 1 from ${accountDeletions} where ${and(stillDisables, gt(accountDeletions.deleteAfter, now))})`;
  const [enabled] = await tx
    .update(users)
    .set({ disabledAt: null })
    .where(and(eq(users.id, user.id), eq(users.sessionEpoch, sessionEpoch), waits))
    .returning({ id: users.id });
  if (!enabled) return null;
  await tx.delete(accountDeletions).where(eq(accountDeletions.userId, user.id));
  return owner;
}

/** The next `rows` users, in the order of their ids, whose time has come. */
export async function findDue(after: string, rows: number): Promise<string[]> {
  const due = await read((db) =>
    db
      .select({ id: accountDeletions.userId })
      .from(accountDeletions)
      .where(and(gt(accountDeletions.userId, after), isDue))
      .orderBy(accountDeletions.userId)
      .limit(rows),
  );
  return due.map(({ id }) => id);
}

/**
 * Deletes the account, and what names a person in its sessions, unless another purge is at it or somebody has overruled
 * the deletion meanwhile.
 *
 * @throws AuthError "AccountInUse"
 */
export async function deleteDueAccount(userId: string, deletes: readonly AccountDelete[]): Promise<boolean> {
  return orAccountInUse(() =>
    transaction(async (tx) => {
      const [due] = await tx
        .select({ id: users.id })
        .from(accountDeletions)
        .innerJoin(users, stillDisables)
        .where(sql`${and(eq(users.id, userId), isDue)} ${skipLocked}`);
      return due !== undefined && (await deleteUserIn(tx, userId, deletes)) !== null;
    }),
  );
}

/** Who of `userIds` is deleted, and the row here is not. */
export async function findDeleted(userIds: string[]): Promise<string[]> {
  const found = await read((db) =>
    db
      .select({ id: accountDeletions.userId })
      .from(accountDeletions)
      .where(and(inArray(accountDeletions.userId, userIds), not(hasUser()))),
  );
  return found.map(({ id }) => id);
}

export async function dropDeletions(userIds: string[]): Promise<void> {
  await write((db) => db.delete(accountDeletions).where(inArray(accountDeletions.userId, userIds)));
}

/** Drops those deletions of `userIds` that somebody has overruled, by enabling the account or by disabling it anew. */
export async function dropOverruled(userIds: string[]): Promise<void> {
  const stands = sql`exists (select 1 from ${users} where ${stillDisables})`;
  const overruled = and(inArray(accountDeletions.userId, userIds), hasUser(), not(stands));
  await write((db) => db.delete(accountDeletions).where(overruled));
}

function hasUser(): SQL {
  return sql`exists (select 1 from ${users} where ${eq(users.id, accountDeletions.userId)})`;
}
