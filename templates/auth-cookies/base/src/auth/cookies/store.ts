import { and, eq, lt, sql } from "drizzle-orm";
import { fromNow, now, read, write } from "../../db/client.js";
import { sessions, users } from "../../db/schema/auth.js";
import { type Claims, claimsOf } from "../access-claims.js";
import { config } from "../config.js";
import { isLive, ownerAllows, storedClaims } from "../store.js";

/** A live session, and the moment at which the database said so. All times are the database's. */
export interface LiveSession {
  id: string;
  userId: string;
  createdAt: Date;
  lastUsedAt: Date;
  idleExpiresAt: Date;
  absoluteExpiresAt: Date;
  readAt: Date;
  /** What an access token of the session would say of its login and its owner. */
  claims: Claims;
}

const liveSession = {
  id: sessions.id,
  userId: sessions.userId,
  createdAt: sessions.createdAt,
  lastUsedAt: sessions.rotatedAt,
  idleExpiresAt: sessions.idleExpiresAt,
  absoluteExpiresAt: sessions.absoluteExpiresAt,
  readAt: sql`${now}`.mapWith(sessions.rotatedAt),
  claims: storedClaims,
};

/** One lookup by primary key; null when the session has ended or expired, or its owner is barred. */
export async function findLiveSession(id: string): Promise<LiveSession | null> {
  const [found] = await read((db) =>
    db
      .select(liveSession)
      .from(sessions)
      .innerJoin(users, ownerAllows)
      .where(and(eq(sessions.id, id), isLive)),
  );
  return found ? { ...found, claims: claimsOf(found.claims) } : null;
}

/** Starts the idle time anew: of many requests at once, one writes. Null when nothing was written. */
export async function renewSession(id: string, unusedSeconds: number): Promise<LiveSession | null> {
  const isDue = lt(sessions.rotatedAt, fromNow(-unusedSeconds));
  const [renewed] = await write((db) =>
    db
      .update(sessions)
      .set({ rotatedAt: now, idleExpiresAt: fromNow(config.refreshTokenSeconds) })
      .from(users)
      .where(and(eq(sessions.id, id), isDue, isLive, ownerAllows))
      .returning(liveSession),
  );
  return renewed ? { ...renewed, claims: claimsOf(renewed.claims) } : null;
}
