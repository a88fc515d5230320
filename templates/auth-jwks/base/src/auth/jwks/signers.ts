import type { AccessTokenSigner, SignedWith } from "../access-token-signers.js";
import { algorithm } from "./algorithm.js";
import { type Algorithm, isAlgorithm, isKid } from "./jwk.js";
import { payloadSignedBy, signWith } from "./jws.js";
import { hs256 } from "./key-life.js";
import { afterUnknownKey, type KeyRing, keyOf, keyRing, keyThatSigns } from "./key-ring.js";

/**
 * Both algorithms verify, so that one can take over from the other. Which of them signs is for the key to say that signs:
 * a `kid` names one key, and that key one algorithm (RFC 8725, section 3.1).
 */
export const keySigner: AccessTokenSigner = signerOf(algorithm);
export const otherKeySigner: AccessTokenSigner = signerOf(algorithm === "ES256" ? "ES512" : "ES256");

function signerOf(alg: Algorithm): AccessTokenSigner {
  return { alg, sign, trusts, verify: async (token, kid) => payloadOf(token, alg, kid) };
}

async function sign(claims: object, typ: string): Promise<string> {
  return signWith(await keyThatSigns(), claims, typ);
}

/** Whether the key is there, or HS256 still taken. What other algorithms sign is for their signers to say. */
function trusts(signedWith: SignedWith): boolean | Promise<boolean> {
  const ring = keyRing();
  return "then" in ring ? ring.then((found) => isIn(found, signedWith)) : isIn(ring, signedWith);
}

function isIn(ring: KeyRing, { alg, kid }: SignedWith): boolean | Promise<boolean> {
  if (alg === hs256) return ring.takesHs256;
  if (!isAlgorithm(alg)) return true;
  if (!isKid(kid)) return false;
  const key = keyOf(ring, kid);
  return key ? key.alg === alg : isInNewer(ring, alg, kid);
}

async function isInNewer(ring: KeyRing, alg: Algorithm, kid: string): Promise<boolean> {
  return keyOf(await afterUnknownKey(ring), kid)?.alg === alg;
}

async function payloadOf(token: string, alg: Algorithm, kid: string | undefined): Promise<unknown> {
  const key = isKid(kid) ? keyOf(await keyRing(), kid) : undefined;
  return key?.alg === alg ? payloadSignedBy(key, token) : null;
}
