import { AuthError } from "../errors.js";
import { emit } from "../events.js";
import type { Deletion } from "../hooks.js";
import { markRevoked } from "../revocations.js";
import { graceSeconds } from "./config.js";
import { mayBeSquatted, scheduleDeletion } from "./store.js";

declare module "../events.js" {
  interface EventNames {
    user_deletion_requested: true;
  }
}

/** Keeps a deleted account, disabled and without a session, for ACCOUNT_GRACE_DAYS. */
export const keepForGrace: Deletion = delayedDeletion(graceSeconds);

/** A removal that leaves the account restorable for `seconds`; with 0 it leaves it to be deleted at once. */
export function delayedDeletion(seconds: number): Deletion {
  return async (userId, epoch, client) => {
    // Threat: who signs up with another's address and deletes that would close it to its owner for the grace period.
    if (seconds === 0 || (await mayBeSquatted(userId))) return false;
    const ended = await scheduleDeletion(userId, epoch, seconds);
    if (!ended) throw new AuthError("InvalidAccessToken");
    markRevoked(ended);
    await emit({ event: "user_deletion_requested", outcome: "success", userId, client });
    return true;
  };
}
