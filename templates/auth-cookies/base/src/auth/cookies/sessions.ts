import { config } from "../config.js";
import { type ClientInfo, emit } from "../events.js";
import { isRevoked, markRevoked } from "../revocations.js";
import { endSession, type NewSession } from "../sessions.js";
import { revokeSession, type StoredSession } from "../store.js";
import { type KnownSession, sessionCache } from "./cache.js";
import { newSessionCookie } from "./cookie-value.js";
import { findLiveSession, type LiveSession, renewSession } from "./store.js";

/** Use is noted at most this often, so that most requests write nothing; or at a tenth of a shorter idle life. */
const mostSecondsUnnoted = 5 * 60;
const renewAfterSeconds = Math.min(mostSecondsUnnoted, config.refreshTokenSeconds / 10);

/** Hands the browser its cookie, for as long as the session can live at most. */
export type SendCookie = (value: string, maxAgeSeconds: number) => void;

/**
 * A session whose client holds a cookie. Its value is new, whatever the client brought; the session that the client had
 * until now, `replaced`, ends as soon as this one is stored.
 */
export function newCookie(client: ClientInfo, replaced: string[], send: SendCookie): NewSession {
  const { value, sessionId } = newSessionCookie();
  return {
    row: { id: sessionId, ip: client.ip, userAgent: client.userAgent },
    replaces: replaced,
    deliver: async (stored) => {
      for (const id of replaced) await endReplaced(id, client);
      send(value, Math.max(1, secondsUntil(stored.absoluteExpiresAt)));
      return { session: { id: stored.id, expiresAt: firstExpiry(stored) } };
    },
  };
}

/**
 * The live session of that id. It costs a query each half minute at most, a write each five minutes at most, and none
 * after it has ended: `isRevoked` knows of that within a second.
 *
 * @throws AuthError "ServiceUnavailable" when that can't be known.
 */
export async function findCookieSession(id: string): Promise<LiveSession | null> {
  const session = (await recall(id)) ?? (await ask(id));
  return session && !(await isRevoked(id)) ? session : null;
}

/** Ends the session of a cookie; one that has ended already stays as it is. */
export async function endCookieSession(id: string, client: ClientInfo): Promise<void> {
  const ended = await endSession(id, client);
  // Another process may have ended it a moment ago. A value that somebody made up is not worth remembering.
  if (!ended && (await sessionCache.get(id))) markRevoked([id]);
}

/** When the session ends, if it isn't used until then. */
export function expiryOf({ idleExpiresAt, absoluteExpiresAt }: LiveSession): Date {
  return idleExpiresAt < absoluteExpiresAt ? idleExpiresAt : absoluteExpiresAt;
}

async function recall(id: string): Promise<LiveSession | null> {
  const known = await sessionCache.get(id);
  return known && databaseTime(known) < expiryOf(known.session).getTime() && !isDue(known) ? known.session : null;
}

async function ask(id: string): Promise<LiveSession | null> {
  const startedAt = performance.now();
  const found = await findLiveSession(id);
  const due = found !== null && isDue({ session: found, ageMs: 0 });
  const session = due ? ((await renewSession(id, renewAfterSeconds)) ?? (await findLiveSession(id))) : found;
  if (session) await sessionCache.put({ session, ageMs: performance.now() - startedAt });
  return session;
}

function isDue(known: KnownSession): boolean {
  return databaseTime(known) - known.session.lastUsedAt.getTime() > renewAfterSeconds * 1000;
}

/** What the database's clock says now. */
function databaseTime({ session, ageMs }: KnownSession): number {
  return session.readAt.getTime() + ageMs;
}

async function endReplaced(sessionId: string, client: ClientInfo): Promise<void> {
  const ended = await revokeSession(sessionId, "replaced");
  if (!ended) return;
  markRevoked([sessionId]);
  const reason = "A new login took its place.";
  await emit({ event: "authn_logout", outcome: "success", userId: ended.userId, sessionId, client, reason });
}

function firstExpiry({ absoluteExpiresAt }: StoredSession): Date {
  return new Date(Math.min(absoluteExpiresAt.getTime(), Date.now() + config.refreshTokenSeconds * 1000));
}

function secondsUntil(time: Date): number {
  return Math.floor((time.getTime() - Date.now()) / 1000);
}
