import { createHmac, hkdfSync } from "node:crypto";
import { config } from "../config.js";
import { parseRefreshToken } from "../refresh-token.js";

const macBytes = 16;
const label = "authwright dpop refresh token v1";
const bindingKey = deriveKey(config.jwtSecretKey);
const keys = config.jwtSecretKeyPrevious ? [bindingKey, deriveKey(config.jwtSecretKeyPrevious)] : [bindingKey];

/**
 * What the client of a bound session gets in place of `refreshToken`: the same token, with its MAC under a mask. Threat: a
 * process that knows nothing of keys, one without this item say, would refresh it without a proof. For that one it is forged.
 */
export function toBound(refreshToken: string): string {
  return masked(refreshToken, bindingKey);
}

/** The refresh token behind that of a bound session; null for any other text. */
export function fromBound(text: string): string | null {
  for (const key of keys) {
    const token = masked(text, key);
    // Decoders are loose: only the one spelling of its bytes comes back.
    if (parseRefreshToken(token) && masked(token, key) === text) return token;
  }
  return null;
}

/** Twice is not at all. */
function masked(token: string, key: Buffer): string {
  const bytes = Buffer.from(token, "base64url");
  const body = bytes.subarray(0, -macBytes);
  const mask = createHmac("sha256", key).update(label).update(body).digest();
  const tag = bytes.subarray(body.length).map((byte, at) => byte ^ (mask[at] ?? 0));
  return Buffer.concat([body, tag]).toString("base64url");
}

function deriveKey(secret: string): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, config.jwtIssuer, label, 32));
}
