import type { Response } from "supertest";
import { expect } from "vitest";
import { loginName } from "../../src/auth/login-name.js";
import type { Auth } from "../../src/middleware/authenticators.js";
import type { Call } from "./client.js";
import { environment } from "./test-environment.js";

// What clients are answered, to the member, and where in an answer it stands. An answer that you change is changed here,
// and in no other test.

export interface Tokens {
  accessToken: string;
  refreshToken: string;
}

/** An answer, its body as JSON. What a route of your own answers is told by the test: `call<{ total: number }>(...)`. */
export interface Answer<Body = AnswerBody> extends Response {
  body: Body;
}

/** All that bodies hold: a user and their tokens, sessions, `req.auth`, a problem. Each route answers with some of it. */
export interface AnswerBody extends Tokens, Auth, Record<"code" | "detail", string> {
  expiresIn: number;
  user: UserBody;
  sessions: { id: string; current: boolean; ip: string | null }[];
  errors: { path: string; message: string }[];
}

type UserBody = Record<"id" | "createdAt" | typeof loginName, string> & Record<"email" | "displayName", string | null>;

/** vitest's matchers. As vitest types them, `any`, nothing that they are a part of would be checked. */
export const match: { [Name in Matcher]: (...of: Parameters<(typeof expect)[Name]>) => unknown } = expect;
type Matcher = "any" | "anything" | "stringMatching" | "stringContaining" | "objectContaining" | "arrayContaining";

const accessTokenSeconds = 15 * 60;

const noAddress = { email: null };

/** A user, with what a test knows of theirs. */
export function userShape(known: object = {}) {
  return {
    id: match.any(String),
    ...noAddress,
    [loginName]: match.any(String),
    displayName: null,
    createdAt: match.any(String),
    ...known,
  };
}

/** What a new session or a refresh gives its client. */
export function tokensShape() {
  return {
    accessToken: match.any(String),
    refreshToken: match.any(String),
    tokenType: "Bearer",
    expiresIn: accessTokenSeconds,
  };
}

/** What signup and login answer; `delivered` is how the session reaches its client. */
export function loginShape(user: object = {}, delivered: object = tokensShape()) {
  return { user: userShape(user), ...delivered };
}

/** The claims of an access token, with what a test knows of it. */
export function claimsShape(known: object = {}) {
  const { JWT_ISSUER: issuer } = environment;
  return {
    iss: issuer,
    aud: `${issuer}:client`,
    client_id: `${issuer}:client`,
    sub: match.any(String),
    sid: match.any(String),
    iat: match.any(Number),
    exp: match.any(Number),
    jti: match.any(String),
    auth_time: match.any(Number),
    amr: ["pwd"],
    ...known,
  };
}

/** What a protected route finds in `req.auth`. */
export function authShape(known: object = {}) {
  return {
    userId: match.any(String),
    sessionId: match.any(String),
    tokenId: match.any(String),
    expiresAt: match.any(Number),
    authTime: match.any(Number),
    amr: ["pwd"],
    ...known,
  };
}

/** What is stored behind the claims of a login with a password. */
export const storedClaims = { auth_time: new Date(), amr: "pwd" };

/** What another part of an application might put on a request. */
export const someAuth: Auth = {
  userId: "somebody",
  sessionId: "s",
  tokenId: "t",
  expiresAt: Math.floor(Date.now() / 1000) + 3600,
  authTime: Math.floor(Date.now() / 1000),
  amr: ["pwd"],
};

/** The tokens in an answer. */
export function tokensOf({ body }: Answer): Tokens {
  return { accessToken: body.accessToken, refreshToken: body.refreshToken };
}

/** Who has signed up or logged in; `name` is what they log in with. */
export function userOf({ body }: Answer): { id: string; name: string; createdAt: string } {
  return { ...body.user, name: body.user[loginName] };
}

/** How a client hands a refresh token back. */
export function withRefreshToken(refreshToken: string): Call {
  return { body: { refreshToken } };
}

/** The routes whose body has it, with a body. */
export const refreshTokenBodies: Record<string, Record<string, unknown>> = {
  "POST /refresh-token": { refreshToken: "x" },
  "POST /logout": { refreshToken: "x" },
  "POST /validate": { refreshToken: "x" },
};
