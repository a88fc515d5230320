import type { Request } from "express";
import { bearerToken } from "./bearer-token.js";

/** Who a request speaks for. */
export interface Auth {
  readonly userId: string;
  readonly sessionId: string;
  /** The `jti` claim of the access token. */
  readonly tokenId: string;
  /** Seconds since the epoch. */
  readonly expiresAt: number;
}

/** Null when the request carries nothing of this kind; throws an AuthError when what it carries is not valid. */
export type Authenticator = (req: Request) => Promise<Auth | null>;

/** Everything that may authenticate a request, asked in order. An add-on appends its own. */
export const authenticators: Authenticator[] = [bearerToken];
