import { randomBytes, timingSafeEqual } from "node:crypto";
import { HOTP, Secret, TOTP } from "otpauth";
import { config } from "../config.js";

/** What every authenticator app can do, and some nothing else: Google's ignores another algorithm without a word. */
const form = { algorithm: "SHA1", digits: 6 } as const;
const stepSeconds = 30;
/** Steps that a phone's clock may be off, and a code be old. RFC 6238, section 5.2, advises one. */
const window = [-1, 0, 1];
/** RFC 4226, section 4: the length of SHA-1. In base32 that is 32 characters without padding, which some apps refuse. */
const secretBytes = 20;

export function newSecret(): Buffer {
  return randomBytes(secretBytes);
}

/** The secret as people type it: base32 (RFC 4648). */
export function base32Of(secret: Buffer): string {
  return toSecret(secret).base32;
}

/** The `otpauth:` URI that apps read out of a QR code. Parts of its label are told apart by a colon: none has one inside. */
export function uriOf(secret: Buffer, account: string): string {
  const issuer = withoutColons(config.jwtIssuer);
  const label = withoutColons(account);
  return new TOTP({ issuer, label, secret: toSecret(secret), period: stepSeconds, ...form }).toString();
}

/**
 * The time step whose code this is, at `seconds` since 1970; null where it is none of the window. Each is compared in the same
 * time, whichever it is.
 */
export function stepOf(code: string, secret: Buffer, seconds: number): number | null {
  const current = Math.floor(seconds / stepSeconds);
  const typed = Buffer.from(code);
  const steps = window.map((offset) => current + offset);
  const matching = steps.filter((counter) =>
    isSame(typed, HOTP.generate({ secret: toSecret(secret), counter, ...form })),
  );
  return matching.at(-1) ?? null;
}

function isSame(typed: Buffer, code: string): boolean {
  const expected = Buffer.from(code);
  return typed.length === expected.length && timingSafeEqual(typed, expected);
}

function toSecret(secret: Buffer): Secret {
  return new Secret({ buffer: Uint8Array.from(secret).buffer });
}

function withoutColons(text: string): string {
  return text.replace(/:/g, "");
}
