import { and, eq } from "drizzle-orm";
import type { Database } from "../../db/client.js";
import { sessions, users } from "../../db/schema/auth.js";
import type { Caller } from "../accounts.js";
import { AuthError } from "../errors.js";
import { endSessions, isLive, nextEpoch, ownerAllows } from "../store.js";
import { lockOwner } from "./factor-store.js";

/**
 * `lockOwner`, for a change that a session asks for. Threat: a request that was let in waits with its body until its session
 * has ended, and then changes the factors for whoever was thrown out.
 *
 * @throws AuthError "InvalidAccessToken" when the session has ended.
 */
export async function lockCaller(tx: Database, { userId, sessionId }: Caller): Promise<void> {
  if ((await lockOwner(tx, userId)) && (await hasSession(tx, userId, sessionId))) return;
  throw new AuthError("InvalidAccessToken");
}

/** Ends every session of the user, those of logins in flight and challenges too. @returns the sessions that have ended. */
export async function endSessionsAtNextEpoch(tx: Database, userId: string): Promise<string[]> {
  await tx.update(users).set({ sessionEpoch: nextEpoch }).where(eq(users.id, userId));
  return endSessions(tx, userId, "logout-all");
}

async function hasSession(tx: Database, userId: string, sessionId: string): Promise<boolean> {
  const isTheirs = and(eq(sessions.id, sessionId), eq(sessions.userId, userId), isLive);
  return (await tx.select({ id: sessions.id }).from(sessions).innerJoin(users, ownerAllows).where(isTheirs)).length > 0;
}
