import { createHash, createHmac, hkdfSync, randomBytes } from "node:crypto";
import { config } from "../config.js";
import { canonicalAddress } from "../values/address.js";

/** What a link in a mail is for. */
export type TokenPurpose = "verify" | "reset" | "revert";

/** What a token is made from. */
export interface TokenParts {
  id: string;
  purpose: TokenPurpose;
  address: string;
}

const label = "authwright mail token v1";
const key = deriveKey(config.jwtSecretKey);
const previousKey = config.jwtSecretKeyPrevious ? deriveKey(config.jwtSecretKeyPrevious) : undefined;

/** 128 bits from the system's generator. */
export function newId(): string {
  return randomBytes(16).toString("base64url");
}

/**
 * 256 bits: base64url(HMAC-SHA-256(K, purpose ‖ id ‖ canonical address)). It is made again when its mail is rendered, so
 * that neither it nor anything that yields it without K is ever stored.
 */
export function tokenOf(parts: TokenParts): string {
  return derive(parts, key);
}

/** The token whose hash is stored: made with the key of today, or with the one that is being replaced. Null: neither. */
export function tokenBehind(tokenHash: string, parts: TokenParts): string | null {
  const candidates = [tokenOf(parts), ...(previousKey ? [derive(parts, previousKey)] : [])];
  return candidates.find((token) => hashOf(token) === tokenHash) ?? null;
}

/** What is stored of a token: SHA-256 is enough for 256 random bits. */
export function hashOf(token: string): string {
  return createHash("sha256").update(token).digest("base64url");
}

function derive({ purpose, id, address }: TokenParts, hmacKey: Buffer): string {
  const text = JSON.stringify([purpose, id, canonicalAddress(address)]);
  return createHmac("sha256", hmacKey).update(text).digest("base64url");
}

function deriveKey(secret: string): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, "", label, 32));
}
