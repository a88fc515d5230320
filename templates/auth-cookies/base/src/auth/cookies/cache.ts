import { cookieConfig } from "./config.js";
import { memorySessionCache } from "./memory-cache.js";
import { redisSessionCache } from "./redis-cache.js";
import type { LiveSession } from "./store.js";

/**
 * How long the database's word on a session is believed. What ends a session reaches every server within a second
 * through `revocations.ts`, which remembers it for a minute at least: so this must stay well below a minute.
 */
export const leaseMs = 30_000;

/** A session as the database knew it `ageMs` ago. */
export interface KnownSession {
  session: LiveSession;
  ageMs: number;
}

/** Remembers live sessions for `leaseMs`. */
export interface SessionCache {
  get(id: string): Promise<KnownSession | null>;
  put(known: KnownSession): Promise<void>;
  close(): Promise<void>;
}

/** The one of this process: Redis, shared by all servers, where SESSION_REDIS_URL names one, else memory. */
export const sessionCache: SessionCache = cookieConfig.redisUrl
  ? redisSessionCache(cookieConfig.redisUrl, leaseMs)
  : memorySessionCache(leaseMs);

/** Ends the connection to Redis. The next question opens it again. */
export async function closeSessionCache(): Promise<void> {
  await sessionCache.close();
}
