import type { Database } from "../db/client.js";
import { signAccessToken } from "./access-token.js";
import { config } from "./config.js";
import { AuthError } from "./errors.js";
import { type ClientInfo, emit } from "./events.js";
import { issueRefreshToken, newFamily, parseRefreshToken, type RefreshToken } from "./refresh-token.js";
import { markRevoked } from "./revocations.js";
import * as store from "./store.js";

/** What a client holds of a login. */
export interface Tokens {
  accessToken: string;
  refreshToken: string;
  tokenType: "Bearer";
  /** Seconds the access token lives. */
  expiresIn: number;
}

const idCharacters = 43;

/** A session that is about to start: the row, and how its client gets it once that is stored. */
export interface NewSession {
  row: store.SessionRow;
  /** The sessions of this client that end when this one is delivered. */
  replaces?: readonly string[];
  /** Runs in the transaction that stores it, before that, and again where the transaction does. */
  before?: (tx: Database) => Promise<void>;
  /** @returns what the answer says of the session. */
  deliver(stored: store.StoredSession): object | Promise<object>;
}

/** A session whose client holds tokens. */
export interface NewTokens extends NewSession {
  deliver(stored: store.StoredSession): Promise<Tokens>;
}

/** Whether `text` can be a session's id: nothing else is asked of the database. */
export function isSessionId(text: string): boolean {
  return text.length === idCharacters && /^[\w-]+$/.test(text);
}

export function newTokens(client: ClientInfo): NewTokens {
  const family = newFamily();
  return {
    row: { id: family.sessionId, ip: client.ip, userAgent: client.userAgent },
    deliver: (stored) => tokensOf(stored, family),
  };
}

/**
 * Exchanges a refresh token for the next one (RFC 9700, section 4.14.2): a spent one ends the login it came from.
 *
 * @throws AuthError "ForbiddenError" for a forged, spent, expired or revoked token.
 */
export async function rotate(refreshToken: string, client: ClientInfo): Promise<Tokens> {
  const token = genuine(refreshToken);
  const rotated = await store.rotateSession(token.sessionId, token.generation);
  if (rotated) return tokensOf(rotated, token);
  await endIfReused(token, client);
  const justRotated =
    config.refreshGraceSeconds > 0 && (await store.findJustRotated(token.sessionId, token.generation));
  if (justRotated) return tokensOf(justRotated, token);
  throw notValid();
}

/** @throws AuthError "ForbiddenError" unless the refresh token could be rotated now. */
export async function checkRefreshToken(refreshToken: string): Promise<void> {
  const token = genuine(refreshToken);
  if (!(await store.findCurrent(token.sessionId, token.generation))) throw notValid();
}

/** Ends the login of a genuine refresh token, the newest or a spent one; false for a forged token. */
export async function endByRefreshToken(refreshToken: string, client: ClientInfo): Promise<boolean> {
  const token = parseRefreshToken(refreshToken);
  if (token) await endOwnSession(token.sessionId, client);
  return token !== null;
}

/** Ends the login of a genuine token; one that has ended already stays as it is. */
export async function endOwnSession(sessionId: string, client: ClientInfo): Promise<void> {
  await endSession(sessionId, client);
  // Another process may have ended it a moment ago, and this one not have heard of that yet.
  markRevoked([sessionId]);
}

/** Ends one login, of that user if one is given; false when there is none to end. */
export async function endSession(sessionId: string, client: ClientInfo, userId?: string): Promise<boolean> {
  const ended = await store.revokeSession(sessionId, "logout", userId);
  if (!ended) return false;
  markRevoked([sessionId]);
  await emit({ event: "authn_logout", outcome: "success", userId: ended.userId, sessionId, client });
  return true;
}

/** Ends every login of the user, those in flight too. */
export async function endAllSessions(userId: string, client: ClientInfo): Promise<void> {
  markRevoked(await store.revokeAllSessions(userId, "logout-all"));
  await emit({ event: "authn_logout_all", outcome: "success", userId, client });
}

async function endIfReused({ sessionId, generation }: RefreshToken, client: ClientInfo): Promise<void> {
  const reused = await store.revokeReused(sessionId, generation);
  if (!reused) return;
  markRevoked([sessionId]);
  await emit({ event: "authn_token_reuse", outcome: "failure", userId: reused.userId, sessionId, client });
  throw notValid();
}

/** An access token never outlives its session. */
async function tokensOf(stored: store.StoredSession, { familyId, sessionId }: RefreshToken): Promise<Tokens> {
  const sessionSeconds = Math.floor((stored.absoluteExpiresAt.getTime() - Date.now()) / 1000);
  const expiresIn = Math.max(1, Math.min(config.accessTokenSeconds, sessionSeconds));
  return {
    accessToken: await signAccessToken(stored, expiresIn),
    refreshToken: issueRefreshToken({ familyId, sessionId, generation: stored.generation }),
    tokenType: "Bearer",
    expiresIn,
  };
}

function genuine(refreshToken: string): RefreshToken {
  const token = parseRefreshToken(refreshToken);
  if (!token) throw notValid();
  return token;
}

function notValid(): AuthError {
  return new AuthError("ForbiddenError", { detail: "The refresh token is not valid." });
}
