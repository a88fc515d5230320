import { createSecretKey, type KeyObject } from "node:crypto";
import jwt from "jsonwebtoken";
import { config } from "./config.js";

/** What an access token says of the key that signed it. */
export interface SignedWith {
  readonly alg?: string;
  readonly kid?: string;
}

/** Signs access tokens with one algorithm, and knows its own again. What they say is for `access-token.ts` to check. */
export interface AccessTokenSigner {
  /** RFC 8725: the one algorithm of this signer's tokens. Whatever a header names, no key is used with another. */
  readonly alg: string;
  /** The token, whose header is `alg`, `typ` and, where there are several keys, `kid`. */
  sign(claims: object, typ: string): string | Promise<string>;
  /** The payload of a token whose signature is good, else null. `kid` is whatever the token's header says. */
  verify(token: string, kid: string | undefined): unknown;
  /**
   * Asked of the one that signs, at each request: whether tokens of that algorithm and key are still taken, of earlier
   * signers too. Without it they are, until they expire. A promise where there is nothing to wait for costs every request.
   */
  trusts?(signedWith: SignedWith): boolean | Promise<boolean>;
}

const hs256 = "HS256";

// A KeyObject is made once: jsonwebtoken imports a string secret anew for every token.
const signingKey = keyOf(config.jwtSecretKey);
const verifyingKeys = config.jwtSecretKeyPrevious ? [signingKey, keyOf(config.jwtSecretKeyPrevious)] : [signingKey];

/** Signs with JWT_SECRET_KEY. JWT_SECRET_KEY_PREVIOUS verifies only, while the key is being replaced. */
const hs256Signer: AccessTokenSigner = {
  alg: hs256,
  sign: (claims, typ) => jwt.sign(claims, signingKey, { algorithm: hs256, header: { alg: hs256, typ } }),
  verify: (token) => {
    for (const key of verifyingKeys) {
      const payload = payloadOf(token, key);
      if (payload) return payload;
    }
    return null;
  },
};

/**
 * The last one signs. Tokens of the others are good until they expire, unless it says otherwise: so another algorithm can
 * take over, and no login ends. An add-on appends its own.
 */
export const accessTokenSigners: AccessTokenSigner[] = [hs256Signer];

function payloadOf(token: string, key: KeyObject): unknown {
  try {
    return jwt.verify(token, key, { algorithms: [hs256] });
  } catch {
    return null;
  }
}

function keyOf(secret: string): KeyObject {
  return createSecretKey(Buffer.from(secret, "utf8"));
}
