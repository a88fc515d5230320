import type { Request, Response } from "express";
import type { Auth } from "../../middleware/authenticators.js";
import { clientOf } from "../../middleware/client.js";
import { cookieValues } from "../../middleware/device-cookie.js";
import { checkSameOrigin } from "../../middleware/same-origin.js";
import { authClaimsOf } from "../access-claims.js";
import { AuthError } from "../errors.js";
import { clearSessionCookie, cookieKind, sessionIdsOf } from "./cookie-jar.js";
import { parseSessionCookie } from "./cookie-value.js";
import { endCookieSession, expiryOf, findCookieSession } from "./sessions.js";

const authenticated = new WeakSet<Request>();

/** The session cookie, on a request that no other site has caused. */
export async function sessionCookie(req: Request): Promise<Auth | null> {
  const kind = cookieKind(req);
  const [value, ...others] = kind ? cookieValues(req, kind.name) : [];
  if (value === undefined) return null;
  checkSameOrigin(req);
  const id = others.length === 0 ? parseSessionCookie(value) : null;
  const session = id && (await findCookieSession(id));
  if (!session) throw sessionHasEnded();
  authenticated.add(req);
  const expiresAt = Math.floor(expiryOf(session).getTime() / 1000);
  return {
    userId: session.userId,
    sessionId: session.id,
    tokenId: session.id,
    expiresAt,
    ...authClaimsOf(session.claims),
  };
}

/** Ends the sessions of the request's cookies, which may have ended before, and takes the cookie out of the browser. */
export async function endSessionCookie(req: Request, res: Response): Promise<boolean> {
  const kind = cookieKind(req);
  if (!kind || cookieValues(req, kind.name).length === 0) return false;
  checkSameOrigin(req);
  for (const id of sessionIdsOf(req, kind)) await endCookieSession(id, clientOf(req));
  clearSessionCookie(res, kind);
  return true;
}

/** Whether it was the cookie that authenticated the request. */
export function cameByCookie(req: Request): boolean {
  return authenticated.has(req);
}

export function sessionHasEnded(): AuthError {
  return new AuthError("NotAuthenticated", { detail: "The session has ended: log in again." });
}
