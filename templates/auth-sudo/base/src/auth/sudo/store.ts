import { and, eq, gt, isNull, sql } from "drizzle-orm";
import { forShare, fromNow, now, read, transaction } from "../../db/client.js";
import { sessions, users } from "../../db/schema/auth.js";
import { isLive, type NewSession, ownerAllows, type StoredSession, startSession } from "../store.js";

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
 * Ends the live session `oldId` and starts `session` in its place: both or neither. Null when the old one has ended, or
 * when the password was changed or the owner barred since `epoch` was read.
 */
export async function replaceSession(
  oldId: string,
  userId: string,
  epoch: number,
  session: NewSession,
): Promise<StoredSession | null> {
  return transaction(async (tx) => {
    // The owner first, as everywhere: in the other order, this and a password change could wait for each other.
    const owner = and(eq(users.id, userId), eq(users.sessionEpoch, epoch), isNull(users.disabledAt));
    const [allowed] = await tx.select({ id: users.id }).from(users).where(sql`${owner} ${forShare}`);
    if (!allowed) return null;
    const [ended] = await tx
      .update(sessions)
      .set({ revokedAt: now, revokedReason: "replaced" })
      .where(and(eq(sessions.id, oldId), eq(sessions.userId, userId), eq(sessions.epoch, epoch), isLive))
      .returning({ id: sessions.id });
    return ended ? startSession(tx, session, userId, epoch) : null;
  });
}
