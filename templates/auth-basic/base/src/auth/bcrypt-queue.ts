import { AuthError } from "./errors.js";

/**
 * bcrypt fills the libuv thread pool, and file reads and DNS share it. So only a few hashes run at once, a bounded
 * number waits, and beyond that the client is asked to come back.
 */
const poolThreads = Number(process.env["UV_THREADPOOL_SIZE"]) || 4;
const atOnce = Math.max(1, Math.min(2, poolThreads - 2));
const mostWaiting = 256;
const retryAfterSeconds = 5;

const waiting: (() => void)[] = [];
let running = 0;

/**
 * Runs one hash when its turn comes.
 *
 * @throws AuthError "ServiceUnavailable" when too many wait already.
 */
export async function inBcryptQueue<T>(hash: () => Promise<T>): Promise<T> {
  await turn();
  try {
    return await hash();
  } finally {
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  }
}

/** A place is handed from hash to hash, so `running` changes only when nobody waits. */
async function turn(): Promise<void> {
  if (running < atOnce) {
    running += 1;
    return;
  }
  if (waiting.length >= mostWaiting) throw new AuthError("ServiceUnavailable", { retryAfterSeconds });
  await new Promise<void>((resolve) => waiting.push(resolve));
}
