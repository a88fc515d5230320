import express, { type Request, type Response } from "express";
import { asyncHandler } from "../../middleware/async-handler.js";
import { loginAnswer, newSession } from "../../middleware/authenticators.js";
import { clientOf } from "../../middleware/client.js";
import { jsonBody } from "../../middleware/json-body.js";
import { authOf } from "../../middleware/jwt.js";
import { requireStrongestLogin } from "../../middleware/strongest-login.js";
import { removeFactor } from "../factors/factors.js";
import { answerChallenge } from "../factors/second-step.js";
import { parseInput } from "../input.js";
import { confirmInput, totpInput } from "./input.js";
import { totpKind } from "./kind.js";
import { confirmEnrolment, startEnrolment, totpCheck } from "./totp.js";

/** One-time passwords: to set, to log in with, and to remove. */
export const totpRouter: express.Router = express.Router();

const strongestLogin = requireStrongestLogin({ minutes: 10 });

totpRouter.post("/factors/totp", strongestLogin, asyncHandler(enrol));
totpRouter.post("/factors/totp/confirm", strongestLogin, jsonBody, asyncHandler(confirm));
totpRouter.delete("/factors/totp", strongestLogin, asyncHandler(remove));
totpRouter.post("/login/totp", jsonBody, asyncHandler(logInWithCode));

async function enrol(req: Request, res: Response): Promise<void> {
  res.status(201).json(await startEnrolment(authOf(req).userId));
}

async function confirm(req: Request, res: Response): Promise<void> {
  const { code } = parseInput(confirmInput, req.body);
  const session = await newSession(req, res);
  const opened = await confirmEnrolment(authOf(req), code, clientOf(req), session);
  res.json(await session.deliver(opened.session));
}

async function remove(req: Request, res: Response): Promise<void> {
  await removeFactor(authOf(req).userId, totpKind, clientOf(req));
  res.status(204).end();
}

async function logInWithCode(req: Request, res: Response): Promise<void> {
  const { challenge, code } = parseInput(totpInput, req.body);
  const session = await newSession(req, res);
  const answer = { challenge, kind: totpKind, check: await totpCheck(code) };
  res.json(await loginAnswer(await answerChallenge(answer, clientOf(req), session), session));
}
