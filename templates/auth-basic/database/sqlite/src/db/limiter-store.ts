import { type IRateLimiterOptions, type RateLimiterAbstract, RateLimiterMemory } from "rate-limiter-flexible";

/** Where a limiter of the throttle counts: in this process. Several processes on one machine each count their own. */
export function createLimiter(options: IRateLimiterOptions): RateLimiterAbstract {
  return new RateLimiterMemory(options);
}
