import { and, eq, gt, sql } from "drizzle-orm";
import { type Database, forShare, fromNow, now, read } from "../../db/client.js";
import { sessions, users } from "../../db/schema/auth.js";
import { isEnabledAt, isLive, ownerAllows, type SessionOwner } from "../store.js";

/** Whether the session was started within the last `seconds`; "ended" when it is no longer live. */
export async function ageOfLogin(sessionId: string, seconds: number): Promise<"recent" | "old" | "ended"> {
  const isRecent = sql<unknown>`${gt(sessions.createdAt, fromNow(-seconds))}`;
  const [found] = await read((db) =>
    db
      .select({ isRecent })
      .from(sessions)
      .innerJoin(users, ownerAllows)
      .where(and(eq(sessions.id, sessionId), isLive)),
  );
  if (!found) return "ended";
  return found.isRecent ? "recent" : "old";
}

/**
 * Ends the live session `oldId`, as the first step of the transaction that starts another in its place. Null when it has
 * ended, and when the password was changed or the owner barred since the login was proven.
 */
export async function endReplaced(tx: Database, oldId: string, owner: SessionOwner): Promise<SessionOwner | null> {
  const { user, sessionEpoch } = owner;
  // The owner first, as everywhere: in the other order, this and a password change could wait for each other.
  const isAllowed = sql`${isEnabledAt(user.id, sessionEpoch)} ${forShare}`;
  const [allowed] = await tx.select({ id: users.id }).from(users).where(isAllowed);
  if (!allowed) return null;
  const [ended] = await tx
    .update(sessions)
    .set({ revokedAt: now, revokedReason: "replaced" })
    .where(and(eq(sessions.id, oldId), eq(sessions.userId, user.id), eq(sessions.epoch, sessionEpoch), isLive))
    .returning({ id: sessions.id });
  return ended ? owner : null;
}
