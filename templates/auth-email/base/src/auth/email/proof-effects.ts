import type { Database } from "../../db/client.js";

/** The account whose address is being proven. */
export interface Proof {
  userId: string;
  /** Whether the account had a proven address before: then its factors were set by somebody who had proven that one. */
  hadProvenAddress: boolean;
}

/**
 * What else ends with the proof of an address, in its transaction: throwing undoes the proof. Whoever signs up with
 * another's address and waits for them to confirm it must not keep a key to the account, so a second factor that was set
 * before the proof goes, as the sessions do. It stays, and nothing here is asked, where it is the first proof of the account
 * and comes with a live session of it or its password.
 */
export type ProofEffect = (tx: Database, proof: Proof) => Promise<void>;

/** Everything that ends with a proof beside the sessions, in order. An add-on with factors of its own appends to it. */
export const proofEffects: ProofEffect[] = [];
