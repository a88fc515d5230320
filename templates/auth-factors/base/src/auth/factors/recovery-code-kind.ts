import { recoveryCodes } from "../../db/schema/auth-factors.js";
import type { FactorKind } from "./factor-kinds.js";

/** One-time passwords on paper, for who has lost every other factor. */
export const recoveryCodeKind: FactorKind = {
  name: "recovery-code",
  amr: ["otp"],
  isSpare: true,
  owner: recoveryCodes.userId,
  setAt: recoveryCodes.createdAt,
};
