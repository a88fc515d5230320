import { signingKeys } from "../../db/schema/auth-jwks.js";
import { createVault } from "../vault/at-rest.js";
import type { SealedColumn } from "../vault/sealed-columns.js";
import { keyFromBytes, keyToBytes, type SigningKey } from "./jwk.js";

const vault = createVault("signing keys");

/** Where the keys are. Threat: whoever can write to the database could publish a key of their own, so all of a key is sealed. */
export const sealedKeys: SealedColumn = {
  name: "signing keys",
  vault,
  row: signingKeys.kid,
  sealed: signingKeys.sealed,
};

/** What is stored of a key. */
export function sealKey(key: SigningKey): string {
  return vault.seal(keyToBytes(key), key.kid);
}

/** The key in a row, or null where no secret opens it, or somebody has taken it out. */
export function openKey(kid: string, sealed: string | null): SigningKey | null {
  const bytes = vault.open(sealed ?? "", kid);
  return bytes && keyFromBytes(bytes);
}
