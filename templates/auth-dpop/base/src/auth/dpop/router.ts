import express, { type Request, type RequestHandler, type Response } from "express";
import { clientOf } from "../../middleware/client.js";
import { jsonBody } from "../../middleware/json-body.js";
import { AuthError } from "../errors.js";
import { invalid, optionalRefreshInput, parseInput, refreshInput } from "../input.js";
import { parseRefreshToken } from "../refresh-token.js";
import { checkRefreshToken, rotate } from "../sessions.js";
import { boundAuth, tokenIn } from "./authenticator.js";
import { boundTokens } from "./binder.js";
import { findBinding } from "./bindings.js";
import { fromBound } from "./bound-refresh-token.js";
import { dpopConfig } from "./config.js";
import { forwardedInput } from "./input.js";
import { hasProof, offerNonce, proofFor, proofOf, useProof } from "./proof-of-request.js";
import { forTokens, onRoutes } from "./refusals.js";
import { targetAt } from "./target.js";

/** What a refresh token of a session that is bound to a key is good for. Everything else is for the module's own routes. */
export const dpopRouter: express.Router = express.Router();

dpopRouter.post("/refresh-token", jsonBody, unlessAnswered(refreshBound));
dpopRouter.post("/validate", jsonBody, unlessAnswered(validateBound));
dpopRouter.post("/login", jsonBody, unlessAnswered(readDevice));

/** A refresh without the right proof is refused before the token is looked at: it is neither spent nor taken for reuse. */
async function refreshBound(req: Request, res: Response): Promise<boolean> {
  const { refreshToken } = parseInput(refreshInput, req.body);
  const token = await provenToken(req, refreshToken);
  if (token === null) return false;
  res.json(boundTokens(await rotate(token, clientOf(req))));
  return true;
}

async function validateBound(req: Request, res: Response): Promise<boolean> {
  const { refreshToken } = parseInput(optionalRefreshInput, req.body ?? {});
  if (refreshToken === undefined) return validateForwarded(req, res);
  const token = await provenToken(req, refreshToken);
  if (token === null) return false;
  await checkRefreshToken(token);
  res.status(204).end();
  return true;
}

/** A login may name its device by its last refresh token: a bound one with a proof of its key, or it names none. */
async function readDevice(req: Request): Promise<false> {
  const body = Object(req.body) as { refreshToken?: unknown };
  const token = typeof body.refreshToken === "string" && hasProof(req) ? fromBound(body.refreshToken) : null;
  if (token !== null && (await keyOf(token)) === proofOf(req, forTokens).thumbprint) body.refreshToken = token;
  return false;
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
 * The refresh token behind one of a bound session, whose key the request proves; null for any other.
 *
 * @throws AuthError where it is bound, and the request does not prove it; and where it is not, and has to be.
 */
async function provenToken(req: Request, refreshToken: string): Promise<string | null> {
  const token = fromBound(refreshToken);
  if (token === null) return refuseUnbound(req);
  const thumbprint = await keyOf(token);
  if (thumbprint === null) throw new AuthError("ForbiddenError", { detail: "The refresh token is not valid." });
  const proof = proofOf(req, forTokens);
  if (proof.thumbprint !== thumbprint) throw forTokens.invalid("The login is bound to another key.");
  await useProof(proof, forTokens);
  return token;
}

async function keyOf(refreshToken: string): Promise<string | null> {
  const token = parseRefreshToken(refreshToken);
  return token && findBinding(token.sessionId);
}

function refuseUnbound(req: Request): null {
  if (!dpopConfig.required) return null;
  offerNonce(req);
  throw new AuthError("ForbiddenError", { detail: "The login is bound to no key: log in again, with a DPoP proof." });
}

/** A handler that leaves to others what it answers `false` for. */
function unlessAnswered(handler: (req: Request, res: Response) => Promise<boolean>): RequestHandler {
  return (req, res, next) => {
    handler(req, res).then((isAnswered) => (isAnswered ? undefined : next()), next);
  };
}
