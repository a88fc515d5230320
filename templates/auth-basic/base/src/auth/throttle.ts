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

let created: ReturnType<typeof createLimiters> | undefined;

/**
 * Counts one attempt at a password. `name` is the canonical form of what was submitted, whether such a user exists or
 * not. Without an address (a Unix socket) only the account's limit counts: all such clients would share the others.
 *
 * @returns what to call when the login has passed.
 * @throws AuthError "TooManyRequests" with the seconds to wait.
 */
export async function admitPasswordAttempt(name: string, client: ClientInfo): Promise<() => Promise<void>> {
  if (!config.rateLimit) return () => Promise.resolve();
  const limits = limiters();
  const who = keyOf(name);
  if (client.ip === null) {
    await consume(limits.account, who, client);
    return async () => void (await limits.account.reward(who));
  }
  const pair = keyOf(name, networkOf(client.ip));
  await admitClient(client);
  await consume(limits.accountAndNetwork, pair, client);
  const isKnown = (await limits.knownNetwork.get(pair)) !== null;
  if (!isKnown) await consume(limits.account, who, client);
  return async () => {
    await limits.accountAndNetwork.delete(pair);
    if (!isKnown) await limits.account.reward(who);
    await limits.knownNetwork.set(pair, 1, knownNetwork.duration);
  };
}

/** Counts one attempt of the client's network. Without an address (a Unix socket) there is nothing to count by. */
export async function admitClient(client: ClientInfo): Promise<void> {
  if (config.rateLimit && client.ip) await consume(limiters().network, keyOf("", networkOf(client.ip)), client);
}

async function consume(limiter: RateLimiterAbstract, key: string, client: ClientInfo): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (rejection) {
    if (!(rejection instanceof RateLimiterRes)) throw rejection;
    // Once a window: who goes on must not fill the log, or a table of events, with what costs them nothing.
    if (rejection.consumedPoints === limiter.points + 1)
      await emit({ event: "authn_login_throttled", outcome: "failure", client });
    throw new AuthError("TooManyRequests", { retryAfterSeconds: Math.ceil(rejection.msBeforeNext / 1000) });
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
  };
}
