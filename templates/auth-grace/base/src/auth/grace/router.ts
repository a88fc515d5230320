import express, { type Request, type Response } from "express";
import { restoreAccount } from "./restore.js";
import { logInInput, parseInput } from "../input.js";
import { answer } from "../../middleware/async-handler.js";
import { clientOf } from "../../middleware/client.js";
import { jsonBody } from "../../middleware/json-body.js";
import { newSession } from "../../middleware/authenticators.js";

/** `POST /account/restore {username, password}`: answers as a login does. */
export const restoreRouter: express.Router = express.Router();

restoreRouter.post("/account/restore", jsonBody, answer(restore));

async function restore(req: Request, res: Response): Promise<void> {
  const input = parseInput(logInInput, req.body);
  res.json(await restoreAccount(input, clientOf(req), newSession(req, res)));
}
