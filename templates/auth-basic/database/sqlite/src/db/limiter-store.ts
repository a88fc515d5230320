import { type IRateLimiterOptions, type RateLimiterAbstract, RateLimiterMemory } from "rate-limiter-flexible";

/** Bounds the memory: beyond this many keys, the one that was used longest ago is forgotten. */
const mostKeys = 20_000;

/** Where a limiter of the throttle counts: in this process. Several processes on one machine each count their own. */
export function createLimiter(options: IRateLimiterOptions): RateLimiterAbstract {
  const limiter = new RateLimiterMemory(options);
  const recent = new Set<string>();
  const touch = (key: string) => {
    recent.delete(key);
    recent.add(key);
    const [oldest] = recent;
    if (recent.size <= mostKeys || oldest === undefined) return;
    recent.delete(oldest);
    void limiter.delete(oldest);
  };
  const consume: RateLimiterAbstract["consume"] = limiter.consume.bind(limiter);
  const set: RateLimiterAbstract["set"] = limiter.set.bind(limiter);
  return Object.assign(limiter, {
    consume: (...args: Parameters<typeof consume>) => {
      touch(String(args[0]));
      return consume(...args);
    },
    set: (...args: Parameters<typeof set>) => {
      touch(String(args[0]));
      return set(...args);
    },
  });
}
