import { createHmac, hkdfSync, randomBytes } from "node:crypto";
import { config } from "../config.js";
import { dpopConfig } from "./config.js";

/** A nonce is good until the end of the next slot: for one minute at least, for two at most. */
export const nonceSlotSeconds = 60;

const label = "authwright dpop nonce v1";
/** Threat: who remembers proofs in memory has forgotten them after a restart. No nonce outlives that memory. */
const salt = dpopConfig.replays === "memory" ? randomBytes(32) : Buffer.alloc(0);
const signingKey = deriveKey(config.jwtSecretKey);
const keys = config.jwtSecretKeyPrevious ? [signingKey, deriveKey(config.jwtSecretKeyPrevious)] : [signingKey];

let known = noncesOf(slotNow());

/** The nonce to hand out now: the same for everybody, in every process that shares its proofs, and nothing of it is stored. */
export function currentNonce(): string {
  return nonces().current;
}

/** Whether a nonce is the one of now or the one before, of any such process. */
export function isGoodNonce(nonce: string): boolean {
  return nonces().good.includes(nonce);
}

/** The nonce of a slot, counted from 1970: a MAC, so that nobody can make one ahead of time. */
export function nonceOf(slot: number, key: Buffer = signingKey): string {
  return createHmac("sha256", key).update(String(slot)).digest("base64url");
}

export function slotNow(): number {
  return Math.floor(Date.now() / 1000 / nonceSlotSeconds);
}

function nonces() {
  const slot = slotNow();
  if (known.slot !== slot) known = noncesOf(slot);
  return known;
}

function noncesOf(slot: number) {
  const good = keys.flatMap((key) => [nonceOf(slot, key), nonceOf(slot - 1, key)]);
  return { slot, current: nonceOf(slot), good };
}

/** With the issuer in it: an application that has the same secret is still another one. */
function deriveKey(secret: string): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, Buffer.concat([salt, Buffer.from(config.jwtIssuer)]), label, 32));
}
