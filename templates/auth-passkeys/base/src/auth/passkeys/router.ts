import express, { type Request, type Response } from "express";
import { asyncHandler } from "../../middleware/async-handler.js";
import { loginAnswer, newSession } from "../../middleware/authenticators.js";
import { clientOf } from "../../middleware/client.js";
import { jsonBody } from "../../middleware/json-body.js";
import { authOf, protectedRoute } from "../../middleware/jwt.js";
import { closers } from "../close.js";
import { config } from "../config.js";
import { AuthError } from "../errors.js";
import { parseInput } from "../input.js";
import { passkeyGuards } from "./guards.js";
import { loginInput, passkeySignUpInput, registerInput, renameInput, signUpOptionsInput } from "./input.js";
import { logInWithPasskey, loginOptions } from "./login.js";
import { sayOtherDomains } from "./other-domains.js";
import { registerPasskey, registrationOptions, removePasskey } from "./passkeys.js";
import { signUpOptions, signUpWithPasskey } from "./signup.js";
import { stepUpOptions } from "./step-up.js";
import { listPasskeys, renamePasskey } from "./store.js";

/** Passkeys: made, used, and kept in order by whose they are. */
export const passkeysRouter: express.Router = express.Router();

passkeysRouter.post("/passkeys/options", passkeyGuards, asyncHandler(getRegistrationOptions));
passkeysRouter.post("/passkeys", passkeyGuards, jsonBody, asyncHandler(register));
passkeysRouter.post("/passkeys/login/options", asyncHandler(getLoginOptions));
passkeysRouter.post("/passkeys/login", jsonBody, asyncHandler(logIn));
passkeysRouter.post("/passkeys/signup/options", jsonBody, asyncHandler(getSignUpOptions));
passkeysRouter.post("/passkeys/signup", jsonBody, asyncHandler(signUp));
passkeysRouter.post("/reauthenticate/passkey/options", protectedRoute, asyncHandler(getStepUpOptions));

passkeysRouter.get("/passkeys", protectedRoute, asyncHandler(getPasskeys));
passkeysRouter.get("/passkeys/:id", protectedRoute, asyncHandler(getPasskey));
passkeysRouter.patch("/passkeys/:id", protectedRoute, jsonBody, asyncHandler(rename));
passkeysRouter.delete("/passkeys/:id", passkeyGuards, asyncHandler(remove));

/** With another domain than before, everybody is locked out of their passkeys: told half a second after a start. */
if (config.asksDatabaseAtStart) {
  const question = setTimeout(() => void sayOtherDomains(), 500).unref();
  closers.unshift(() => clearTimeout(question));
}

async function getRegistrationOptions(req: Request, res: Response): Promise<void> {
  res.json({ publicKey: await registrationOptions(authOf(req).userId) });
}

async function register(req: Request, res: Response): Promise<void> {
  const input = parseInput(registerInput, req.body);
  res.status(201).json({ passkey: await registerPasskey(authOf(req), input, clientOf(req)) });
}

async function getLoginOptions(req: Request, res: Response): Promise<void> {
  res.json({ publicKey: await loginOptions(clientOf(req)) });
}

async function logIn(req: Request, res: Response): Promise<void> {
  const { passkey } = parseInput(loginInput, req.body);
  const session = await newSession(req, res);
  const opened = await logInWithPasskey(passkey, clientOf(req), session);
  res.json(await loginAnswer(opened, session));
}

async function getSignUpOptions(req: Request, res: Response): Promise<void> {
  const input = parseInput(signUpOptionsInput, req.body);
  res.json({ publicKey: await signUpOptions(input, clientOf(req)) });
}

async function signUp(req: Request, res: Response): Promise<void> {
  const input = parseInput(passkeySignUpInput, req.body);
  const session = await newSession(req, res);
  const opened = await signUpWithPasskey(input, clientOf(req), session);
  res.status(201).json(await loginAnswer(opened, session));
}

async function getStepUpOptions(req: Request, res: Response): Promise<void> {
  res.json({ publicKey: await stepUpOptions(authOf(req).userId) });
}

async function getPasskeys(req: Request, res: Response): Promise<void> {
  res.json({ passkeys: await listPasskeys(authOf(req).userId) });
}

async function getPasskey(req: Request, res: Response): Promise<void> {
  const passkey = (await listPasskeys(authOf(req).userId)).find(({ id }) => id === req.params["id"]);
  if (!passkey) throw new AuthError("NotFound");
  res.json({ passkey });
}

async function rename(req: Request, res: Response): Promise<void> {
  const { name } = parseInput(renameInput, req.body);
  const passkey = await renamePasskey(authOf(req).userId, passkeyIdIn(req), name);
  if (!passkey) throw new AuthError("NotFound");
  res.json({ passkey });
}

async function remove(req: Request, res: Response): Promise<void> {
  await removePasskey(authOf(req), passkeyIdIn(req), clientOf(req));
  res.status(204).end();
}

/** Postgres takes no NUL in a text: what can't be an id is none. */
function passkeyIdIn(req: Request): string {
  const id = String(req.params["id"]);
  return /^[\w-]{43}$/.test(id) ? id : "";
}
