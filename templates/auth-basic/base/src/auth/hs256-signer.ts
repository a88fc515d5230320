import { createSecretKey, type KeyObject } from "node:crypto";
import jwt from "jsonwebtoken";
import type { AccessTokenSigner } from "./access-token-signers.js";
import { config } from "./config.js";

const alg = "HS256";

// A KeyObject is made once: jsonwebtoken imports a string secret anew for every token.
const signingKey = keyOf(config.jwtSecretKey);
const verifyingKeys = config.jwtSecretKeyPrevious ? [signingKey, keyOf(config.jwtSecretKeyPrevious)] : [signingKey];

/** Signs with JWT_SECRET_KEY. JWT_SECRET_KEY_PREVIOUS verifies only, while the key is being replaced. */
export const hs256Signer: AccessTokenSigner = {
  alg,
  sign: (claims, typ) => jwt.sign(claims, signingKey, { algorithm: alg, header: { alg, typ } }),
  verify: (token) => {
    for (const key of verifyingKeys) {
      const payload = payloadOf(token, key);
      if (payload) return payload;
    }
    return null;
  },
};

function payloadOf(token: string, key: KeyObject): unknown {
  try {
    return jwt.verify(token, key, { algorithms: [alg] });
  } catch {
    return null;
  }
}

function keyOf(secret: string): KeyObject {
  return createSecretKey(Buffer.from(secret, "utf8"));
}
