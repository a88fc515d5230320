import { createPublicKey, type JsonWebKey } from "node:crypto";
import { type CborMap, readWhole } from "./cbor.js";

/** The algorithms that are offered, the best first (IANA COSE Algorithms): ES256, RS256, EdDSA on Ed25519. */
export const algorithms = [-7, -257, -8] as const;
export type Algorithm = (typeof algorithms)[number];

/** Labels of RFC 9052, section 7.1, and RFC 9053 and 8230. */
const kty = 1;
const alg = 3;
const ec2 = { kty: 2, labels: [1, 3, -1, -2, -3], crv: 1 };
const okp = { kty: 1, labels: [1, 3, -1, -2], crv: 6 };
const rsa = { kty: 3, labels: [1, 3, -1, -2] };

const coordinateBytes = 32;
/** 2048 bits and more, and not so many that a check takes long. */
const modulusBytes = { least: 256, most: 512 };
const exponent = Buffer.from([1, 0, 1]);

/**
 * The algorithm that the key is for: one that was offered, with a key of its kind, and no member more (WebAuthn L3, section
 * 6.5.1).
 *
 * @param key a COSE_Key as the authenticator wrote it.
 * @throws TypeError for any other key, and where the point is not on the curve.
 */
export function algorithmOf(key: Buffer): Algorithm {
  const members = readWhole(key);
  if (!(members instanceof Map)) throw new TypeError("This is no key.");
  const algorithm = algorithms.find((offered) => offered === members.get(alg));
  if (algorithm === undefined) throw new TypeError("This algorithm was not offered.");
  createPublicKey({ key: jwkOf(members, algorithm), format: "jwk" });
  return algorithm;
}

function jwkOf(members: CborMap, algorithm: Algorithm): JsonWebKey {
  if (algorithm === -7) return ecKey(members);
  return algorithm === -257 ? rsaKey(members) : edKey(members);
}

function ecKey(members: CborMap): JsonWebKey {
  checkKind(members, ec2);
  return { kty: "EC", crv: "P-256", x: coordinate(members, -2), y: coordinate(members, -3) };
}

function edKey(members: CborMap): JsonWebKey {
  checkKind(members, okp);
  return { kty: "OKP", crv: "Ed25519", x: coordinate(members, -2) };
}

function rsaKey(members: CborMap): JsonWebKey {
  checkKind(members, rsa);
  const n = bytesOf(members, -1);
  const e = bytesOf(members, -2);
  const isUsual = n.length >= modulusBytes.least && n.length <= modulusBytes.most && n[0] !== 0 && e.equals(exponent);
  if (!isUsual) throw new TypeError("This is no RSA key of 2048 to 4096 bits.");
  return { kty: "RSA", n: n.toString("base64url"), e: e.toString("base64url") };
}

function checkKind(members: CborMap, kind: { kty: number; labels: number[]; crv?: number }): void {
  const isWhole = members.size === kind.labels.length && kind.labels.every((label) => members.has(label));
  const isOfKind = members.get(kty) === kind.kty && (kind.crv === undefined || members.get(-1) === kind.crv);
  if (!isWhole || !isOfKind) throw new TypeError("This key is not of its algorithm.");
}

function coordinate(members: CborMap, label: number): string {
  const bytes = bytesOf(members, label);
  if (bytes.length !== coordinateBytes) throw new TypeError("This coordinate is not whole.");
  return bytes.toString("base64url");
}

function bytesOf(members: CborMap, label: number): Buffer {
  const value = members.get(label);
  if (!Buffer.isBuffer(value)) throw new TypeError("This is no key.");
  return value;
}
