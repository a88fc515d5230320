import { createHmac, hkdfSync, type KeyObject, timingSafeEqual } from "node:crypto";
import { keypairTokens } from "../../db/schema/auth-keypair.js";
import { config } from "../config.js";
import { notOpened, type Vault } from "../vault/at-rest.js";
import type { SealedColumn } from "../vault/sealed-columns.js";
import { type Algorithm, isAlgorithm, keyFromText, keyToText } from "./algorithms.js";

/** What a token's one signature is good for. The token has to say the same of itself. */
export interface Pins {
  readonly sub: string;
  /** The session that the token ends with. */
  readonly sid?: string | undefined;
  readonly aud: string;
  readonly iss: string;
  /** Seconds since the epoch. */
  readonly exp: number;
}

/** The public key of a token, with what it is pinned to. */
export interface PinnedKey extends Pins {
  readonly alg: Algorithm;
  readonly publicKey: KeyObject;
}

interface MacKey {
  readonly prefix: string;
  readonly bytes: Buffer;
}

const label = "authwright keypair token v1";
/** Names a key and says nothing of it. */
const keyIdBytes = 4;
const macBytes = 16;

const current = keyOf(config.jwtSecretKey);
const keys = config.jwtSecretKeyPrevious ? [current, keyOf(config.jwtSecretKeyPrevious)] : [current];

/** What a text starts with that was sealed under JWT_SECRET_KEY, and under each secret that still opens. */
export const prefixes: readonly string[] = keys.map(({ prefix }) => prefix);

/**
 * Nothing of a public key is secret. Threat: whoever can write where it is kept could put one of their own there, so it has
 * a MAC: the id of the MAC's key, a dot, base64url(HMAC-SHA-256(K, id of the token ‖ text) first 16 bytes), and the text.
 */
export const macVault: Vault = {
  prefix: current.prefix,
  seal: (plain, id) => `${current.prefix}${mac(current, id, plain.toString())}${plain.toString()}`,
  open: (sealed, id) => {
    const key = keys.find(({ prefix }) => sealed.startsWith(prefix));
    if (!key) return null;
    const [tag, text] = split(sealed.slice(key.prefix.length));
    return isEqual(tag, mac(key, id, text)) ? Buffer.from(text) : null;
  },
};

/** Where `npm run auth:rekey` finds them. */
export const pinnedKeys: SealedColumn = {
  name: "keys of keypair tokens",
  vault: macVault,
  row: keypairTokens.id,
  sealed: keypairTokens.sealed,
};

/** What is kept of a token: its public key and its pins, and nothing that a token could be made from. */
export function sealPinned(id: string, { alg, publicKey, sub, sid = null, aud, iss, exp }: SealablePins): string {
  return macVault.seal(Buffer.from(JSON.stringify([alg, keyToText(publicKey), sub, sid, aud, iss, exp])), id);
}

/** @throws AuthError "ServiceUnavailable" for what no secret opens, or what is no key: that is no fault of the token's. */
export function openPinned(id: string, sealed: string): PinnedKey {
  const text = macVault.open(sealed, id);
  const pinned = text && parsePinned(text.toString());
  if (!pinned) throw notOpened("The key of a keypair token");
  return pinned;
}

interface SealablePins extends Omit<PinnedKey, "sid"> {
  readonly sid?: string | null | undefined;
}

function parsePinned(text: string): PinnedKey | null {
  try {
    const [alg, key, sub, sid, aud, iss, exp] = JSON.parse(text) as [unknown, string, string, string | null, ...Rest];
    if (!isAlgorithm(alg)) return null;
    return { alg, publicKey: keyFromText(alg, key), sub, sid: sid ?? undefined, aud, iss, exp };
  } catch {
    return null;
  }
}

type Rest = [aud: string, iss: string, exp: number];

function split(text: string): [tag: string, text: string] {
  const characters = Math.ceil((macBytes * 4) / 3);
  return [text.slice(0, characters), text.slice(characters)];
}

function isEqual(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function mac({ bytes }: MacKey, id: string, text: string): string {
  const digest = createHmac("sha256", bytes).update(`${id} ${text}`).digest();
  return digest.subarray(0, macBytes).toString("base64url");
}

/** With the issuer in it: an application that has the same secret is still another one. */
function keyOf(secret: string): MacKey {
  const derive = (info: string, length: number) =>
    Buffer.from(hkdfSync("sha256", secret, config.jwtIssuer, info, length));
  return { prefix: `${derive(`${label} id`, keyIdBytes).toString("hex")}.`, bytes: derive(label, 32) };
}
