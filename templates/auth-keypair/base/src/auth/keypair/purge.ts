import type { Purge } from "../purge.js";
import { batchRows, inPages } from "../purge-store.js";
import { dropKeys } from "./key-store.js";
import { deleteTokens, nextTokens } from "./store.js";

/** Tokens that have expired or ended with everything of their owner's, and their keys. */
export const purgeTokens: Purge = { name: "keypair tokens", run: deleteDead };

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
