import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
} from "node:crypto";

/** The curve of each algorithm: RFC 7518, section 3.4, ties them. */
const curves = { ES256: "P-256", ES512: "P-521" } as const;

export type Algorithm = keyof typeof curves;

/** Everything that anybody else may know of a key (RFC 7518, section 6.2.1). */
export interface PublicJwk {
  readonly kty: "EC";
  readonly crv: string;
  readonly x: string;
  readonly y: string;
}

/** A key that verifies, and signs too where its private part is there. */
export interface SigningKey {
  readonly kid: string;
  readonly alg: Algorithm;
  readonly jwk: PublicJwk;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject | undefined;
}

const thumbprintText = /^[\w-]{43}$/;

export function isAlgorithm(alg: string | undefined): alg is Algorithm {
  return alg === "ES256" || alg === "ES512";
}

/** Whether a token's `kid` is spelled as ours are. */
export function isKid(kid: string | undefined): kid is string {
  return kid !== undefined && thumbprintText.test(kid);
}

export function generateKey(alg: Algorithm): SigningKey {
  return signingKey(generateKeyPairSync("ec", { namedCurve: curves[alg] }).privateKey);
}

/**
 * The key, with everything about it made anew from what Node exports of it: the spelling that it came in counts for
 * nothing.
 *
 * @throws TypeError for a key of a kind that is not offered.
 */
export function signingKey(key: KeyObject): SigningKey {
  const publicKey = key.type === "private" ? createPublicKey(key) : key;
  const jwk = publicJwkOf(publicKey);
  const [alg] = Object.entries(curves).find(([, crv]) => crv === jwk.crv) ?? [];
  if (!isAlgorithm(alg)) throw new TypeError("This is no key on P-256 or P-521.");
  return { kid: thumbprint(jwk), alg, jwk, publicKey, privateKey: key.type === "private" ? key : undefined };
}

/** The bytes to seal of a key: a JWK, with its private part where it has one. */
export function keyToBytes({ publicKey, privateKey }: Pick<SigningKey, "publicKey" | "privateKey">): Buffer {
  return Buffer.from(JSON.stringify((privateKey ?? publicKey).export({ format: "jwk" })));
}

export function keyFromBytes(bytes: Buffer): SigningKey {
  const key = JSON.parse(bytes.toString("utf8")) as JsonWebKey;
  return signingKey("d" in key ? createPrivateKey({ key, format: "jwk" }) : createPublicKey({ key, format: "jwk" }));
}

/** RFC 7638: SHA-256 over the members that make the key, in the order of their names. */
export function thumbprint({ crv, kty, x, y }: PublicJwk): string {
  return createHash("sha256").update(JSON.stringify({ crv, kty, x, y })).digest("base64url");
}

/** Threat: a member that is copied from a private key may be its secret. So each one is named. */
function publicJwkOf(key: KeyObject): PublicJwk {
  const { kty, crv, x, y } = key.export({ format: "jwk" });
  if (kty !== "EC" || !crv || !x || !y) throw new TypeError("This is no elliptic curve key.");
  return { kty, crv, x, y };
}
