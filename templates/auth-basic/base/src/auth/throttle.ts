import { createHmac } from "node:crypto";
import { type RateLimiterAbstract, RateLimiterRes } from "rate-limiter-flexible";
import { createLimiter } from "../db/limiter-store.js";
import { networkOf } from "./client-network.js";
import { config } from "./config.js";
import { AuthError } from "./errors.js";
import { type ClientInfo, emit } from "./events.js";

/** Guesses that one network may make at one account. */
const accountAndNetwork = { points: 10, duration: 15 * 60 };
/** Attempts of one network at all accounts together: an office behind one address fits in. */
const network = { points: 300, duration: 15 * 60 };
/** Guesses that all networks together may make at one account. NIST SP 800-63B-4 allows 100. */
const account = { points: 100, duration: 24 * 60 * 60 };
/** A network that the owner has logged in from is free of the limit above, so that nobody can lock the owner out. */
const knownNetwork = { points: 1, duration: 20 * 24 * 60 * 60 };
/** So is a device that the owner has logged in from, for so many guesses: what it is known by can be stolen. */
const device = { points: 30, duration: 24 * 60 * 60 };
/** Guesses that all live sessions of an account together may make at its password. */
const sessions = { points: 10, duration: 15 * 60 };
const sessionsOfDay = { points: 100, duration: 24 * 60 * 60 };
/** Changes of one kind that one user may make: each is an event, a line of the log and a webhook. */
const changes = { points: 30, duration: 60 * 60 };

let created: ReturnType<typeof createLimiters> | undefined;

/** What names a device of the owner's, null for a stranger's. Asked only where that matters. */
type Recognize = () => Promise<string | null>;

/** Told of an attempt that is one too many; `isFirst` for the first one of a window. */
type Full = (isFirst: boolean) => Promise<void>;

/**
 * Counts one attempt at a password. `name` is the canonical form of what was submitted, whether such a user exists or
 * not. Without an address (a Unix socket) only the account's limit counts: all such clients would share the others.
 *
 * @returns what to call when the login has passed.
 * @throws AuthError "TooManyRequests" with the seconds to wait.
 */
export async function admitPasswordAttempt(
  name: string,
  client: ClientInfo,
  recognize: Recognize = () => Promise.resolve(null),
): Promise<() => Promise<void>> {
  if (!config.rateLimit) return () => Promise.resolve();
  const isKnown = await admitNetwork(name, client);
  const giveBack = isKnown ? undefined : await admitNewNetwork(name, client, recognize);
  return async () => {
    await giveBack?.();
    await rememberNetwork(name, client);
  };
}

/** Counts by the network, and says whether the owner has proven who they are from there. */
async function admitNetwork(name: string, client: ClientInfo): Promise<boolean> {
  if (client.ip === null) return false;
  const limits = limiters();
  const pair = keyOf(name, networkOf(client.ip));
  await admitClient(client);
  await consume(limits.accountAndNetwork, pair, client);
  return (await limits.knownNetwork.get(pair)) !== null;
}

/** Counts by a device of the owner's that has attempts left; else by the account, as for any stranger. */
async function admitNewNetwork(name: string, client: ClientInfo, recognize: Recognize): Promise<() => Promise<void>> {
  const limits = limiters();
  const recognized = await recognize();
  const mark = keyOf(name, "device", recognized ?? "");
  if (recognized !== null && (await refusalOf(limits.device, mark)) === null)
    return async () => void (await limits.device.reward(mark));
  const who = keyOf(name);
  await consume(limits.account, who, client);
  return async () => void (await limits.account.reward(who));
}

/** Takes the network for the owner's from now on: they have logged in from there, or used a link that was mailed. */
export async function rememberNetwork(name: string, { ip }: ClientInfo): Promise<void> {
  if (!config.rateLimit || ip === null) return;
  const pair = keyOf(name, networkOf(ip));
  await limiters().accountAndNetwork.delete(pair);
  await limiters().knownNetwork.set(pair, 1, knownNetwork.duration);
}

/**
 * Counts one attempt at the password of an account behind one of its live sessions: apart from the login's, which
 * strangers use up.
 *
 * @returns what to call when the password was right.
 * @throws AuthError "TooManyRequests" with the seconds to wait.
 */
export async function admitSessionAttempt(userId: string, full: Full): Promise<() => Promise<void>> {
  if (!config.rateLimit) return () => Promise.resolve();
  const key = keyOf("sessions", userId);
  const limits = [limiters().sessions, limiters().sessionsOfDay];
  for (const limit of limits) await count(limit, key, full);
  return () => giveBackSessionAttempt(userId);
}

/** The same, for a login that has passed in a later request. */
export async function giveBackSessionAttempt(userId: string): Promise<void> {
  if (!config.rateLimit) return;
  for (const limit of [limiters().sessions, limiters().sessionsOfDay]) await limit.reward(keyOf("sessions", userId));
}

/**
 * Counts a change that a user is about to make, before anything is done: those of each `kind` apart.
 *
 * @throws AuthError "TooManyRequests" with the seconds to wait.
 */
export async function admitChange(kind: string, userId: string): Promise<void> {
  if (config.rateLimit) await count(limiters().changes, keyOf(kind, userId), () => Promise.resolve());
}

/** Counts one attempt of the client's network. Without an address (a Unix socket) there is nothing to count by. */
export async function admitClient(client: ClientInfo): Promise<void> {
  if (!config.rateLimit || !client.ip) return;
  await consume(limiters().network, keyOf("", networkOf(client.ip)), client);
}

async function consume(limiter: RateLimiterAbstract, key: string, client: ClientInfo): Promise<void> {
  await count(limiter, key, async (isFirst) => {
    // Once a window: who goes on must not fill the log, or a table of events, with what costs them nothing.
    if (isFirst) await emit({ event: "authn_login_throttled", outcome: "failure", client });
  });
}

async function count(limiter: RateLimiterAbstract, key: string, full: Full): Promise<void> {
  const refusal = await refusalOf(limiter, key);
  if (!refusal) return;
  await full(refusal.consumedPoints === limiter.points + 1);
  throw new AuthError("TooManyRequests", { retryAfterSeconds: Math.ceil(refusal.msBeforeNext / 1000) });
}

/** Counts; null while there is something left. */
async function refusalOf(limiter: RateLimiterAbstract, key: string): Promise<RateLimiterRes | null> {
  try {
    await limiter.consume(key);
    return null;
  } catch (rejection) {
    if (rejection instanceof RateLimiterRes) return rejection;
    throw rejection;
  }
}

/** Keys tell a reader of the table nothing: neither names nor addresses stand in them. */
function keyOf(...parts: string[]): string {
  return createHmac("sha256", config.jwtSecretKey)
    .update(JSON.stringify(["throttle", ...parts]))
    .digest("base64url");
}

function limiters() {
  created ??= createLimiters();
  return created;
}

function createLimiters() {
  return {
    accountAndNetwork: createLimiter({ ...accountAndNetwork, keyPrefix: "account-network" }),
    network: createLimiter({ ...network, keyPrefix: "network" }),
    account: createLimiter({ ...account, keyPrefix: "account" }),
    knownNetwork: createLimiter({ ...knownNetwork, keyPrefix: "known-network" }),
    device: createLimiter({ ...device, keyPrefix: "device" }),
    sessions: createLimiter({ ...sessions, keyPrefix: "sessions" }),
    changes: createLimiter({ ...changes, keyPrefix: "changes" }),
    sessionsOfDay: createLimiter({ ...sessionsOfDay, keyPrefix: "sessions-day" }),
  };
}
