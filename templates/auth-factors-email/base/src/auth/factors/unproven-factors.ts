import type { ProofEffect } from "../email/proof-effects.js";
import { deleteFactors } from "./factor-store.js";

/**
 * The first proof of an address takes away the factors that were set before it. Threat: a stranger signs up with somebody's
 * address and sets a factor, and its owner could never log in. Factors that were set under a proven address stay.
 */
export const dropUnprovenFactors: ProofEffect = async (tx, { userId, hadProvenAddress }) => {
  if (!hadProvenAddress) await deleteFactors(tx, userId);
};
