import { AuthError } from "../errors.js";
import type { Replays } from "./replays.js";

/** 16 bytes of a hash: nobody finds two proofs with the same ones. */
const idBytes = 16;
/** Beyond that, proofs are refused until old ones are forgotten: forgetting earlier would let them be used again. */
const mostProofs = 300_000;

/**
 * Remembers proofs in the memory of this process for `seconds`, and for twice that at most: when `recent` is that old it
 * takes the place of `older`, and nothing is ever searched for what has expired.
 */
export function memoryReplays(seconds: number, most = mostProofs, clock = () => performance.now()): Replays {
  let recent = new Set<string>();
  let older = new Set<string>();
  let since = clock();
  const forgetOld = (): void => {
    const age = (clock() - since) / 1000;
    if (age < seconds) return;
    [older, recent] = [age < 2 * seconds ? recent : new Set<string>(), new Set<string>()];
    since = clock();
  };
  return {
    outlivesTransactions: true,
    isFirstUse(id) {
      forgetOld();
      const short = Buffer.from(id, "base64url").toString("latin1", 0, idBytes);
      if (recent.has(short) || older.has(short)) return false;
      if (recent.size >= most) throw new AuthError("ServiceUnavailable", { retryAfterSeconds: 1, detail: isFull });
      recent.add(short);
      return true;
    },
  };
}

const isFull = "More DPoP proofs have come than are remembered in memory: set DPOP_REPLAYS to database.";
