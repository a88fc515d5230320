import type { ProofEffect } from "../email/proof-effects.js";
import { deletePasskeys } from "./store.js";

/** Whoever signed up with another's address keeps no key to the account that its owner has proven. */
export const dropUnprovenPasskeys: ProofEffect = async (tx, { userId, hadProvenAddress }) => {
  if (!hadProvenAddress) await deletePasskeys(tx, userId);
};
