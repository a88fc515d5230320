import { lt } from "drizzle-orm";
import { ago } from "../../db/client.js";
import { factorChallenges, factorGuesses } from "../../db/schema/auth-factors.js";
import type { Purge } from "../purge.js";
import { deleteSome, inBatches } from "../purge-store.js";

/** Logins that nobody has gone on with, and counters of days that are over. */
export const purgeChallenges: Purge = { name: "challenges and counts of wrong answers", run: deleteOld };

const expired = {
  key: factorChallenges.hash,
  order: factorChallenges.expiresAt,
  doomed: lt(factorChallenges.expiresAt, ago(0)),
};
const over = { key: factorGuesses.userId, order: factorGuesses.dayEndsAt, doomed: lt(factorGuesses.dayEndsAt, ago(0)) };

async function deleteOld(): Promise<number> {
  const challenges = await inBatches((rows) => deleteSome(factorChallenges, expired, rows));
  return challenges + (await inBatches((rows) => deleteSome(factorGuesses, over, rows)));
}
