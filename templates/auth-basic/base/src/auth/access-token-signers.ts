import { hs256Signer } from "./hs256-signer.js";

/** Signs access tokens with one algorithm, and knows its own again. What they say is for `access-token.ts` to check. */
export interface AccessTokenSigner {
  /** RFC 8725: the one algorithm of this signer's tokens. Whatever a header names, no key is used with another. */
  readonly alg: string;
  /** The token, whose header is `alg`, `typ` and, where there are several keys, `kid`. */
  sign(claims: object, typ: string): string | Promise<string>;
  /** The payload of a token whose signature is good, else null. `kid` is whatever the token's header says. */
  verify(token: string, kid: string | undefined): unknown;
}

/**
 * The last one signs. Tokens of the others are good until they expire: so another algorithm can take over, and no login
 * ends. An add-on appends its own.
 */
export const accessTokenSigners: AccessTokenSigner[] = [hs256Signer];
