import { z } from "zod";
import { AuthError, defineError, type ErrorDefinition } from "../errors.js";

/** What documents say of the member `error` (RFC 9449, sections 5, 7.1, 8 and 9). */
const invalid = { error: z.literal("invalid_dpop_proof") };
const nonceNeeded = { error: z.literal("use_dpop_nonce") };

const proofIsInvalid = "The DPoP proof is not valid.";
const needsNonce = "Send a proof with the nonce of the header DPoP-Nonce.";

/** On routes that take an access token. */
export const invalidDpopProof = defineError("InvalidDpopProof", 401, proofIsInvalid, invalid);
export const dpopNonceRequired = defineError("DpopNonceRequired", 401, needsNonce, nonceNeeded);
/** Where tokens are handed out: the errors of RFC 6749, section 5.2, are 400. */
export const invalidDpopProofForTokens = defineError("InvalidDpopProofForTokens", 400, proofIsInvalid, invalid);
export const dpopNonceRequiredForTokens = defineError("DpopNonceRequiredForTokens", 400, needsNonce, nonceNeeded);

/** How a request with a bad proof is refused. */
export interface Refusals {
  /** @param why a sentence for the client: nothing that it has sent. */
  invalid(why: string): Error;
  needsNonce(): Error;
}

/** The challenge of a route to who has shown nothing. */
export const dpopChallenge = 'DPoP algs="ES256"';

export const onRoutes: Refusals = {
  invalid: (detail) =>
    new AuthError(invalidDpopProof, {
      detail,
      members: { error: "invalid_dpop_proof" },
      wwwAuthenticate: challenge("invalid_dpop_proof"),
    }),
  needsNonce: () =>
    new AuthError(dpopNonceRequired, {
      members: { error: "use_dpop_nonce" },
      wwwAuthenticate: challenge("use_dpop_nonce"),
    }),
};

export const forTokens: Refusals = {
  invalid: (detail) => new AuthError(invalidDpopProofForTokens, { detail, members: { error: "invalid_dpop_proof" } }),
  needsNonce: () => new AuthError(dpopNonceRequiredForTokens, { members: { error: "use_dpop_nonce" } }),
};

/** The failure of a token that is not good, or not bound to the key of the proof. */
export function invalidToken(): AuthError {
  return new AuthError("InvalidAccessToken", { wwwAuthenticate: challenge("invalid_token") });
}

/** DPoP stands first: some clients read nothing behind a scheme without parameters. */
function challenge(error: string): string {
  return `DPoP error="${error}", algs="ES256", Bearer`;
}

/** Each code that a proof may be refused with, by where it was sent. */
export const proofErrors: Record<"route" | "tokens", ErrorDefinition[]> = {
  route: [invalidDpopProof, dpopNonceRequired],
  tokens: [invalidDpopProofForTokens, dpopNonceRequiredForTokens],
};
