import type { Request, RequestHandler } from "express";
import { AuthError } from "../auth/errors.js";
import { type Auth, authenticators, tokenKinds } from "./authenticators.js";
import { sendProblem } from "./problem.js";

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- the types of Express are extended by it
  namespace Express {
    interface Request {
      /** Set by `protectedRoute`. */
      auth?: Auth;
    }
  }
}

/** Lets a request pass only when it is authenticated, and puts who it speaks for on `req.auth`. */
export const protectedRoute: RequestHandler = (req, res, next) => {
  const open = (auth: Auth): void => {
    req.auth = auth;
    next();
  };
  const refuse = (error: unknown): void => sendProblem(error, req, res);
  let auth: Auth | Promise<Auth>;
  try {
    auth = ask(req);
  } catch (error) {
    refuse(error);
    return;
  }
  if (isPromise(auth)) auth.then(open, refuse);
  else open(auth);
};

/** `req.auth` behind `protectedRoute`, where it is always there. */
export function authOf(req: Request): Auth {
  if (!req.auth) throw new AuthError("NotAuthenticated");
  return req.auth;
}

/** @throws AuthError "NotAuthenticated" without anything to go by, "InvalidAccessToken" for a token that is not good. */
export async function authenticate(req: Request): Promise<Auth> {
  return ask(req);
}

/**
 * As `authenticate`, with no promise where there is nothing to wait for: each one costs every request. An
 * authenticator that no compiler has checked may answer `false` or "" for nobody: taken for somebody, it would let everybody pass.
 */
function ask(req: Request, from = 0): Auth | Promise<Auth> {
  const authenticator = tokenKinds[from] ?? authenticators[from - tokenKinds.length];
  if (!authenticator) throw new AuthError("NotAuthenticated");
  const auth = authenticator(req);
  if (isPromise(auth)) return Promise.resolve(auth).then((found) => found || ask(req, from + 1));
  return auth || ask(req, from + 1);
}

/** Any promise, of a library's own making too: one that is taken for an answer would let everybody pass. */
function isPromise(answer: Auth | null | Promise<Auth | null>): answer is Promise<Auth | null> {
  return typeof answer === "object" && answer !== null && "then" in answer;
}
