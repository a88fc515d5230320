import { createPublicKey, generateKeyPair, generateKeyPairSync, type KeyObject, sign, verify } from "node:crypto";
import { promisify } from "node:util";

/** RFC 7518 and, for "Ed25519", RFC 9864. ES512 takes 30 times the work of the others. */
export const algorithms = ["ES256", "Ed25519", "ES512"] as const;

export type Algorithm = (typeof algorithms)[number];

export interface KeyPair {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

interface Kind {
  /** Null where the algorithm has its own. */
  readonly hash: string | null;
  readonly signatureBytes: number;
  readonly curve: { readonly kty: "EC" | "OKP"; readonly crv: string };
  /** The order of an ECDSA curve's group, in hex (FIPS 186-5). */
  readonly order?: string;
  /** In another thread where it takes more than 50 µs. */
  generate(): KeyPair | Promise<KeyPair>;
}

const generateElsewhere = promisify(generateKeyPair);

const kinds: Readonly<Record<Algorithm, Kind>> = {
  ES256: {
    hash: "sha256",
    signatureBytes: 64,
    curve: { kty: "EC", crv: "P-256" },
    order: "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
    generate: () => generateKeyPairSync("ec", { namedCurve: "P-256" }),
  },
  Ed25519: {
    hash: null,
    signatureBytes: 64,
    curve: { kty: "OKP", crv: "Ed25519" },
    generate: () => generateKeyPairSync("ed25519"),
  },
  ES512: {
    hash: "sha512",
    signatureBytes: 132,
    curve: { kty: "EC", crv: "P-521" },
    order: `01${"f".repeat(64)}fa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409`,
    generate: () => generateElsewhere("ec", { namedCurve: "P-521" }),
  },
};

/** RFC 7518, section 3.4: both numbers of a signature one after the other, each of its whole length. */
const dsaEncoding = "ieee-p1363";

export function isAlgorithm(text: unknown): text is Algorithm {
  return algorithms.some((one) => one === text);
}

/** A pair of keys for one signature. */
export async function newKeyPair(algorithm: Algorithm): Promise<KeyPair> {
  return kinds[algorithm].generate();
}

export function signText(algorithm: Algorithm, key: KeyObject, text: string): Buffer {
  const signature = sign(kinds[algorithm].hash, Buffer.from(text), { key, dsaEncoding });
  return isLower(algorithm, signature) ? signature : otherOf(algorithm, signature);
}

/**
 * Whether it is the one of the two signatures that anybody can make of each (r, s) of ECDSA, by (r, n - s), that we take:
 * the one with the lower s. Ed25519 has but one.
 */
export function isLower(algorithm: Algorithm, signature: Buffer): boolean {
  const other = otherOf(algorithm, signature);
  return Buffer.compare(signature, other) <= 0;
}

function otherOf(algorithm: Algorithm, signature: Buffer): Buffer {
  const { order } = kinds[algorithm];
  if (order === undefined) return signature;
  const half = signature.length / 2;
  const s = BigInt(`0x${order}`) - BigInt(`0x${signature.toString("hex", half)}`);
  return Buffer.concat([signature.subarray(0, half), Buffer.from(s.toString(16).padStart(2 * half, "0"), "hex")]);
}

export function isSignatureOf(algorithm: Algorithm, key: KeyObject, text: string, signature: Buffer): boolean {
  const { hash, signatureBytes } = kinds[algorithm];
  return signature.length === signatureBytes && verify(hash, Buffer.from(text), { key, dsaEncoding }, signature);
}

/** The coordinates of a public key: x, and y behind it where there is one, in base64url. */
export function keyToText(publicKey: KeyObject): string {
  const { x = "", y = "" } = publicKey.export({ format: "jwk" });
  return x + y;
}

/** @throws what Node throws for coordinates that are no point of the algorithm's curve. */
export function keyFromText(algorithm: Algorithm, text: string): KeyObject {
  const { curve } = kinds[algorithm];
  const half = text.length / 2;
  const point = curve.kty === "EC" ? { x: text.slice(0, half), y: text.slice(half) } : { x: text };
  return createPublicKey({ key: { ...curve, ...point }, format: "jwk" });
}
