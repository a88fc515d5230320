import express, { type Request, type Response } from "express";
import { asyncHandler } from "../../middleware/async-handler.js";
import { clientOf } from "../../middleware/client.js";
import { jsonBody } from "../../middleware/json-body.js";
import { authOf, protectedRoute } from "../../middleware/jwt.js";
import { requireRecentLogin } from "../../middleware/recent-login.js";
import { AuthError } from "../errors.js";
import { parseInput } from "../input.js";
import { admitChange } from "../throttle.js";
import { carriedTokenOf } from "./authenticator.js";
import { newTokenInput } from "./input.js";
import { listTokens } from "./store.js";
import { issue, revoke } from "./tokens.js";

/** How old the login may be that makes a token, which outlives it. With second factors, the strongest that there is. */
const recentLogin = requireRecentLogin({ minutes: 10 });

/** Tokens with a key pair of their own, inside the module's path. */
export const keypairRouter: express.Router = express.Router();

keypairRouter.post("/keypair-tokens", recentLogin, jsonBody, asyncHandler(createToken));
keypairRouter.get("/keypair-tokens", protectedRoute, asyncHandler(getTokens));
keypairRouter.delete("/keypair-tokens/:id", protectedRoute, asyncHandler(endToken));

async function createToken(req: Request, res: Response): Promise<void> {
  const { name, expiresIn } = parseInput(newTokenInput, req.body);
  const { userId, sessionId } = authOf(req);
  await admitChange("keypair token", userId);
  const issued = await issue({ userId, provenBy: sessionId, name, lifeSeconds: expiresIn }, clientOf(req));
  res.status(201).json({ ...issued, tokenType: "Bearer" });
}

async function getTokens(req: Request, res: Response): Promise<void> {
  res.json({ tokens: await listTokens(authOf(req).userId) });
}

/** A token may end itself, and no other. */
async function endToken(req: Request, res: Response): Promise<void> {
  const id = String(req.params["id"]);
  const carried = carriedTokenOf(req);
  if (carried !== undefined && carried !== id) throw new AuthError("ForbiddenError");
  if (!(await revoke(id, authOf(req).userId, clientOf(req)))) throw new AuthError("NotFound");
  res.status(204).end();
}
