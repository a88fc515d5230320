import { and, desc, eq, isNull, ne, notInArray, type SQL, sql } from "drizzle-orm";
import { forUpdate, now, read, transaction } from "../../db/client.js";
import { sessions, users } from "../../db/schema/auth.js";
import { AuthError } from "../errors.js";
import { endSessions, isLive, nextEpoch } from "../store.js";

/** Live sessions of the user, the one that was used last first; with `after`, those that follow that one. */
export async function findLiveSessions(userId: string, mostRows: number, after?: string) {
  const isNext =
    after === undefined ? undefined : sql`(${sessions.rotatedAt}, ${sessions.id}) < ${placeOf(after, userId)}`;
  return read((db) =>
    db
      .select({
        id: sessions.id,
        createdAt: sessions.createdAt,
        lastUsedAt: sessions.rotatedAt,
        ip: sessions.ip,
        userAgent: sessions.userAgent,
      })
      .from(sessions)
      .where(and(eq(sessions.userId, userId), isLive, isNext))
      .orderBy(desc(sessions.rotatedAt), desc(sessions.id))
      .limit(mostRows),
  );
}

/**
 * Ends every session of the user but one, also those whose login is still in flight.
 *
 * @returns the ids of those that ended, and the user's session epoch from now on.
 * @throws AuthError "InvalidAccessToken", with nothing ended, when the one to keep is not live.
 */
export async function revokeOtherSessions(userId: string, keptId: string): Promise<{ ended: string[]; epoch: number }> {
  return transaction(async (tx) => {
    const [owner] = await tx
      .update(users)
      .set({ sessionEpoch: nextEpoch })
      .where(and(eq(users.id, userId), isNull(users.disabledAt)))
      .returning({ epoch: users.sessionEpoch });
    if (!owner) throw new AuthError("InvalidAccessToken");
    const ended = await endSessions(tx, userId, "logout-all", ne(sessions.id, keptId));
    const [kept] = await tx
      .update(sessions)
      .set({ epoch: owner.epoch })
      .where(and(eq(sessions.id, keptId), eq(sessions.userId, userId), eq(sessions.epoch, owner.epoch - 1), isLive))
      .returning({ id: sessions.id });
    if (!kept) throw new AuthError("InvalidAccessToken");
    return { ended, epoch: owner.epoch };
  });
}

/** How many live sessions the user has, beside those of `besides`. */
export async function countLiveSessions(userId: string, besides: readonly string[] = []): Promise<number> {
  const [row] = await read((db) =>
    db
      .select({ count: sql<unknown>`count(*)` })
      .from(sessions)
      .where(and(eq(sessions.userId, userId), isLive, notInArray(sessions.id, [...besides]))),
  );
  return Number(row?.count ?? 0);
}

/**
 * Ends all live sessions of the user but the newest `limit`, of which `startedId` is always one, and those of `besides`,
 * which don't count. The user is locked first, so that one trim sees what the one before it has done: of many at once,
 * exactly `limit` sessions are left.
 *
 * @returns the ids of those that ended.
 */
export async function revokeBeyond(
  limit: number,
  userId: string,
  startedId: string,
  besides: readonly string[] = [],
): Promise<string[]> {
  return transaction(async (tx) => {
    await tx
      .select({ id: users.id })
      .from(users)
      .where(sql`${eq(users.id, userId)} ${forUpdate}`);
    const mine = and(eq(sessions.userId, userId), isLive, notInArray(sessions.id, [...besides]));
    const isOther = sql`case when ${eq(sessions.id, startedId)} then 0 else 1 end`;
    const newest = tx
      .select({ id: sessions.id })
      .from(sessions)
      .where(mine)
      .orderBy(isOther, desc(sessions.createdAt), desc(sessions.id))
      .limit(limit);
    const ended = await tx
      .update(sessions)
      .set({ revokedAt: now, revokedReason: "limit" })
      .where(and(mine, notInArray(sessions.id, newest)))
      .returning({ id: sessions.id });
    return ended.map(({ id }) => id);
  });
}

/** Where a session stands in the list. Another user's stands nowhere, and nothing follows it. */
function placeOf(id: string, userId: string): SQL {
  const match = and(eq(sessions.id, id), eq(sessions.userId, userId));
  return sql`(select ${sessions.rotatedAt}, ${sessions.id} from ${sessions} where ${match})`;
}
