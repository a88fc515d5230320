import type { Request, RequestHandler } from "express";
import { AuthError } from "../auth/errors.js";
import { type Auth, authenticators } from "./authenticators.js";
import { sendProblem } from "./problem.js";

declare global {
  namespace Express {
    interface Request {
      /** Set by `protectedRoute`. */
      auth?: Auth;
    }
  }
}

/** Lets a request pass only when it is authenticated, and puts who it speaks for on `req.auth`. */
export const protectedRoute: RequestHandler = (req, res, next) => {
  authenticate(req).then(
    (auth) => {
      req.auth = auth;
      next();
    },
    (error: unknown) => sendProblem(error, req, res),
  );
};

/** `req.auth` behind `protectedRoute`, where it is always there. */
export function authOf(req: Request): Auth {
  if (!req.auth) throw new AuthError("NotAuthenticated");
  return req.auth;
}

/** @throws AuthError "NotAuthenticated" without anything to go by, "InvalidAccessToken" for a token that is not good. */
export async function authenticate(req: Request): Promise<Auth> {
  for (const authenticator of authenticators) {
    const auth = await authenticator(req);
    if (auth) return auth;
  }
  throw new AuthError("NotAuthenticated");
}
