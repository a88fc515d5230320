import type { Request, Response } from "express";
import type { AuthClaims } from "../auth/access-claims.js";
import type { Opened } from "../auth/accounts.js";
import { type NewSession, newTokens } from "../auth/sessions.js";
import { bearerToken } from "./bearer-token.js";
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

/** The session to start for this request, when this is how its client is to hold it; null when not. */
export type SessionTransport = (req: Request, res: Response) => NewSession | null;

/** How a session may travel to its client, other than as tokens in the body. An add-on appends its own. */
export const sessionTransports: SessionTransport[] = [];

/** The session to start for this request: its client is known as a device of the owner's from then on. */
export function newSession(req: Request, res: Response): NewSession {
  return withDeviceCookie(transported(req, res), res);
}

function transported(req: Request, res: Response): NewSession {
  for (const transport of sessionTransports) {
    const session = transport(req, res);
    if (session) return session;
  }
  return newTokens(clientOf(req));
}

/** The body that answers a signup or a login: who it is, and what their client is handed of the session. */
export async function loginAnswer(opened: Opened, session: NewSession): Promise<object> {
  return { user: opened.user, ...(await session.deliver(opened.session)) };
}
