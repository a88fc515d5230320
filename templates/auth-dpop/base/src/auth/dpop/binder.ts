import type { TokenBinder } from "../../middleware/authenticators.js";
import { insertBinding } from "./bindings.js";
import { toBound } from "./bound-refresh-token.js";
import { dpopConfig } from "./config.js";
import { hasProof, offerNonce, proofOf, useProof } from "./proof-of-request.js";
import { forTokens } from "./refusals.js";

/** Binds the tokens of a new session to the key that its request proves (RFC 9449, section 5). */
export const bindToKey: TokenBinder = keyBinder(dpopConfig.required);

/** @param required whether there are no tokens without a proof. */
export function keyBinder(required: boolean): TokenBinder {
  return (tokens, req) => {
    if (!hasProof(req)) {
      if (!required) return tokens;
      offerNonce(req);
      throw forTokens.invalid("A login takes a DPoP proof.");
    }
    const proof = proofOf(req, forTokens);
    return {
      ...tokens,
      // Not earlier: who can't log in could fill the memory of proofs.
      before: async (tx) => {
        await tokens.before?.(tx);
        await useProof(proof, forTokens, tx);
        await insertBinding(tx, tokens.row.id, proof.thumbprint);
      },
      deliver: async (stored) => boundTokens(await tokens.deliver(stored)),
    };
  };
}

/** What the client of a bound session gets of its tokens. */
export function boundTokens<T extends object>(tokens: T): T {
  const refreshToken = "refreshToken" in tokens ? { refreshToken: toBound(String(tokens.refreshToken)) } : {};
  return { ...tokens, ...refreshToken, tokenType: "DPoP" };
}
