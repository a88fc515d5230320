import jwt from "jsonwebtoken";
import type { SigningKey } from "./jwk.js";

/** A token in the compact form of RFC 7515, whose header is `alg`, `typ` and `kid`. */
export function signWith({ alg, kid, privateKey }: SigningKey, claims: object, typ: string): string {
  if (!privateKey) throw new Error(`The key ${kid} signs, and has no private part.`);
  return jwt.sign(claims, privateKey, { algorithm: alg, header: { alg, typ, kid } });
}

/**
 * The payload of a token that `key` has signed, else null. RFC 7518, section 3.4: a signature is the two numbers at their
 * full length, one after the other; the library takes no other.
 */
export function payloadSignedBy({ alg, publicKey }: SigningKey, token: string): unknown {
  try {
    return jwt.verify(token, publicKey, { algorithms: [alg] });
  } catch {
    return null;
  }
}
