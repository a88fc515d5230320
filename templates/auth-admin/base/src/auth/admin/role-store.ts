import { and, eq } from "drizzle-orm";
import { read } from "../../db/client.js";
import { sessions, users } from "../../db/schema/auth.js";
import { isLive, ownerAllows } from "../store.js";

/** The role of whoever has the session, by two primary keys; null when it has ended, or its owner is barred. */
export async function findRole(sessionId: string): Promise<string | null> {
  const [found] = await read((db) =>
    db
      .select({ role: users.role })
      .from(sessions)
      .innerJoin(users, ownerAllows)
      .where(and(eq(sessions.id, sessionId), isLive)),
  );
  return found?.role ?? null;
}

/** The role of a user whose session epoch is `epoch`. */
export async function findRoleAt(userId: string, epoch: number): Promise<string | null> {
  const match = and(eq(users.id, userId), eq(users.sessionEpoch, epoch));
  const [found] = await read((db) => db.select({ role: users.role }).from(users).where(match));
  return found?.role ?? null;
}
