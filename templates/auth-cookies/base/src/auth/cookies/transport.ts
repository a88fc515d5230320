import type { Request, Response } from "express";
import { clientOf } from "../../middleware/client.js";
import { checkSameOrigin } from "../../middleware/same-origin.js";
import type { NewSession } from "../sessions.js";
import { cameByCookie } from "./authenticator.js";
import { requireCookieKind, sessionIdsOf, setSessionCookie } from "./cookie-jar.js";
import { newCookie } from "./sessions.js";

/** Who came by a cookie gets the next session as one; so does who asks for it with the header `Auth-Session: cookie`. */
export function inCookie(req: Request, res: Response): NewSession | null {
  return cameByCookie(req) || req.headers["auth-session"] === "cookie" ? newCookieSession(req, res) : null;
}

/**
 * A session for a browser. It is refused before anything else is done where a cookie can't be set, or where another site
 * could log its visitor in as somebody else (login CSRF).
 *
 * @throws AuthError "ForbiddenError"
 */
export function newCookieSession(req: Request, res: Response): NewSession {
  const kind = requireCookieKind(req);
  checkSameOrigin(req);
  const send = (value: string, seconds: number): void => setSessionCookie(res, kind, value, seconds);
  return newCookie(clientOf(req), sessionIdsOf(req, kind), send);
}
