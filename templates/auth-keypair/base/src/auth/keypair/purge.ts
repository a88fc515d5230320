import type { EventSink } from "../events.js";
import type { Purge } from "../purge.js";
import { batchRows, inPages } from "../purge-store.js";
import { deleteTokens, deleteTokensOf, nextTokens } from "./store.js";
import { dropKeys } from "./tokens.js";

/** Tokens that have expired or ended with everything of their owner's, and their keys. */
export const purgeTokens: Purge = { name: "keypair tokens", run: deleteDead };

/** Takes away what a deleted user has called their tokens, which open nothing any more. What fails here, a purge does. */
export const forgetTokens: EventSink = async ({ event, userId }) => {
  if (event === "user_deleted" && userId !== undefined) await dropKeys(await deleteTokensOf(userId));
};

async function deleteDead(): Promise<number> {
  let deleted = 0;
  await inPages(async (after) => {
    const page = await nextTokens(after, batchRows);
    const dead = page.flatMap(({ id, isDead }) => (isDead ? id : []));
    if (dead.length > 0) {
      await dropKeys(dead);
      deleted += await deleteTokens(dead);
    }
    return page.at(-1)?.id ?? null;
  });
  return deleted;
}
