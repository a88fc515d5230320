import express, { type Request, type Response } from "express";
import * as accounts from "../auth/accounts.js";
import { closers } from "../auth/close.js";
import { config } from "../auth/config.js";
import { AuthError } from "../auth/errors.js";
import * as inputs from "../auth/input.js";
import * as sessions from "../auth/sessions.js";
import { listSessions, ping } from "../auth/store.js";
import { asyncHandler } from "../middleware/async-handler.js";
import { endCarriedSessions, loginAnswer, newSession } from "../middleware/authenticators.js";
import { clientOf } from "../middleware/client.js";
import { deviceCookiesOf } from "../middleware/device-cookie.js";
import { jsonBody } from "../middleware/json-body.js";
import { authenticate, authOf, protectedRoute } from "../middleware/jwt.js";
import { logFailure, problemHandler } from "../middleware/problem.js";
import { addOnRouters, firstHandlers, lastHandlers } from "./add-on-routers.js";

/** Every path and status of the module. Mount it with `app.use("/api/auth", authRouter)`. */
export const authRouter: express.Router = express.Router();
export { closeAuth } from "../auth/close.js";
export { authRouter as router };

authRouter.use((_req, res, next) => {
  res.setHeader("Cache-Control", "no-store");
  next();
});

for (const handler of [...firstHandlers, ...addOnRouters]) authRouter.use(handler);

authRouter.post("/signup", jsonBody, asyncHandler(signUp));
authRouter.post("/login", jsonBody, asyncHandler(logIn));
authRouter.post("/refresh-token", jsonBody, asyncHandler(refresh));
authRouter.post("/logout", jsonBody, asyncHandler(logOut));
authRouter.post("/logout-all", protectedRoute, asyncHandler(logOutEverywhere));

authRouter.get("/me", protectedRoute, asyncHandler(getMe));
authRouter.patch("/me", protectedRoute, jsonBody, asyncHandler(updateMe));
authRouter.delete("/me", protectedRoute, jsonBody, asyncHandler(deleteMe));
authRouter.put("/password", protectedRoute, jsonBody, asyncHandler(changePassword));

authRouter.get("/sessions", protectedRoute, asyncHandler(getSessions));
authRouter.delete("/sessions/:id", protectedRoute, asyncHandler(endSession));

authRouter.post("/validate", jsonBody, asyncHandler(validate));
authRouter.get("/health", asyncHandler(health));

authRouter.use(...lastHandlers, problemHandler);

/** Missing tables, or no answer, are told half a second after a start. A process that has ended by then opens nothing. */
if (config.asksDatabaseAtStart) {
  const question = setTimeout(() => void ping().catch(logFailure), 500).unref();
  closers.unshift(() => clearTimeout(question));
}

async function signUp(req: Request, res: Response): Promise<void> {
  const input = inputs.parseInput(inputs.signUpInput, req.body);
  const session = await newSession(req, res);
  const opened = await accounts.signUp(input, clientOf(req), session);
  res.status(201).json(await loginAnswer(opened, session));
}

async function logIn(req: Request, res: Response): Promise<void> {
  const input = inputs.parseInput(inputs.logInInput, req.body);
  const session = await newSession(req, res);
  const attempt = { ...input, deviceCookies: deviceCookiesOf(req) };
  const opened = await accounts.logIn(attempt, clientOf(req), session);
  res.json(await loginAnswer(opened, session));
}

async function refresh(req: Request, res: Response): Promise<void> {
  const { refreshToken } = inputs.parseInput(inputs.refreshInput, req.body);
  res.json(await sessions.rotate(refreshToken, clientOf(req)));
}

/** Any genuine token ends its login, a spent or revoked one too, so that logging out twice is no error. */
async function logOut(req: Request, res: Response): Promise<void> {
  if (!(await endCarriedSessions(req, res, [endRefreshSession]))) throw new AuthError("NotAuthenticated");
  res.status(204).end();
}

async function endRefreshSession(req: Request): Promise<boolean> {
  const { refreshToken } = inputs.parseInput(inputs.optionalRefreshInput, req.body ?? {});
  return refreshToken !== undefined && sessions.endByRefreshToken(refreshToken, clientOf(req));
}

async function logOutEverywhere(req: Request, res: Response): Promise<void> {
  await sessions.endAllSessions(authOf(req).userId, clientOf(req));
  res.status(204).end();
}

async function getMe(req: Request, res: Response): Promise<void> {
  res.json({ user: await accounts.getProfile(authOf(req).userId) });
}

async function updateMe(req: Request, res: Response): Promise<void> {
  const input = inputs.parseInput(inputs.profileInput, req.body);
  res.json({ user: await accounts.updateProfile(authOf(req), input, clientOf(req)) });
}

async function deleteMe(req: Request, res: Response): Promise<void> {
  const { password } = inputs.parseInput(inputs.deleteInput, req.body);
  await accounts.deleteAccount(authOf(req), password, clientOf(req));
  res.status(204).end();
}

async function changePassword(req: Request, res: Response): Promise<void> {
  const input = inputs.parseInput(inputs.passwordInput, req.body);
  const session = await newSession(req, res);
  const opened = await accounts.changePassword(authOf(req), input, clientOf(req), session);
  res.json(await session.deliver(opened.session));
}

async function getSessions(req: Request, res: Response): Promise<void> {
  const { userId, sessionId } = authOf(req);
  const live = await listSessions(userId);
  res.json({ sessions: live.map((session) => ({ ...session, current: session.id === sessionId })) });
}

async function endSession(req: Request, res: Response): Promise<void> {
  const id = String(req.params["id"]);
  const ended = sessions.isSessionId(id) && (await sessions.endSession(id, clientOf(req), authOf(req).userId));
  if (!ended) throw new AuthError("NotFound");
  res.status(204).end();
}

async function validate(req: Request, res: Response): Promise<void> {
  const { refreshToken } = inputs.parseInput(inputs.optionalRefreshInput, req.body ?? {});
  await (refreshToken === undefined ? authenticate(req) : sessions.checkRefreshToken(refreshToken));
  res.status(204).end();
}

async function health(_req: Request, res: Response): Promise<void> {
  await ping();
  res.status(204).end();
}
