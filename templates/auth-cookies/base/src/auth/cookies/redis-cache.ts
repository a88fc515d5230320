import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";
import { Redis } from "ioredis";
import { z } from "zod";
import { readClaims } from "../access-claims.js";
import { config } from "../config.js";
import { AuthError } from "../errors.js";
import type { KnownSession, SessionCache } from "./cache.js";

const keyPrefix = "authwright:session:";
/** How long a request waits for Redis before it is answered with 503. */
const commandTimeoutMs = 500;
const reconnectEveryMs = 1_000;
/** The clocks of two servers may differ by this much: an entry from further ahead is not believed. */
const clockSkewMs = 5_000;

const options = {
  lazyConnect: true,
  connectTimeout: commandTimeoutMs,
  commandTimeout: commandTimeoutMs,
  // A connection that has fallen silent is given up, so that a new one can take its place.
  socketTimeout: 4 * commandTimeoutMs,
  retryStrategy: () => reconnectEveryMs,
  // After a failover the old server takes no writes: the name in the URL leads to the new one.
  reconnectOnError: ({ message }: Error) => message.startsWith("READONLY"),
  // While Redis is away, requests are refused at once: none waits in a queue, none is sent again later.
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
};

const label = "authwright session cache v1";
/** With the issuer in it, as in access tokens: an application that has the same secret is still another one. */
const macKey = Buffer.from(hkdfSync("sha256", config.jwtSecretKey, config.jwtIssuer, label, 32));
const macForm = /^([\w-]{43})\.(.+)$/;

const stored = z.object({
  readByClock: z.number(),
  session: z.object({
    id: z.string(),
    userId: z.string(),
    createdAt: z.coerce.date(),
    lastUsedAt: z.coerce.date(),
    idleExpiresAt: z.coerce.date(),
    absoluteExpiresAt: z.coerce.date(),
    readAt: z.coerce.date(),
    claims: z.record(z.string(), z.unknown()),
  }),
});

/**
 * Remembers sessions in Redis, for all servers together. It holds ids, which are hashes, times and claims: no cookie can be made
 * from it; and with a MAC, so that whoever can write to it can't make a session either.
 */
export function redisSessionCache(url: string, leaseMs: number): SessionCache {
  let connection: Promise<Redis> | undefined;
  const ask = async <T>(command: (redis: Redis) => Promise<T>): Promise<T> => {
    try {
      connection ??= connect(url);
      return await command(await connection);
    } catch (cause) {
      throw new AuthError("ServiceUnavailable", { retryAfterSeconds: 1, cause });
    }
  };
  return {
    async get(id) {
      const known = open(await ask((redis) => redis.get(keyPrefix + id)));
      const isOurs = known !== null && known.session.id === id && known.ageMs > -clockSkewMs && known.ageMs < leaseMs;
      return isOurs ? known : null;
    },
    async put(known) {
      const left = Math.ceil(leaseMs - known.ageMs);
      if (left > 0) await ask((redis) => redis.set(keyPrefix + known.session.id, seal(known), "PX", left));
    },
    async close() {
      const open = connection;
      connection = undefined;
      (await open)?.disconnect();
    },
  };
}

/** Waits for the first attempt only: later ones are the client's own, and until one succeeds each command fails at once. */
async function connect(url: string): Promise<Redis> {
  const redis = new Redis(url, options);
  // Without a listener the process would end with the connection; what goes wrong is logged with the request that it fails.
  redis.on("error", () => undefined);
  await redis.connect().catch(() => undefined);
  return redis;
}

function seal({ session, ageMs }: KnownSession): string {
  const text = JSON.stringify({ readByClock: Date.now() - ageMs, session });
  return `${mac(text).toString("base64url")}.${text}`;
}

/** Anything that we have not written counts as nothing, also what was written before `access-claims.ts` got another entry. */
function open(sealed: string | null): KnownSession | null {
  const [, tag = "", text = ""] = macForm.exec(sealed ?? "") ?? [];
  if (tag === "" || !timingSafeEqual(Buffer.from(tag, "base64url"), mac(text))) return null;
  const { success, data } = stored.safeParse(JSON.parse(text));
  const claims = success && readClaims(data.session.claims);
  return claims ? { session: { ...data.session, claims }, ageMs: Date.now() - data.readByClock } : null;
}

function mac(text: string): Buffer {
  return createHmac("sha256", macKey).update(text).digest();
}
