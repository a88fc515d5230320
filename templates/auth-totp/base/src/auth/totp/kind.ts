import { totpSecrets } from "../../db/schema/auth-totp.js";
import type { FactorKind } from "../factors/factor-kinds.js";

/** One-time passwords by time, of an authenticator app (RFC 6238). */
export const totpKind: FactorKind = {
  name: "totp",
  amr: ["otp"],
  owner: totpSecrets.userId,
  setAt: totpSecrets.setAt,
  usedAt: totpSecrets.usedAt,
};
