import type { Request, RequestHandler } from "express";
import { refuse } from "../auth/environment.js";
import { AuthError } from "../auth/errors.js";
import { isSessionId } from "../auth/sessions.js";
import { ageOfLogin } from "../auth/sudo/store.js";
import type { Auth } from "./authenticators.js";
import { authenticate } from "./jwt.js";
import { sendProblem } from "./problem.js";

const mostMinutes = 3650 * 24 * 60;

/**
 * Lets a request pass only when its session was started by a login, signup or step-up within the last `minutes`, by the
 * database's clock: `app.delete("/shop", requireRecentLogin(), handler)`. It authenticates by itself and sets
 * `req.auth`, so it is right in front of a handler with or without `protectedRoute`.
 *
 * An older login is refused with 403 ForbiddenError and the challenge of RFC 9470, section 3. Not with that RFC's 401:
 * clients answer a 401 by refreshing, and a refreshed login is as old as before.
 *
 * @throws AuthError "JWTEnvVariableMissing", when the route is set up, for `minutes` that are no number above 0.
 */
export function requireRecentLogin({ minutes = 10 }: { minutes?: number } = {}): RequestHandler {
  if (!Number.isFinite(minutes) || minutes <= 0 || minutes > mostMinutes)
    throw refuse("minutes of requireRecentLogin", `must be a number above 0 to ${mostMinutes}`);
  return async (req, res, next) => {
    try {
      req.auth = await authenticateLogin(req);
      const age = await ageOfLogin(req.auth.sessionId, minutes * 60);
      if (age === "ended") throw new AuthError("InvalidAccessToken");
      if (age === "old") throw tooOld(minutes);
    } catch (error) {
      sendProblem(error, req, res);
      return;
    }
    next();
  };
}

/** Who a request speaks for by a login. @throws AuthError "ForbiddenError" for what is good, and of no session. */
export async function authenticateLogin(req: Request): Promise<Auth> {
  const auth = await authenticate(req);
  if (isSessionId(auth.sessionId)) return auth;
  throw new AuthError("ForbiddenError", { detail: "This takes a login." });
}

function tooOld(minutes: number): AuthError {
  const wwwAuthenticate = `Bearer error="insufficient_user_authentication", max_age="${Math.ceil(minutes * 60)}"`;
  const howLong = minutes === 1 ? "minute" : `${minutes} minutes`;
  const detail = `This takes a login within the last ${howLong}: send the password to /reauthenticate, beside /login.`;
  return new AuthError("ForbiddenError", { detail, wwwAuthenticate });
}
