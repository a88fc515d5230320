import express, { type Request, type RequestHandler, type Response } from "express";
import { clientOf } from "../../middleware/client.js";
import { jsonBody } from "../../middleware/json-body.js";
import { AuthError } from "../errors.js";
import { invalid, optionalRefreshInput, parseInput, refreshInput } from "../input.js";
import { parseRefreshToken } from "../refresh-token.js";
import { checkRefreshToken, rotate } from "../sessions.js";
import { boundAuth, tokenIn } from "./authenticator.js";
import { findBinding } from "./bindings.js";
import { dpopConfig } from "./config.js";
import { forwardedInput } from "./input.js";
import { offerNonce, proofFor, proofOf, useProof } from "./proof-of-request.js";
import { forTokens, onRoutes } from "./refusals.js";
import { targetAt } from "./target.js";

/** What refreshes and `/validate` take of a session that is bound to a key. Everything else is for the module's own routes. */
export const dpopRouter: express.Router = express.Router();

dpopRouter.post("/refresh-token", jsonBody, unlessAnswered(refreshBound));
dpopRouter.post("/validate", jsonBody, unlessAnswered(validateBound));

/** A refresh without the right proof is refused before the token is looked at: it is neither spent nor taken for reuse. */
async function refreshBound(req: Request, res: Response): Promise<boolean> {
  const { refreshToken } = parseInput(refreshInput, req.body);
  if (!(await provesBoundKey(req, refreshToken))) return false;
  res.json({ ...(await rotate(refreshToken, clientOf(req))), tokenType: "DPoP" });
  return true;
}

async function validateBound(req: Request, res: Response): Promise<boolean> {
  const { refreshToken } = parseInput(optionalRefreshInput, req.body ?? {});
  if (refreshToken === undefined) return validateForwarded(req, res);
  if (!(await provesBoundKey(req, refreshToken))) return false;
  await checkRefreshToken(refreshToken);
  res.status(204).end();
  return true;
}

/** Another service asks about a request of its own: which one that was is for it to say, and never for a header of the client's. */
async function validateForwarded(req: Request, res: Response): Promise<boolean> {
  const { method, url } = parseInput(forwardedInput, req.body ?? {});
  const token = tokenIn(req);
  if (token === null || (method === undefined && url === undefined)) return false;
  const target = targetAt(method ?? "", url ?? "");
  if (!target?.method) throw invalid("url", "Send method and url of the request that the proof came with.");
  await boundAuth(token, () => proofFor(req, target, onRoutes));
  res.status(204).end();
  return true;
}

/**
 * Whether the session of a genuine refresh token is bound to a key, and the request proves that.
 *
 * @throws AuthError where it is bound, and the request does not prove it; and where it is not, and has to be.
 */
async function provesBoundKey(req: Request, refreshToken: string): Promise<boolean> {
  const token = parseRefreshToken(refreshToken);
  const thumbprint = token && (await findBinding(token.sessionId));
  if (!thumbprint) return refuseUnbound(req);
  const proof = proofOf(req, forTokens);
  if (proof.thumbprint !== thumbprint) throw forTokens.invalid("The login is bound to another key.");
  await useProof(proof, forTokens);
  return true;
}

function refuseUnbound(req: Request): false {
  if (!dpopConfig.required) return false;
  offerNonce(req);
  throw new AuthError("ForbiddenError", { detail: "The login is bound to no key: log in again, with a DPoP proof." });
}

/** A handler that leaves to others what it answers `false` for. */
function unlessAnswered(handler: (req: Request, res: Response) => Promise<boolean>): RequestHandler {
  return (req, res, next) => {
    handler(req, res).then((isAnswered) => (isAnswered ? undefined : next()), next);
  };
}
