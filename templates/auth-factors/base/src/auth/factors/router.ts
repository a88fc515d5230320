import express, { type Request, type Response } from "express";
import { asyncHandler } from "../../middleware/async-handler.js";
import { loginAnswer, newSession } from "../../middleware/authenticators.js";
import { clientOf } from "../../middleware/client.js";
import { jsonBody } from "../../middleware/json-body.js";
import { authOf, protectedRoute } from "../../middleware/jwt.js";
import { requireStrongestLogin } from "../../middleware/strongest-login.js";
import { emit } from "../events.js";
import { parseInput } from "../input.js";
import { listFactors } from "./factor-store.js";
import { recoveryCodeInput } from "./input.js";
import { recoveryCodeKind } from "./recovery-code-kind.js";
import { countCodes } from "./recovery-code-store.js";
import { recoveryCodeCheck, renewRecoveryCodes } from "./recovery-codes.js";
import { answerChallenge } from "./second-step.js";

/** What a user has of second factors, and the recovery codes that stand in for them. */
export const factorsRouter: express.Router = express.Router();

factorsRouter.get("/factors", protectedRoute, asyncHandler(getFactors));
factorsRouter.post("/recovery-codes", requireStrongestLogin(), asyncHandler(renewCodes));
factorsRouter.post("/login/recovery-code", jsonBody, asyncHandler(logInWithCode));

async function getFactors(req: Request, res: Response): Promise<void> {
  const { userId } = authOf(req);
  res.json({ factors: await listFactors(userId), recoveryCodes: await countCodes(userId) });
}

async function renewCodes(req: Request, res: Response): Promise<void> {
  res.status(201).json({ recoveryCodes: await renewRecoveryCodes(authOf(req).userId, clientOf(req)) });
}

async function logInWithCode(req: Request, res: Response): Promise<void> {
  const { challenge, code } = parseInput(recoveryCodeInput, req.body);
  const client = clientOf(req);
  const session = await newSession(req, res);
  const answer = { challenge, kind: recoveryCodeKind, check: recoveryCodeCheck(code) };
  const opened = await answerChallenge(answer, client, session);
  const userId = opened.user.id;
  const reason = `${await countCodes(userId)} left`;
  await emit({ event: "authn_recovery_code_used", outcome: "success", userId, reason, client });
  res.json(await loginAnswer(opened, session));
}
