import type { Request } from "express";
import { type VerifiedToken, verifyAccessToken } from "../auth/access-token.js";
import { AuthError } from "../auth/errors.js";
import { isRevoked } from "../auth/revocations.js";
import { endOwnSession } from "../auth/sessions.js";
import type { Auth } from "./authenticators.js";
import { clientOf } from "./client.js";

const scheme = /^bearer\b/i;

/** The access token in `Authorization: Bearer ...` (RFC 6750, section 2.1); never one in a query or a body. */
export function bearerToken(req: Request): Auth | null | Promise<Auth | null> {
  const token = readBearerToken(req);
  if (token === null) return null;
  return token instanceof Promise ? token.then(unlessRevoked) : unlessRevoked(token);
}

function unlessRevoked(token: VerifiedToken | null): Auth | null | Promise<Auth> {
  if (token === null) return null;
  const revoked = isRevoked(token.sessionId);
  return revoked === false ? { ...token } : refuseRevoked(token, revoked);
}

async function refuseRevoked(token: VerifiedToken, revoked: true | Promise<boolean>): Promise<Auth> {
  if (await revoked) throw new AuthError("InvalidAccessToken");
  return { ...token };
}

/** Ends the login of a genuine token, whether that still lives or not. */
export async function endBearerSession(req: Request): Promise<boolean> {
  const token = await readBearerToken(req);
  if (token) await endOwnSession(token.sessionId, clientOf(req));
  return token !== null;
}

/** What a genuine token says, whether its session still lives or not. */
function readBearerToken(req: Request): VerifiedToken | null | Promise<VerifiedToken | null> {
  const header = req.headers.authorization;
  if (header === undefined || !scheme.test(header.slice(0, "bearer ".length))) return null;
  const verified = verifyAccessToken(header.slice("bearer".length).trim());
  return verified instanceof Promise ? verified.then(genuine) : genuine(verified);
}

function genuine(token: VerifiedToken | null): VerifiedToken {
  if (!token) throw new AuthError("InvalidAccessToken");
  return token;
}
