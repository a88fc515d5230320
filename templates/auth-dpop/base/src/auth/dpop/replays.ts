import type { Database } from "../../db/client.js";
import { dpopConfig } from "./config.js";
import { databaseReplays } from "./database-replays.js";
import { memoryReplays } from "./memory-replays.js";
import { nonceSlotSeconds } from "./nonces.js";

/** Longer than any proof is good for: two slots of a nonce, or a minute and some seconds by the client's clock. */
const rememberSeconds = 2 * nonceSlotSeconds;
/** Clocks of processes and of the database may differ by that. */
const clockSkewSeconds = 60;

/** What a proof is used for, where that is stored: both happen, or neither. */
export type Transaction = Database;

/** Remembers the proofs that were used, for as long as they would be good. */
export interface Replays {
  /**
   * Whether the proof of that id is used for the first time. Of many attempts at once, one is.
   *
   * @param tx the transaction to remember it in, where there is one.
   * @throws AuthError "ServiceUnavailable" when that can't be known.
   */
  isFirstUse(id: string, tx?: Transaction): boolean | Promise<boolean>;
  /** Whether a use stays one where its transaction is taken back. */
  readonly outlivesTransactions: boolean;
}

/** Of all processes where they share a database; DPOP_REPLAYS=memory is for an application that is one process. */
export const replays: Replays =
  dpopConfig.replays === "memory"
    ? memoryReplays(rememberSeconds)
    : databaseReplays(rememberSeconds + clockSkewSeconds);
