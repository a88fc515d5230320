import type { Request } from "express";
import type { AuthClaims } from "../auth/session-claims.js";
import { bearerToken } from "./bearer-token.js";

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
export type Authenticator = (req: Request) => Promise<Auth | null>;

/** Everything that may authenticate a request, asked in order. An add-on appends its own. */
export const authenticators: Authenticator[] = [bearerToken];
