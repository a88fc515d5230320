import type { RequestHandler } from "express";
import { hasFactor } from "../auth/factors/factor-store.js";
import { twoFactors } from "../auth/factors/login-check.js";
import { authOf } from "./jwt.js";
import { sendProblem } from "./problem.js";
import { requireRecentLogin } from "./recent-login.js";
import { factorNeeded } from "./second-factor.js";

/**
 * Lets a request pass only when its login is of the last `minutes` and has proven the most that its user can prove: two
 * factors where one is set, else the password. It authenticates by itself and sets `req.auth`.
 */
export function requireStrongestLogin({ minutes = 10 }: { minutes?: number } = {}): RequestHandler {
  const isRecent = requireRecentLogin({ minutes });
  return (req, res, next) => isRecent(req, res, () => isStrongest(req, res, next));
}

const isStrongest: RequestHandler = async (req, res, next) => {
  try {
    const { userId, amr } = authOf(req);
    if (!amr.includes(twoFactors) && (await hasFactor(userId))) throw factorNeeded();
  } catch (error) {
    sendProblem(error, req, res);
    return;
  }
  next();
};
