import type { Request, RequestHandler } from "express";
import { isFirstRefusal } from "../auth/admin/refusals.js";
import { findRole } from "../auth/admin/role-store.js";
import type { Role } from "../auth/admin/roles.js";
import { AuthError } from "../auth/errors.js";
import { emit } from "../auth/events.js";
import { clientOf } from "./client.js";
import { authOf } from "./jwt.js";
import { sendProblem } from "./problem.js";
import { authenticateLogin } from "./recent-login.js";

declare module "../auth/events.js" {
  interface EventNames {
    authz_fail: true;
  }
}

/**
 * Lets a request pass only when whoever it speaks for has the role now: `app.get("/report", requireRole("admin"), handler)`.
 * It authenticates by itself and sets `req.auth`. The database is asked each time, one query by primary keys, and not the
 * token: whoever is demoted, disabled or logged out is so at once.
 *
 * Others are refused with 403 ForbiddenError, or with what `otherwise` names: NotFound where a 403 would say that there
 * is something.
 */
export function requireRole(
  role: Role,
  { otherwise = "ForbiddenError" }: { otherwise?: "ForbiddenError" | "NotFound" } = {},
): RequestHandler {
  return async (req, res, next) => {
    try {
      req.auth = await authenticateLogin(req);
      const found = await findRole(req.auth.sessionId);
      if (found === null) throw new AuthError("InvalidAccessToken");
      if (found !== role) throw await refused(req, otherwise);
    } catch (error) {
      sendProblem(error, req, res);
      return;
    }
    next();
  };
}

async function refused(req: Request, code: "ForbiddenError" | "NotFound"): Promise<AuthError> {
  const { userId } = authOf(req);
  if (await isFirstRefusal(userId))
    await emit({ event: "authz_fail", outcome: "failure", userId, client: clientOf(req) });
  return new AuthError(code);
}
