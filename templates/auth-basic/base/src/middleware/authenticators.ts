import type { Request, Response } from "express";
import type { AuthClaims } from "../auth/access-claims.js";
import type { Opened } from "../auth/accounts.js";
import { AuthError, definitionOf } from "../auth/errors.js";
import { type NewSession, newTokens } from "../auth/sessions.js";
import { bearerToken, endBearerSession } from "./bearer-token.js";
import { clientOf } from "./client.js";
import { withDeviceCookie } from "./device-cookie.js";

/** Who a request speaks for, and what `access-claims.ts` adds to that. */
export interface Auth extends AuthClaims {
  readonly userId: string;
  readonly sessionId: string;
  /** The `jti` claim of the access token. */
  readonly tokenId: string;
  /** Seconds since the epoch. */
  readonly expiresAt: number;
  /** When the login happened, in seconds since the epoch, by the database's clock. */
  readonly authTime: number;
  /** How its owner was authenticated then (RFC 8176). */
  readonly amr: readonly string[];
}

/** Null when the request carries nothing of this kind; throws an AuthError when what it carries is not valid. */
export type Authenticator = (req: Request) => Auth | null | Promise<Auth | null>;

/** Everything that may authenticate a request, asked in order. An add-on appends its own. */
export const authenticators: Authenticator[] = [bearerToken];

/**
 * Asked before those, each for tokens of one kind in the header `Authorization`, and null for others: what a client says there
 * counts, whatever cookies its browser adds. An add-on appends its own.
 */
export const tokenKinds: Authenticator[] = [];

/** Challenges of a 401 beside that of RFC 6750. An add-on appends its own. */
export const challenges: string[] = [];

/** The session to start for this request, when this is how its client is to hold it; null when not. */
export type SessionTransport = (req: Request, res: Response) => NewSession | null;

/** How a session may travel to its client, other than as tokens in the body. An add-on appends its own. */
export const sessionTransports: SessionTransport[] = [];

/** What becomes of tokens that a request is about to get: bound to a key that it has proven to hold, say. */
export type TokenBinder = (tokens: NewSession, req: Request, res: Response) => NewSession | Promise<NewSession>;

/** Asked where no transport is meant. An add-on appends its own. */
export const tokenBinders: TokenBinder[] = [];

/** The session to start for this request: its client is known as a device of the owner's from then on. */
export async function newSession(req: Request, res: Response): Promise<NewSession> {
  return withDeviceCookie(await transported(req, res), res);
}

async function transported(req: Request, res: Response): Promise<NewSession> {
  for (const transport of sessionTransports) {
    const session = transport(req, res);
    if (session) return session;
  }
  let tokens: NewSession = newTokens(clientOf(req));
  for (const bind of tokenBinders) tokens = await bind(tokens, req, res);
  return tokens;
}

/** The body that answers a signup or a login: who it is, and what their client is handed of the session. */
export async function loginAnswer(opened: Opened, session: NewSession): Promise<object> {
  return { user: opened.user, ...(await session.deliver(opened.session)) };
}

/** Ends the session that a request carries in one way; false when it carries none. Throws an AuthError for one that is not good. */
export type SessionEnder = (req: Request, res: Response) => Promise<boolean>;

/** Everything that a logout ends. An add-on appends its own. */
export const sessionEnders: SessionEnder[] = [endBearerSession];

/**
 * Ends every session that the request carries. What is not good stops nothing: the others would live on, and their owner
 * believe that they are logged out.
 *
 * @returns false when it carries none; throws what was wrong when none was good.
 */
export async function endCarriedSessions(req: Request, res: Response, inBody: SessionEnder[] = []): Promise<boolean> {
  const refusals: AuthError[] = [];
  let ended = false;
  for (const end of [...inBody, ...sessionEnders]) {
    const outcome = await end(req, res).catch(refusalOf);
    if (outcome instanceof AuthError) refusals.push(outcome);
    else ended ||= outcome;
  }
  if (!ended && refusals[0]) throw refusals[0];
  return ended;
}

/** What the client sent was not good. An outage ended nothing, and is thrown. */
function refusalOf(error: unknown): AuthError {
  if (error instanceof AuthError && definitionOf(error.code).status < 500) return error as AuthError;
  throw error;
}
