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
  /** In another thread where it takes more than 50 µs. */
  generate(): KeyPair | Promise<KeyPair>;
}

const generateElsewhere = promisify(generateKeyPair);

const kinds: Readonly<Record<Algorithm, Kind>> = {
  ES256: {
    hash: "sha256",
    signatureBytes: 64,
    curve: { kty: "EC", crv: "P-256" },
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
  return sign(kinds[algorithm].hash, Buffer.from(text), { key, dsaEncoding });
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
