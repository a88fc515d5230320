import type { RequestHandler } from "express";
import { isProven } from "../auth/email/store.js";
import { AuthError } from "../auth/errors.js";
import { authenticate } from "./jwt.js";
import { sendProblem } from "./problem.js";

/**
 * Lets a request pass only when the address of its account is proven: `app.post("/orders", requireVerifiedEmail, handler)`.
 * It authenticates by itself and sets `req.auth`, so it is right with or without `protectedRoute` in front. It asks the
 * database, so that what was proven a moment ago counts. Else 403 "ForbiddenError".
 */
export const requireVerifiedEmail: RequestHandler = async (req, res, next) => {
  try {
    req.auth = await authenticate(req);
    if (!(await isProven(req.auth.userId)))
      throw new AuthError("ForbiddenError", { detail: "Confirm your e-mail address first." });
  } catch (error) {
    sendProblem(error, req, res);
    return;
  }
  next();
};
