import { lt } from "drizzle-orm";
import { ago } from "../../db/client.js";
import { passkeyChallenges } from "../../db/schema/auth-passkeys.js";
import type { Purge } from "../purge.js";
import { deleteSome, inBatches } from "../purge-store.js";

/** Challenges that nobody has answered. */
export const purgePasskeyChallenges: Purge = { name: "passkey challenges", run: deleteOld };

const { hash: key, expiresAt: order } = passkeyChallenges;

async function deleteOld(): Promise<number> {
  const expired = { key, order, doomed: lt(order, ago(0)) };
  return inBatches((rows) => deleteSome(passkeyChallenges, expired, rows));
}
