import { createHash, type KeyObject } from "node:crypto";
import jwt from "jsonwebtoken";
import { z } from "zod";
import { hasCanonicalParts, namesNothingTwice } from "../access-token.js";
import { dpopConfig } from "./config.js";
import { isGoodNonce } from "./nonces.js";
import { readProofKey } from "./proof-key.js";
import type { Refusals } from "./refusals.js";
import { isFor, type Target } from "./target.js";

/** A proof whose signature, times, method and URL are good. Whether it is used for the first time is another question. */
export interface Proof {
  /** Of its key (RFC 7638). */
  readonly thumbprint: string;
  /** The access token that it goes with: base64url(SHA-256(token)). */
  readonly ath: string | undefined;
  /** Its name among all proofs: a hash of the key and `jti`. */
  readonly id: string;
}

const maxProofCharacters = 4096;
/** Without a nonce it is the client's clock that says when a proof was made. */
const oldestSeconds = 60;
const aheadSeconds = 5;

/** RFC 8725: the type and the algorithm are pinned. RFC 7515, section 4.1.11: what is critical here, we don't know. */
const headerShape = z.object({
  typ: z.literal("dpop+jwt"),
  alg: z.literal("ES256"),
  jwk: z.unknown(),
  crit: z.never().optional(),
});
const payloadShape = z.object({
  jti: z.string().refine((jti) => Buffer.byteLength(jti) >= 8 && Buffer.byteLength(jti) <= 256),
  htm: z.string(),
  htu: z.string(),
  iat: z.number(),
  ath: z.string().optional(),
  nonce: z.string().optional(),
});
type Payload = z.output<typeof payloadShape>;

/**
 * Reads a proof as RFC 9449, section 4.3, has it, for one method and URL.
 *
 * @param texts every header `DPoP` of the request: there must be one.
 * @throws AuthError of `refusals`
 */
export function readProof(texts: readonly string[], target: Target, refusals: Refusals): Proof {
  const [text = ""] = texts;
  if (texts.length !== 1 || text.length > maxProofCharacters) throw refusals.invalid("Send one header DPoP.");
  const header = headerOf(text);
  const signer = header && readProofKey(header.jwk);
  if (!signer) throw refusals.invalid("A proof is a JWT dpop+jwt, signed with ES256, with the public key in jwk.");
  const payload = payloadOf(text, signer.key);
  if (!payload) throw refusals.invalid("The proof is not signed with its key, has expired, or lacks a claim.");
  if (!isFor(payload, target)) throw refusals.invalid("The proof is for another method or URL.");
  checkTime(payload, refusals);
  return { thumbprint: signer.thumbprint, ath: payload.ath, id: idOf(signer.thumbprint, payload.jti) };
}

/** What `ath` is for a token (RFC 9449, section 4.2). */
export function hashOfToken(token: string): string {
  return createHash("sha256").update(token).digest("base64url");
}

function headerOf(text: string): z.output<typeof headerShape> | null {
  if (!hasCanonicalParts(text) || !namesNothingTwice(text)) return null;
  const [header = ""] = text.split(".");
  const { success, data } = headerShape.safeParse(JSON.parse(Buffer.from(header, "base64url").toString("utf8")));
  return success ? data : null;
}

/** The library honours `exp` and `nbf`, where they are there, and takes no signature but 64 bytes. */
function payloadOf(text: string, key: KeyObject): Payload | null {
  try {
    return payloadShape.parse(jwt.verify(text, key, { algorithms: ["ES256"] }));
  } catch {
    return null;
  }
}

/** With a nonce of ours, the client's clock does not matter. */
function checkTime({ iat, nonce }: Payload, refusals: Refusals): void {
  if (dpopConfig.nonces) {
    if (nonce === undefined || !isGoodNonce(nonce)) throw refusals.needsNonce();
    return;
  }
  if (!isFresh(iat)) throw refusals.invalid("The proof was made too long ago, or by a clock that is ahead.");
}

/** @param iat seconds since the epoch, by the client's clock. */
export function isFresh(iat: number, now: number = Date.now() / 1000): boolean {
  return iat >= now - oldestSeconds && iat <= now + aheadSeconds;
}

function idOf(thumbprint: string, jti: string): string {
  return createHash("sha256").update(thumbprint).update(jti).digest("base64url");
}
