import { Redis } from "ioredis";
import { AuthError } from "../errors.js";
import { keypairConfig } from "./config.js";
import type { KeyStore } from "./key-store.js";
import { macVault, openPinned, prefixes } from "./pinned-key.js";

/** In short: of a million keys each character is a megabyte. */
const keyPrefix = "auth:kp:";
const mostWaitMs = keypairConfig.redisWaitMs;
const reconnectEveryMs = 1_000;
/** No key that we put there is longer. */
const mostCharacters = 4096;
/** How long a key that has moved is still found by processes that started before JWT_SECRET_KEY became another one. */
const overlapMs = 3_600_000;

const options = {
  lazyConnect: true,
  connectTimeout: mostWaitMs,
  // A connection that has fallen silent is given up, so that a new one can take its place.
  socketTimeout: 4 * mostWaitMs,
  retryStrategy: () => reconnectEveryMs,
  // After a failover the old server takes no writes: the name in the URL leads to the new one.
  reconnectOnError: ({ message }: Error) => message.startsWith("READONLY"),
  // While Redis is away, requests are refused at once: none waits in a queue, none is sent again later.
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  // They send INFO, CLIENT SETINFO and HELLO, which not every server knows. One that is loading refuses each command by itself.
  enableReadyCheck: false,
  disableClientInfo: true,
  protocol: 2 as const,
};

/**
 * Keeps public keys in Redis, Dragonfly or Valkey: GET, SET with PX and NX, DEL and PEXPIREAT are all that is asked of it (and
 * AUTH and SELECT where the URL says so). What it holds is nothing that a token could be made from, and has a MAC.
 */
export function redisKeyStore(url: string): KeyStore {
  let connection: Connection | undefined;
  const ask = async <T>(command: (redis: Redis) => Promise<T>): Promise<T> => {
    try {
      connection ??= connect(url);
      const { redis, attempt } = connection;
      return await inTime(attempt.then(() => command(redis)));
    } catch (cause) {
      throw new AuthError("ServiceUnavailable", { retryAfterSeconds: 1, cause });
    }
  };
  return {
    put: (id, sealed, lifeMs) => ask((redis) => setNew(redis, id, sealed, lifeMs)),
    get: (id) => ask(async (redis) => (await getText(redis, nameOf(id))) ?? (await moveFromPrevious(redis, id))),
    delete: (ids) => ask((redis) => deleteAll(redis, ids)),
    close: () => {
      connection?.redis.disconnect();
      connection = undefined;
    },
  };
}

interface Connection {
  readonly redis: Redis;
  /** The first one: later ones are the client's own, and until one succeeds each command fails at once. */
  readonly attempt: Promise<unknown>;
}

function connect(url: string): Connection {
  const redis = new Redis(url, options);
  // Without a listener the process would end with the connection; what goes wrong is logged with the request that it fails.
  redis.on("error", () => undefined);
  return { redis, attempt: redis.connect().catch(() => undefined) };
}

/** The process may have been busy itself: replies that have come meanwhile are read before anything is late. */
async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => setImmediate(reject, new Error("Redis is slow.")), mostWaitMs);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** What answers with anything else is no Redis, or not ours. */
async function getText(redis: Redis, name: string): Promise<string | null> {
  const value: unknown = await redis.get(name);
  if (value === null || (typeof value === "string" && value.length <= mostCharacters)) return value;
  throw new Error("No text of ours.");
}

async function setNew(redis: Redis, id: string, sealed: string, lifeMs: number): Promise<void> {
  const set = await redis.set(nameOf(id), sealed, "PX", Math.max(1, Math.ceil(lifeMs)), "NX");
  if (set !== "OK") throw new Error("It was not taken: there may be a key of this id.");
}

async function deleteAll(redis: Redis, ids: readonly string[]): Promise<void> {
  const names = ids.flatMap((id) => prefixes.map((prefix) => nameOf(id, prefix)));
  if (names.length > 0) await redis.del(...names);
}

/**
 * A key that was sealed under JWT_SECRET_KEY_PREVIOUS, which is in the name of its entry: from now on it is under
 * JWT_SECRET_KEY, so that a token in use outlives the old secret.
 */
async function moveFromPrevious(redis: Redis, id: string): Promise<string | null> {
  const [, previous] = prefixes;
  const old = previous === undefined ? null : await getText(redis, nameOf(id, previous));
  const plain = old && macVault.open(old, id);
  const lifeMs = old && plain ? openPinned(id, old).exp * 1000 - Date.now() : 0;
  if (!plain || lifeMs <= 0) return old;
  const sealed = macVault.seal(plain, id);
  await redis.set(nameOf(id), sealed, "PX", Math.ceil(lifeMs), "NX");
  await redis.pexpireat(nameOf(id, previous), Date.now() + Math.min(lifeMs, overlapMs));
  return sealed;
}

function nameOf(id: string, prefix = macVault.prefix): string {
  return `${keyPrefix}${prefix}${id}`;
}
