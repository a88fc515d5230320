import express, { type Request, type Response } from "express";
import { asyncHandler } from "../../middleware/async-handler.js";
import { endCarriedSessions, loginAnswer } from "../../middleware/authenticators.js";
import { clientOf } from "../../middleware/client.js";
import { deviceCookiesOf, withDeviceCookie } from "../../middleware/device-cookie.js";
import { jsonBody } from "../../middleware/json-body.js";
import { authOf, protectedRoute } from "../../middleware/jwt.js";
import { checkSameOrigin } from "../../middleware/same-origin.js";
import { getProfile, logIn } from "../accounts.js";
import { logInInput, parseInput } from "../input.js";
import { sessionHasEnded } from "./authenticator.js";
import { clearSessionCookie, requireCookieKind } from "./cookie-jar.js";
import { expiryOf } from "./sessions.js";
import { findLiveSession } from "./store.js";
import { newCookieSession } from "./transport.js";

/** Cookie sessions, inside the module's path. */
export const sessionRouter: express.Router = express.Router();

sessionRouter.post("/session", jsonBody, asyncHandler(startSession));
sessionRouter.get("/session", protectedRoute, asyncHandler(getSession));
sessionRouter.delete("/session", asyncHandler(endSession));

async function startSession(req: Request, res: Response): Promise<void> {
  const session = withDeviceCookie(newCookieSession(req, res), res);
  const attempt = { ...parseInput(logInInput, req.body), deviceCookies: deviceCookiesOf(req) };
  const opened = await logIn(attempt, clientOf(req), session);
  res.json(await loginAnswer(opened, session));
}

async function getSession(req: Request, res: Response): Promise<void> {
  const { userId, sessionId } = authOf(req);
  const session = await findLiveSession(sessionId);
  if (!session) throw sessionHasEnded();
  const { id, createdAt, lastUsedAt } = session;
  const user = await getProfile(userId);
  res.json({ user, session: { id, createdAt, lastUsedAt, expiresAt: expiryOf(session) } });
}

/** Afterwards the browser has no session: so it is no error when it had none, or one that has ended. */
async function endSession(req: Request, res: Response): Promise<void> {
  if (!(await endCarriedSessions(req, res))) takeCookieAway(req, res);
  res.status(204).end();
}

function takeCookieAway(req: Request, res: Response): void {
  const kind = requireCookieKind(req);
  checkSameOrigin(req);
  clearSessionCookie(res, kind);
}
