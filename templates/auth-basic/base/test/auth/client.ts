import "./test-environment.js";
import { randomBytes } from "node:crypto";
import type { Server } from "node:http";
import express from "express";
import request from "supertest";
import { expect } from "vitest";
import { AuthError, type ErrorCode, errorTable, shownCode } from "../../src/auth/errors.js";
import { type AuthEvent, eventSinks } from "../../src/auth/events.js";
import { loginChecks } from "../../src/auth/hooks.js";
import { canonicalLoginName, loginName } from "../../src/auth/login-name.js";
import { admitPasswordAttempt } from "../../src/auth/throttle.js";
import { challenges } from "../../src/middleware/authenticators.js";
import { protectedRoute } from "../../src/middleware/jwt.js";
import { authRouter, closeAuth } from "../../src/routes/auth.js";
import { prepareDatabase, releaseDatabase } from "./database.js";
import { nameWith } from "./login-names.js";
import { type Answer, type AnswerBody, match, type Tokens, tokensOf, userOf, withRefreshToken } from "./shapes.js";

export const password = "nine blue herons wade";

/** Everything that was logged, instead of on the console. */
export const events: AuthEvent[] = [];

let server: Server | undefined;

/** Starts an application with the module in it, on a database that is thrown away afterwards. */
export async function startAuth(): Promise<void> {
  await prepareDatabase();
  eventSinks.splice(0, eventSinks.length, (event) => void events.push(event));
  server = testApp().listen(0, "127.0.0.1");
  await new Promise((resolve) => server?.once("listening", resolve));
}

export async function stopAuth(): Promise<void> {
  await new Promise((resolve) => server?.close(resolve));
  await closeAuth();
  await releaseDatabase();
}

/** An application as a user would write it. It trusts X-Forwarded-For, so that each test can have an address of its own. */
function testApp(): express.Express {
  const app = express();
  app.set("trust proxy", true);
  app.use("/api/auth", authRouter);
  app.get("/orders", protectedRoute, (req, res) => {
    res.json(req.auth);
  });
  return app;
}

export interface Call {
  /** Sent as JSON; a string or buffer as it is. */
  body?: unknown;
  bearer?: string;
  /** The client's address; a new one for each call, so that the throttle counts it alone. */
  from?: string;
  headers?: Record<string, string>;
  /** Where the router is; "" for routes beside it. */
  mount?: string;
  /** Another application than the one of `startAuth`. */
  app?: express.Express;
}

/** One request: `call("POST /login", { body: credentials(name) })`. */
export async function call<Body = AnswerBody>(
  route: string,
  { body, bearer, from, headers, mount = "/api/auth", app }: Call = {},
): Promise<Answer<Body>> {
  const [method = "", path = ""] = route.split(" ");
  const target = app ?? server ?? testApp();
  const verb = method.toLowerCase() as "get" | "head" | "post" | "put" | "patch" | "delete";
  const asked = request(target)[verb](mount + path);
  const sent = asked.serialize(raw).set("X-Forwarded-For", from ?? newAddress());
  if (bearer !== undefined) sent.set("Authorization", `Bearer ${bearer}`);
  if (body !== undefined) sent.set("Content-Type", "application/json");
  if (headers) sent.set(headers);
  return body === undefined ? sent : sent.send(body as string | object);
}

/** What is sent of a body: JSON, but of a string or buffer just that. (supertest passes buffers on, without saying so.) */
function raw(body: unknown): string {
  return typeof body === "string" || Buffer.isBuffer(body) ? (body as string) : JSON.stringify(body);
}

export interface Person extends Tokens {
  id: string;
  /** What they log in with. */
  name: string;
}

/** The member of a body or an answer that says who it is about. */
export function named(name: string): Record<string, string> {
  return { [loginName]: name };
}

/** The body of a login. */
export function credentials(name: string, secret = password): Record<string, string> {
  return { ...named(name), password: secret };
}

/** Somebody who has just signed up, with `password`. */
export async function signUp(extra: Record<string, unknown> = {}): Promise<Person> {
  const name = newName();
  const answer = await call("POST /signup", { body: { ...credentials(name), ...extra } });
  expect(answer.status).toBe(201);
  const user = userOf(answer);
  return { ...tokensOf(answer), id: user.id, name: user.name };
}

export async function logIn(name: string, secret = password): Promise<Tokens> {
  const answer = await call("POST /login", { body: credentials(name, secret) });
  expect(answer.status).toBe(200);
  return tokensOf(answer);
}

export async function refresh(refreshToken: string): Promise<Answer> {
  return call("POST /refresh-token", withRefreshToken(refreshToken));
}

/** A name to log in with that nobody has. */
export function newName(): string {
  return nameWith(newWord());
}

export function newWord(): string {
  return `ada-${randomBytes(6).toString("hex")}`;
}

/** An address for documentation (RFC 9637), in a /64 of its own. */
export function newAddress(): string {
  return `3fff:0:${randomBytes(2).toString("hex")}:${randomBytes(2).toString("hex")}::1`;
}

/** Strangers from everywhere use up what they may guess at an account in a day. */
export async function underAttack(name: string): Promise<void> {
  const networks = Array.from({ length: 1_000 }, (_, index) => `3fff:fff:${index.toString(16)}::1`);
  const guess = (ip: string) => admitPasswordAttempt(canonicalLoginName(name), { ip, userAgent: null });
  const guesses = await Promise.allSettled(networks.map(guess));
  expect(guesses.filter(({ status }) => status === "fulfilled").length).toBeLessThanOrEqual(100);
  expectProblem(await call("POST /login", { body: credentials(name) }), "TooManyRequests");
}

/** The header that brings a device cookie back. */
export function deviceOf(answer: Answer): { Cookie: string } {
  const lines: string[] = [answer.headers["set-cookie"] ?? []].flat();
  const line = lines.find((one) => one.startsWith("__Host-device=")) ?? "";
  expect(line).toMatch(
    /^__Host-device=[\w-]{64}; Max-Age=34560000; Path=\/; Expires=[^;]+; HttpOnly; Secure; SameSite=Strict$/,
  );
  return { Cookie: line.split(";")[0] ?? "" };
}

/** The session that an access token belongs to. */
export function sessionOf(accessToken: string): string {
  const [, payload = ""] = accessToken.split(".");
  return (JSON.parse(Buffer.from(payload, "base64url").toString("utf8")) as { sid: string }).sid;
}

/** Both tokens open what they are for. */
export async function expectAlive({ accessToken, refreshToken }: Tokens): Promise<void> {
  expect((await call("GET /me", { bearer: accessToken })).status).toBe(200);
  expect((await call("POST /validate", withRefreshToken(refreshToken))).status).toBe(204);
}

/** Neither token opens anything. */
export async function expectDead({ accessToken, refreshToken }: Tokens): Promise<void> {
  expectProblem(await call("GET /me", { bearer: accessToken }), "InvalidAccessToken");
  expectProblem(await refresh(refreshToken), "ForbiddenError");
}

/** The answer is the documented problem `code`, and nothing more. With `path`, it names that member of the input. */
export function expectProblem(answer: Answer<unknown>, code: ErrorCode, path?: string): void {
  const { status, title } = errorTable[code];
  const { detail, errors = [], ...rest } = answer.body as AnswerBody;
  expect({ status: answer.status, code: rest.code }).toEqual({ status, code: shownCode(code) });
  expect(answer.headers["content-type"]).toMatch(/^application\/problem\+json/);
  expect(answer.headers["cache-control"]).toBe("no-store");
  expect(answer.headers["www-authenticate"]).toBe(challenge(code, status));
  expect(rest).toEqual({ type: "about:blank", title, status, code: shownCode(code) });
  expect(typeof detail).toBe("string");
  if (code === "ValidationError") expect(errors[0]).toEqual({ path: match.any(String), message: match.any(String) });
  if (path !== undefined) expect(errors.map((issue) => issue.path)).toContain(path);
  expect(answer.text).not.toMatch(
    /node_modules|\bat \S+:\d+|\bselect\b|\binsert\b|sqlite|drizzle|jwt |zod|\$2b\$|invalid (input|option|string)|received/i,
  );
}

/** RFC 6750, section 3: every 401 says how to authenticate, a bad token is told so, and nothing else is. */
function challenge(code: ErrorCode, status: number): string | undefined {
  if (code === "InvalidAccessToken") return ['Bearer error="invalid_token"', ...challenges].join(", ");
  return status === 401 ? ["Bearer", ...challenges].join(", ") : undefined;
}

/**
 * `attempt` sends the right password, and a login check refuses it: each time that counts as a guess, and the network it
 * comes from is not remembered as the owner's, which would be free of the account's limit.
 */
export async function expectRefusalsToCount(name: string, attempt: (from: string) => Promise<Answer>): Promise<void> {
  const [often, once] = [newAddress(), newAddress()];
  await whileChecksRefuse(async () => {
    expectProblem(await attempt(once), "ForbiddenError");
    for (let time = 1; time <= 10; time += 1) expectProblem(await attempt(often), "ForbiddenError");
    expectProblem(await attempt(often), "TooManyRequests");
  });
  const wrong = credentials(name, "a wrong password");
  await Promise.all(Array.from({ length: 89 }, () => call("POST /login", { body: wrong })));
  expectProblem(await attempt(once), "TooManyRequests");
}

export async function whileChecksRefuse(work: () => Promise<void>): Promise<void> {
  const refuse = () => Promise.reject(new AuthError("ForbiddenError"));
  loginChecks.push(refuse);
  try {
    await work();
  } finally {
    loginChecks.splice(loginChecks.indexOf(refuse), 1);
  }
}
