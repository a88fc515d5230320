import { createHash, randomBytes } from "node:crypto";

/** 256 bits from the system's generator: nobody guesses one. */
const secretBytes = 32;
const valueCharacters = Math.ceil((secretBytes * 4) / 3);

/** Mixed into the hash, so that what opens a refresh token's session never opens a cookie's, nor the other way round. */
const label = "authwright session cookie v1";

/** A new cookie: what the browser keeps, and the id of the session row, which is all that is stored. */
export function newSessionCookie(): { value: string; sessionId: string } {
  const secret = randomBytes(secretBytes);
  return { value: secret.toString("base64url"), sessionId: sessionIdOf(secret) };
}

/** The session that a cookie's value names, or null: wrong length, or another spelling of the same bytes. */
export function parseSessionCookie(value: string): string | null {
  if (value.length !== valueCharacters) return null;
  const secret = Buffer.from(value, "base64url");
  return secret.toString("base64url") === value ? sessionIdOf(secret) : null;
}

function sessionIdOf(secret: Buffer): string {
  return createHash("sha256").update(label).update(secret).digest("base64url");
}
