import { eq } from "drizzle-orm";
import type { Database } from "../../db/client.js";
import { users } from "../../db/schema/auth.js";
import { endSessions, nextEpoch } from "../store.js";

/** Ends every session of the user, those of logins in flight and challenges too. @returns the sessions that have ended. */
export async function endSessionsAtNextEpoch(tx: Database, userId: string): Promise<string[]> {
  await tx.update(users).set({ sessionEpoch: nextEpoch }).where(eq(users.id, userId));
  return endSessions(tx, userId, "logout-all");
}
