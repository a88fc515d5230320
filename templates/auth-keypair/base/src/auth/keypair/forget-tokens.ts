import type { EventSink } from "../events.js";
import { dropKeys } from "./key-store.js";
import { deleteTokensOf } from "./store.js";

/** Takes away what a deleted user has called their tokens, which open nothing any more. What fails here, a purge does. */
export const forgetTokens: EventSink = async ({ event, userId }) => {
  if (event === "user_deleted" && userId !== undefined) await dropKeys(await deleteTokensOf(userId));
};
