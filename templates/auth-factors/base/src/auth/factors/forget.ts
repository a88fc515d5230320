import { eq } from "drizzle-orm";
import { factorChallenges, factorGuesses } from "../../db/schema/auth-factors.js";
import type { AccountDelete } from "../hooks.js";
import { deleteFactors } from "./factor-store.js";

/** Takes away all that is kept of the factors of an account that goes. */
export const forgetFactors: AccountDelete = async (tx, userId) => {
  await deleteFactors(tx, userId);
  await tx.delete(factorChallenges).where(eq(factorChallenges.userId, userId));
  await tx.delete(factorGuesses).where(eq(factorGuesses.userId, userId));
};
