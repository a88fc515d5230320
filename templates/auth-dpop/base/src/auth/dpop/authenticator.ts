import type { Request } from "express";
import type { Auth } from "../../middleware/authenticators.js";
import { clientOf } from "../../middleware/client.js";
import { type VerifiedToken, verifyAccessToken } from "../access-token.js";
import { isRevoked } from "../revocations.js";
import { endByRefreshToken, endOwnSession } from "../sessions.js";
import { confirmationOf } from "./bound-key.js";
import { fromBound } from "./bound-refresh-token.js";
import { hashOfToken, type Proof } from "./proof.js";
import { hasProof, offerNonce, proofOf, useProof } from "./proof-of-request.js";
import { invalidToken, onRoutes } from "./refusals.js";

const scheme = /^dpop\b/i;

/** The access token in `Authorization: DPoP ...`, with a proof of the key that it is bound to (RFC 9449, section 7.1). */
export function dpopToken(req: Request): Promise<Auth> | null {
  const token = tokenIn(req);
  if (token === null) return hasProof(req) ? withNonce(req) : null;
  return boundAuth(token, () => proofOf(req, onRoutes));
}

/** Ends the login of a token whose key the request proves, whether that login still lives or not. */
export async function endDpopSession(req: Request): Promise<boolean> {
  const token = tokenIn(req);
  if (token === null) return false;
  const { sessionId } = await proven(token, () => proofOf(req, onRoutes));
  await endOwnSession(sessionId, clientOf(req));
  return true;
}

/** Ends the login of a bound refresh token. It takes no proof: who has lost the key can log out. */
export async function endBoundRefreshSession(req: Request): Promise<boolean> {
  const { refreshToken } = Object(req.body) as { refreshToken?: unknown };
  const token = typeof refreshToken === "string" ? fromBound(refreshToken) : null;
  return token !== null && endByRefreshToken(token, clientOf(req));
}

/** The token in the header, or null where that is of another scheme. */
export function tokenIn({ headers: { authorization = "" } }: Request): string | null {
  return scheme.test(authorization.slice(0, "dpop ".length)) ? authorization.slice("dpop".length).trim() : null;
}

/** Who a token speaks for together with a proof. @throws AuthError */
export async function boundAuth(token: string, prove: () => Proof): Promise<Auth> {
  const verified = await proven(token, prove);
  if (await isRevoked(verified.sessionId)) throw invalidToken();
  return { ...verified };
}

/** Only a proof that goes with a good token is remembered as used: others could fill the memory. */
async function proven(token: string, prove: () => Proof): Promise<VerifiedToken> {
  const proof = prove();
  if (proof.ath !== hashOfToken(token)) throw onRoutes.invalid("The proof is for another access token: see ath.");
  const verified = await verifyAccessToken(token, confirmationOf(proof.thumbprint));
  if (!verified) throw invalidToken();
  await useProof(proof, onRoutes);
  return verified;
}

/** Who has forgotten the token hears the nonce as well. */
function withNonce(req: Request): null {
  offerNonce(req);
  return null;
}
