import { totpSecrets } from "../../db/schema/auth-totp.js";
import { createVault, notOpened } from "../vault/at-rest.js";
import type { SealedColumn } from "../vault/sealed-columns.js";

const vault = createVault("one-time password secrets");

const row = totpSecrets.userId;

export const sealedSecrets: SealedColumn = {
  name: "one-time password secrets",
  vault,
  row,
  sealed: totpSecrets.sealed,
};
export const sealedPending: SealedColumn = {
  name: "one-time password secrets that wait to be confirmed",
  vault,
  row,
  sealed: totpSecrets.pendingSealed,
};

/** What is stored of a secret: it opens in that user's row alone. */
export function sealSecret(secret: Buffer, userId: string): string {
  return vault.seal(secret, userId);
}

/** @throws AuthError "ServiceUnavailable" where no key opens it. */
export function openSecret(sealed: string, userId: string): Buffer {
  const secret = vault.open(sealed, userId);
  if (!secret) throw notOpened("The secret of a one-time password");
  return secret;
}
