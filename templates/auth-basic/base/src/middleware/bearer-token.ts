import type { Request } from "express";
import { type AccessClaims, verifyAccessToken } from "../auth/access-token.js";
import { AuthError } from "../auth/errors.js";
import { isRevoked } from "../auth/revocations.js";
import type { Auth } from "./authenticators.js";

/** The access token in `Authorization: Bearer ...` (RFC 6750, section 2.1); never one in a query or a body. */
export async function bearerToken(req: Request): Promise<Auth | null> {
  const claims = readBearerToken(req);
  if (!claims) return null;
  if (await isRevoked(claims.sessionId)) throw new AuthError("InvalidAccessToken");
  return { ...claims };
}

/** The claims of a genuine token, whether its session still lives or not. */
export function readBearerToken(req: Request): AccessClaims | null {
  const header = req.headers.authorization;
  if (header === undefined || !/^bearer\b/i.test(header)) return null;
  const claims = verifyAccessToken(header.slice("bearer".length).trim());
  if (!claims) throw new AuthError("InvalidAccessToken");
  return claims;
}
