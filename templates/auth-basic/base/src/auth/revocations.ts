import { clockSkewSeconds } from "./access-token.js";
import { compareClocks } from "./clocks.js";
import { config } from "./config.js";
import { countRevoked, isSessionLive, revokedBetween } from "./store.js";

/**
 * Which live access tokens are dead. Kept in memory, so that a protected route costs no query: this process's own
 * revocations at once, those of other processes from the database, every second.
 */
const pollEveryMs = 1_000;
/** Without a request to a protected route for so long the polls stop, so that the database may sleep; the next one waits for a poll. */
const idleAfterMs = 60_000;
/** With an older picture than this, the database is asked for each request. */
const staleAfterMs = 10_000;
/**
 * A revocation has the time of its statement and is seen from its commit on: a poll looks back longer than that can take.
 * So each is made in a transaction, which has an end.
 */
const overlapSeconds = 30;
/** An access token can be signed a little after its session was revoked, and by a clock that is ahead of the one that reads it. */
const lateTokenSeconds = 60 + clockSkewSeconds;

/** How long a revoked row must stay, so that every process hears of it. */
export const revocationMemorySeconds = config.accessTokenSeconds + lateTokenSeconds + overlapSeconds;

const deadUntilMs = new Map<string, number>();
/** How many revocations of each second, by the database's clock, have been read: a second is read again when it has more. */
let countsRead = new Map<number, number>();

let lastPoll: Moment | undefined;
let polling: Promise<void> | undefined;
let timer: NodeJS.Timeout | undefined;
let askedAtMs = 0;

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
  askedAtMs = performance.now();
  timer ??= setInterval(pollUnlessIdle, pollEveryMs).unref();
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

function pollUnlessIdle(): void {
  if (performance.now() - askedAtMs > idleAfterMs) stopRevocations();
  else void poll();
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
  // An old picture may be of another time: what it has is read again.
  if (!isFresh()) countsRead.clear();
  await readRevoked(missedSeconds + overlapSeconds);
  if (timer) lastPoll = startedAt;
  forgetExpired();
  await compareClocks();
}

/** Reads what is new: after a mass of revocations, each poll would read all of them again for as long as it looks back. */
async function readRevoked(seconds: number): Promise<void> {
  const counts = await countRevoked(seconds);
  for (const [first, last] of unread(counts)) markRevoked(await revokedBetween(first, last));
  countsRead = new Map(counts.map(({ second, count }) => [second, Math.max(count, countsRead.get(second) ?? 0)]));
}

/** The stretches of seconds that have more than was read of them. */
function unread(counts: { second: number; count: number }[]): [first: number, last: number][] {
  const found: [number, number][] = [];
  let goesOn = false;
  for (const { second, count } of counts) {
    const isNew = count > (countsRead.get(second) ?? 0);
    const stretch = goesOn ? found.at(-1) : undefined;
    if (isNew && stretch) stretch[1] = second;
    else if (isNew) found.push([second, second]);
    goesOn = isNew;
  }
  return found;
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

function elapsedMs({ monotonicMs, wallMs }: Moment): number {
  return Math.max(performance.now() - monotonicMs, Date.now() - wallMs);
}
