import { AuthError } from "../errors.js";
import { emit } from "../events.js";
import type { Deletion } from "../hooks.js";
import { markRevoked } from "../revocations.js";
import { graceSeconds } from "./config.js";
import { hasUnprovenLogin, scheduleDeletion } from "./store.js";

declare module "../events.js" {
  interface EventNames {
    user_deletion_requested: true;
  }
}

/** Keeps a deleted account, disabled and without a session, for ACCOUNT_GRACE_DAYS. */
export const keepForGrace: Deletion = delayedDeletion(graceSeconds);

/**
 * A removal that leaves the account restorable for `seconds`; with 0 it leaves it to be deleted at once. So it does with an
 * account that nobody has proven the address of, where people log in with that. Threat: a stranger signs up with somebody's
 * address and deletes the account, and its owner could neither sign up nor claim it by a reset as long as it is kept.
 */
export function delayedDeletion(seconds: number): Deletion {
  return async (userId, epoch, client) => {
    if (seconds === 0 || (await hasUnprovenLogin(userId))) return false;
    const ended = await scheduleDeletion(userId, epoch, seconds);
    if (!ended) throw new AuthError("InvalidAccessToken");
    markRevoked(ended);
    await emit({ event: "user_deletion_requested", outcome: "success", userId, client });
    return true;
  };
}
