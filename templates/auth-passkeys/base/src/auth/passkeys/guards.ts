import type { RequestHandler } from "express";
import { authOf } from "../../middleware/jwt.js";
import { sendProblem } from "../../middleware/problem.js";
import { requireRecentLogin } from "../../middleware/recent-login.js";
import { AuthError } from "../errors.js";
import { findUserHandle } from "./store.js";

/** What making and removing a passkey takes. An add-on that knows of stronger logins appends its own. */
export const passkeyGuards: RequestHandler[] = [requireRecentLogin({ minutes: 10 }), requirePasskey];

/** Whoever has a passkey proves one: who only knows the password must not add a key of theirs, or take the owner's away. */
async function requirePasskey(...[req, res, next]: Parameters<RequestHandler>): Promise<void> {
  try {
    const { userId, amr } = authOf(req);
    if (!amr.includes("mfa") && (await findUserHandle(userId)) !== null) throw tooWeak();
  } catch (error) {
    sendProblem(error, req, res);
    return;
  }
  next();
}

/** With the challenge of RFC 9470, section 3. */
function tooWeak(): AuthError {
  const detail = "This takes a login with one of your passkeys: send one to /reauthenticate, beside /login.";
  return new AuthError("ForbiddenError", {
    detail,
    wwwAuthenticate: 'Bearer error="insufficient_user_authentication"',
  });
}
