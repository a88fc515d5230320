import type { Request } from "express";
import type { Auth } from "../../middleware/authenticators.js";
import { cookieValues } from "../../middleware/device-cookie.js";
import { checkSameOrigin } from "../../middleware/same-origin.js";
import { authClaimsOf } from "../access-claims.js";
import { AuthError } from "../errors.js";
import { cookieKind } from "./cookie-jar.js";
import { parseSessionCookie } from "./cookie-value.js";
import { expiryOf, findCookieSession } from "./sessions.js";

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

/** Whether it was the cookie that authenticated the request. */
export function cameByCookie(req: Request): boolean {
  return authenticated.has(req);
}

export function sessionHasEnded(): AuthError {
  return new AuthError("NotAuthenticated", { detail: "The session has ended: log in again." });
}
