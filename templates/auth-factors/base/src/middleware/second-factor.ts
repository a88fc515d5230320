import type { RequestHandler } from "express";
import { AuthError } from "../auth/errors.js";
import { secondFactorNeeded } from "../auth/factors/errors.js";
import { twoFactors } from "../auth/factors/login-check.js";
import { authenticate } from "./jwt.js";
import { sendProblem } from "./problem.js";

/**
 * Lets a request pass only when its session was started with two factors: `app.post("/pay", requireFactor(), handler)`. It
 * authenticates by itself and sets `req.auth`. It asks the session and not the account: whoever has no factor set is refused
 * too. How long ago that was, `requireRecentLogin` asks.
 */
export function requireFactor(): RequestHandler {
  return async (req, res, next) => {
    try {
      req.auth = await authenticate(req);
      if (!req.auth.amr.includes(twoFactors)) throw factorNeeded();
    } catch (error) {
      sendProblem(error, req, res);
      return;
    }
    next();
  };
}

/** With the challenge of RFC 9470, section 3, and not that RFC's 401: clients answer a 401 by refreshing, which proves nothing. */
export function factorNeeded(): AuthError {
  const wwwAuthenticate = 'Bearer error="insufficient_user_authentication"';
  return new AuthError(secondFactorNeeded, { wwwAuthenticate });
}
