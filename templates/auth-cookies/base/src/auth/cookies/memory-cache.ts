import type { SessionCache } from "./cache.js";
import type { LiveSession } from "./store.js";

const mostSessions = 10_000;

/** Remembers the sessions that were asked for last, in the memory of this process. */
export function memorySessionCache(leaseMs: number, capacity = mostSessions): SessionCache {
  /** The order of a Map is that of insertion: who is asked for again goes to the end. */
  const entries = new Map<string, { session: LiveSession; readAtMs: number }>();
  const find = (id: string) => {
    const entry = entries.get(id);
    if (!entry) return null;
    entries.delete(id);
    const ageMs = performance.now() - entry.readAtMs;
    if (ageMs >= leaseMs) return null;
    entries.set(id, entry);
    return { session: entry.session, ageMs };
  };
  return {
    get: (id) => Promise.resolve(find(id)),
    put({ session, ageMs }) {
      entries.delete(session.id);
      entries.set(session.id, { session, readAtMs: performance.now() - ageMs });
      const [oldest] = entries.keys();
      if (oldest !== undefined && entries.size > capacity) entries.delete(oldest);
      return Promise.resolve();
    },
    close() {
      entries.clear();
      return Promise.resolve();
    },
  };
}
