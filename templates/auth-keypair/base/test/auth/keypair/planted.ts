import { randomBytes } from "node:crypto";
import { type Algorithm, newKeyPair, signText } from "../../../src/auth/keypair/algorithms.js";
import { textToSign } from "../../../src/auth/keypair/compact.js";
import { type Pins, sealPinned } from "../../../src/auth/keypair/pinned-key.js";
import { write } from "../../../src/db/client.js";
import { keypairTokens } from "../../../src/db/schema/auth-keypair.js";
import { environment } from "../test-environment.js";

export const issuer = environment.JWT_ISSUER;

/** In what a token differs from a good one. */
export interface Differences {
  alg?: Algorithm;
  /** What it says, `undefined` for nothing. */
  says?: Record<string, unknown>;
  /** What its key is pinned to. */
  pins?: Partial<Pins>;
  /** What stands in its row. */
  row?: { sealed?: string | null; userId?: string; epoch?: number };
}

/** A token of the user with a key and a row of its own, as nothing in the module would make it. */
export async function plant(userId: string, { alg = "ES256", says = {}, pins = {}, row = {} }: Differences = {}) {
  const id = randomBytes(16).toString("base64url");
  const iat = Math.floor(Date.now() / 1000);
  const good = { sub: userId, aud: `${issuer}:api`, iss: issuer, exp: iat + 600 };
  const { privateKey, publicKey } = await newKeyPair(alg);
  const sealed = sealPinned(id, { ...good, ...pins, alg, publicKey });
  const times = { createdAt: new Date(), expiresAt: new Date(good.exp * 1000) };
  await write((db) =>
    db.insert(keypairTokens).values({ id, userId, epoch: 0, name: "planted", sealed, ...times, ...row }),
  );
  const text = textToSign(alg, { ...good, jti: id, iat, ...says });
  const signature = signText(alg, privateKey, text);
  return { id, text, signature, token: `${text}.${signature.toString("base64url")}`, privateKey, publicKey, sealed };
}
