import { config } from "./config.js";
import { isSessionLive, revokedWithin } from "./store.js";

/**
 * Which live access tokens are dead. Kept in memory, so that a protected route costs no query: this process's own
 * revocations at once, those of other processes from the database, every second.
 */
const pollEveryMs = 1_000;
/** With an older picture than this, the database is asked for each request. */
const staleAfterMs = 10_000;
/** A revocation has the time of its statement and is seen from its commit on: a poll looks back longer than that can take. */
const overlapSeconds = 30;
/** An access token can be signed a little after its session was revoked, or by a clock that is ahead. */
const lateTokenSeconds = 60;

/** How long a revoked row must stay, so that every process hears of it. */
export const revocationMemorySeconds = config.accessTokenSeconds + lateTokenSeconds + overlapSeconds;

const deadUntilMs = new Map<string, number>();

let lastPoll: Moment | undefined;
let polling: Promise<void> | undefined;
let timer: NodeJS.Timeout | undefined;

/** Two clocks: one that nobody sets back, one that goes on while the machine sleeps. */
interface Moment {
  monotonicMs: number;
  wallMs: number;
}

/**
 * Whether access tokens of the session are to be refused. With a fresh picture there is nothing to wait for, and no promise.
 *
 * @throws AuthError "ServiceUnavailable" when that can't be known.
 */
export function isRevoked(sessionId: string): boolean | Promise<boolean> {
  timer ??= setInterval(poll, pollEveryMs).unref();
  if (deadUntilMs.has(sessionId)) return true;
  return isFresh() ? false : askWhetherRevoked(sessionId);
}

async function askWhetherRevoked(sessionId: string): Promise<boolean> {
  if (!lastPoll) await poll();
  return deadUntilMs.has(sessionId) || (!isFresh() && !(await isSessionLive(sessionId)));
}

/**
 * Refuses the sessions' access tokens from now on. A session that is named again gets a new time: its earlier one may come
 * from before the machine slept or its clock was set.
 */
export function markRevoked(sessionIds: string[]): void {
  const until = Date.now() + (config.accessTokenSeconds + lateTokenSeconds) * 1000;
  for (const id of sessionIds) {
    deadUntilMs.delete(id);
    deadUntilMs.set(id, until);
  }
}

/** Stops the polls; the next `isRevoked` starts them again. */
export function stopRevocations(): void {
  clearInterval(timer);
  timer = undefined;
  lastPoll = undefined;
}

/** One poll at a time. A failed one is not an error yet: the picture only grows older. */
function poll(): Promise<void> {
  polling ??= load()
    .catch(() => undefined)
    .finally(() => {
      polling = undefined;
    });
  return polling;
}

async function load(): Promise<void> {
  const startedAt = moment();
  const missedSeconds = lastPoll ? elapsedMs(lastPoll) / 1000 : config.accessTokenSeconds + lateTokenSeconds;
  markRevoked(await revokedWithin(missedSeconds + overlapSeconds));
  if (timer) lastPoll = startedAt;
  forgetExpired();
}

/** Entries stand in the order of their end, so the first that has not expired ends the search. */
function forgetExpired(): void {
  const now = Date.now();
  for (const [id, until] of deadUntilMs) {
    if (until > now) return;
    deadUntilMs.delete(id);
  }
}

function isFresh(): boolean {
  return lastPoll !== undefined && elapsedMs(lastPoll) < staleAfterMs;
}

function moment(): Moment {
  return { monotonicMs: performance.now(), wallMs: Date.now() };
}

function elapsedMs(since: Moment): number {
  const now = moment();
  return Math.max(now.monotonicMs - since.monotonicMs, now.wallMs - since.wallMs);
}
