import express, { type Request, type RequestHandler, type Response } from "express";
import { asyncHandler } from "../../middleware/async-handler.js";
import { newSession } from "../../middleware/authenticators.js";
import { clientOf } from "../../middleware/client.js";
import { jsonBody } from "../../middleware/json-body.js";
import { authOf, protectedRoute } from "../../middleware/jwt.js";
import { requireRecentLogin } from "../../middleware/recent-login.js";
import { loginName } from "../login-name.js";
import { reauthenticate } from "./reauthentication.js";

/** How old the login may be that changes the password, the name to log in with or the e-mail address, or deletes the account. */
const recentLogin = requireRecentLogin({ minutes: 10 });

/** `POST /reauthenticate`, and the guards in front of what takes a recent login. */
export const sudoRouter: express.Router = express.Router();

sudoRouter.post("/reauthenticate", protectedRoute, jsonBody, asyncHandler(stepUp));

sudoRouter.put("/password", recentLogin);
sudoRouter.delete("/me", recentLogin);
sudoRouter.patch("/me", protectedRoute, jsonBody, whenItChangesLogin(recentLogin));

async function stepUp(req: Request, res: Response): Promise<void> {
  const session = await newSession(req, res);
  const opened = await reauthenticate(authOf(req), req.body, clientOf(req), session);
  res.json(await session.deliver(opened.session));
}

/** What the owner logs in with, and what they get back in with. */
function whenItChangesLogin(guard: RequestHandler): RequestHandler {
  return (req, res, next) => {
    const body: unknown = req.body;
    const changesLogin = typeof body === "object" && body !== null && (loginName in body || "email" in body);
    return changesLogin ? guard(req, res, next) : next();
  };
}
