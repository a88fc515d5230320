import express, { type Request, type Response } from "express";
import { asyncHandler } from "../../middleware/async-handler.js";
import { loginAnswer, newSession } from "../../middleware/authenticators.js";
import { clientOf } from "../../middleware/client.js";
import { deviceCookiesOf } from "../../middleware/device-cookie.js";
import { jsonBody } from "../../middleware/json-body.js";
import { logInInput, parseInput } from "../input.js";
import { restoreAccount } from "./restore.js";

/** `POST /account/restore` takes and answers what a login does. */
export const restoreRouter: express.Router = express.Router();

restoreRouter.post("/account/restore", jsonBody, asyncHandler(restore));

async function restore(req: Request, res: Response): Promise<void> {
  const input = parseInput(logInInput, req.body);
  const session = await newSession(req, res);
  const attempt = { ...input, deviceCookies: deviceCookiesOf(req) };
  const opened = await restoreAccount(attempt, clientOf(req), session);
  res.json(await loginAnswer(opened, session));
}
