import { type RateLimiterAbstract, RateLimiterRes } from "rate-limiter-flexible";
import { createLimiter } from "../../db/limiter-store.js";
import { config } from "../config.js";

/** A refusal is told once in so long for each user: to try again costs them nothing, and would fill the log. */
const told = { points: 1, duration: 15 * 60, keyPrefix: "refusals" };

let limiter: RateLimiterAbstract | undefined;

/** Whether the user has not been refused for a while. */
export async function isFirstRefusal(userId: string): Promise<boolean> {
  if (!config.rateLimit) return true;
  limiter ??= createLimiter(told);
  try {
    await limiter.consume(userId);
    return true;
  } catch (rejection) {
    if (rejection instanceof RateLimiterRes) return false;
    throw rejection;
  }
}
