import express, { type Request, type Response } from "express";
import { asyncHandler } from "../../middleware/async-handler.js";
import type { Auth } from "../../middleware/authenticators.js";
import { clientOf } from "../../middleware/client.js";
import { setDeviceCookie } from "../../middleware/device-cookie.js";
import { jsonBody } from "../../middleware/json-body.js";
import { authenticate, authOf, protectedRoute } from "../../middleware/jwt.js";
import { AuthError } from "../errors.js";
import { parseInput } from "../input.js";
import { onTraffic } from "../jobs/traffic.js";
import { startMail } from "./dispatch.js";
import * as email from "./email.js";
import { forgotInput, resetInput, tokenInput, verifyInput } from "./input.js";

/** Addresses that are proven, and passwords that were forgotten. Every link is used by a POST: mail scanners follow GETs. */
export const emailRouter: express.Router = express.Router();

// After a restart, the first request sends what was left; later ones send what another process has left since.
emailRouter.use(onTraffic(startMail));

emailRouter.post("/email/verification", protectedRoute, asyncHandler(sendVerification));
emailRouter.post("/email/verify", jsonBody, asyncHandler(verifyEmail));
emailRouter.post("/email/revert", jsonBody, asyncHandler(revertEmail));
emailRouter.post("/password/forgot", jsonBody, asyncHandler(forgotPassword));
emailRouter.post("/password/reset", jsonBody, asyncHandler(resetPassword));

async function sendVerification(req: Request, res: Response): Promise<void> {
  await email.sendVerification(authOf(req).userId, clientOf(req));
  res.status(202).json({});
}

async function verifyEmail(req: Request, res: Response): Promise<void> {
  const input = parseInput(verifyInput, req.body);
  const spent = await email.verifyEmail(input, clientOf(req), await sessionOf(req));
  setDeviceCookie(res, spent);
  const { setPasswordToken } = spent;
  if (setPasswordToken === undefined) res.status(204).end();
  else res.json({ setPasswordToken });
}

/** Null for who is not logged in, or not any more: people open their mail on another device too. */
async function sessionOf(req: Request): Promise<Auth | null> {
  try {
    return await authenticate(req);
  } catch (error) {
    if (error instanceof AuthError && error.code !== "ServiceUnavailable") return null;
    throw error;
  }
}

async function revertEmail(req: Request, res: Response): Promise<void> {
  setDeviceCookie(res, await email.revertEmail(parseInput(tokenInput, req.body).token, clientOf(req)));
  res.status(204).end();
}

async function forgotPassword(req: Request, res: Response): Promise<void> {
  await email.forgotPassword(parseInput(forgotInput, req.body), clientOf(req));
  res.status(202).json({});
}

async function resetPassword(req: Request, res: Response): Promise<void> {
  setDeviceCookie(res, await email.resetPassword(parseInput(resetInput, req.body), clientOf(req)));
  res.status(204).end();
}
