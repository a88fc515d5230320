import type { Request, RequestHandler } from "express";
import type { Auth, Authenticator, SessionEnder } from "../../middleware/authenticators.js";
import { clientOf } from "../../middleware/client.js";
import { authClaimsOf, claimsOf } from "../access-claims.js";
import { AuthError } from "../errors.js";
import { isKeypairToken } from "./compact.js";
import { check, revoke } from "./tokens.js";

const scheme = /^bearer\b/i;
/** All that a token opens of the module's own, in this one spelling: whom it speaks for, whether it is good, and its end. */
const openRoutes = [/^(GET|HEAD) \/me$/, /^POST \/validate$/, /^DELETE \/keypair-tokens\/[\w-]+$/];
/** Requests for the rest of it. Threat: a token that leaks must not be enough to take the account over. */
const closed = new WeakSet<Request>();
const carriedTokens = new WeakMap<Request, string>();

/**
 * The token of a request that sends one as a bearer. It opens the application's own protected routes; of the module's it
 * opens none but `openRoutes`, also of items that come later.
 */
export const keypairToken: Authenticator = (req) => {
  const text = tokenIn(req);
  return text === null ? null : authenticateToken(req, text);
};

/** Every route of the module is closed to tokens but those. */
export const closeToTokens: RequestHandler = (req, _res, next) => {
  const route = `${req.method} ${req.path}`;
  if (!openRoutes.some((open) => open.test(route))) closed.add(req);
  next();
};

/** A request that none of them has answered goes on to the application, whose routes are open. */
export const openToTokens: RequestHandler = (req, _res, next) => {
  closed.delete(req);
  next();
};

/** A logout with a token ends it. */
export const endCarriedToken: SessionEnder = async (req) => {
  const text = tokenIn(req);
  if (text === null) return false;
  const { payload } = await check(text);
  return revoke(payload.jti, payload.sub, clientOf(req));
};

/** The id of the token that authenticated the request, if it was one. */
export function carriedTokenOf(req: Request): string | undefined {
  return carriedTokens.get(req);
}

/** `Authorization: Bearer` (RFC 6750, section 2.1) with a token of this kind, good or not. */
function tokenIn({ headers: { authorization = "" } }: Request): string | null {
  if (!scheme.test(authorization.slice(0, "bearer ".length))) return null;
  const text = authorization.slice("bearer".length).trim();
  return isKeypairToken(text) ? text : null;
}

async function authenticateToken(req: Request, text: string): Promise<Auth> {
  const { payload, claims } = await check(text);
  if (closed.has(req)) throw isNotEnough();
  carriedTokens.set(req, payload.jti);
  const { sub: userId, jti, exp: expiresAt } = payload;
  return { userId, sessionId: jti, tokenId: jti, expiresAt, ...authClaimsOf(claimsOf(claims)) };
}

function isNotEnough(): AuthError {
  const wwwAuthenticate = 'Bearer error="insufficient_scope"';
  return new AuthError("ForbiddenError", { detail: "This takes a login: a token does not open it.", wwwAuthenticate });
}
