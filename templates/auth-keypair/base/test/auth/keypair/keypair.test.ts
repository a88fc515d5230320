import "./environment.js";
import { eq } from "drizzle-orm";
import express from "express";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { readUnverifiedId } from "../../../src/auth/keypair/compact.js";
import { forgetTokens } from "../../../src/auth/keypair/forget-tokens.js";
import { mostLifeSeconds, mostTokens } from "../../../src/auth/keypair/limits.js";
import { issue } from "../../../src/auth/keypair/tokens.js";
import { purge } from "../../../src/auth/purge.js";
import { fromNow, read, write } from "../../../src/db/client.js";
import { sessions, users } from "../../../src/db/schema/auth.js";
import { keypairTokens } from "../../../src/db/schema/auth-keypair.js";
import { protectedRoute } from "../../../src/middleware/jwt.js";
import { requireRecentLogin } from "../../../src/middleware/recent-login.js";
import { authRouter } from "../../../src/routes/auth.js";
import {
  call,
  events,
  expectProblem,
  logIn,
  type Person,
  password,
  sessionOf,
  signUp,
  startAuth,
  stopAuth,
} from "../client.js";
import { duringOutage } from "../database.js";
import { type Answer, authShape, match } from "../shapes.js";
import { plant } from "./planted.js";

// Tokens over HTTP: who gets one, what it opens, and what ends it.

interface Token {
  token: string;
  id: string;
  name: string;
  createdAt: string;
  expiresAt: string;
}

interface Body extends Token {
  tokens: Omit<Token, "token">[];
  detail: string;
  code: string;
}

const insufficientScope = 'Bearer error="insufficient_scope"';

let ada: Person;

beforeAll(startAuth, 60_000);
afterAll(stopAuth, 60_000);
beforeEach(async () => {
  ada = await signUp();
}, 60_000);

describe("POST /keypair-tokens", () => {
  test("answers a login of a moment ago with a token, which opens the application's routes and says who it is", async () => {
    const answer = await create(ada.accessToken);
    expect(answer.status).toBe(201);
    expect(answer.headers["cache-control"]).toBe("no-store");
    const { token, id, expiresAt } = answer.body;
    expect(answer.body).toEqual({
      token: match.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
      id: readUnverifiedId(token),
      name: "deploys",
      createdAt: match.any(String),
      expiresAt: match.any(String),
      tokenType: "Bearer",
    });
    const opened = await orders(token);
    expect(opened.status).toBe(200);
    const known = {
      userId: ada.id,
      sessionId: id,
      tokenId: id,
      amr: ["token"],
      expiresAt: Date.parse(expiresAt) / 1000,
    };
    expect(opened.body).toEqual(authShape(known));
  });

  test("takes a login of the last minutes", async () => {
    const old = fromNow(-11 * 60);
    const mine = eq(sessions.id, sessionOf(ada.accessToken));
    await write((db) => db.update(sessions).set({ createdAt: old }).where(mine));
    const answer = await create(ada.accessToken);
    expect(answer.status).toBe(403);
    expect(answer.headers["www-authenticate"]).toContain("insufficient_user_authentication");
    const again = await logIn(ada.name);
    expect((await create(again.accessToken)).status).toBe(201);
  });

  test("takes no token of this kind, and nothing else that is no login", async () => {
    const { token } = await made(ada);
    await expectClosed("POST /keypair-tokens", token, { name: "more", expiresIn: 60 });
    expectProblem(await create(undefined), "NotAuthenticated");
    expectProblem(await create("x.y.z"), "InvalidAccessToken");
  });

  test.each<[string, unknown, string]>([
    ["no name", { expiresIn: 60 }, "name"],
    ["an empty name", { name: "", expiresIn: 60 }, "name"],
    ["a name of which nothing shows", { name: "\u200b", expiresIn: 60 }, "name"],
    ["a name with a line break", { name: "a\nb", expiresIn: 60 }, "name"],
    ["a name that is too long", { name: "a".repeat(101), expiresIn: 60 }, "name"],
    ["no life", { name: "a" }, "expiresIn"],
    ["a life of nothing", { name: "a", expiresIn: 0 }, "expiresIn"],
    ["a life that is a text", { name: "a", expiresIn: "60" }, "expiresIn"],
    ["a life of a part of a second", { name: "a", expiresIn: 1.5 }, "expiresIn"],
    ["a life of more than a year", { name: "a", expiresIn: mostLifeSeconds + 1 }, "expiresIn"],
  ])("with %s is refused (B4)", async (_what, body, path) => {
    expectProblem(await call("POST /keypair-tokens", { bearer: ada.accessToken, body }), "ValidationError", path);
  });

  test("makes thirty an hour, and a user has a hundred", async () => {
    const answers = await Promise.all(Array.from({ length: 31 }, () => create(ada.accessToken)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(30);
    for (const refused of answers.filter(({ status }) => status !== 201)) expectProblem(refused, "TooManyRequests");
    const bob = await signUp();
    const life = { userId: bob.id, lifeSeconds: 60 };
    await Promise.all(Array.from({ length: mostTokens - 1 }, () => issue(life)));
    const last = await Promise.all([create(bob.accessToken), create(bob.accessToken), create(bob.accessToken)]);
    expect(last.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    expect(last.find(({ status }) => status === 409)?.body.code).toBe("TooManyKeypairTokens");
  });
});

describe("a token", () => {
  test("is one of the user's own in their list, without what it opens with", async () => {
    const [first, second] = [await made(ada, "first"), await made(ada, "second")];
    await made(await signUp(), "somebody else's");
    const { body } = await call<Body>("GET /keypair-tokens", { bearer: ada.accessToken });
    expect(body.tokens.map(({ name }) => name).sort()).toEqual(["first", "second"]);
    for (const { token, ...shown } of [first, second]) {
      expect(body.tokens).toContainEqual(match.objectContaining({ id: shown.id, expiresAt: shown.expiresAt }));
      expect(JSON.stringify(body)).not.toContain(token.split(".")[2]);
    }
  });

  const body = { username: "x", currentPassword: password, newPassword: "ten grey geese waddle", password };
  test("opens GET /me, which says whom it speaks for, in that one spelling", async () => {
    const { token } = await made(ada);
    const { status, body } = await call<{ user: object }>("GET /me", { bearer: token });
    expect([status, body.user]).toEqual([200, match.objectContaining({ id: ada.id })]);
    expect((await call("HEAD /me", { bearer: token })).status).toBe(200);
    for (const path of ["/ME", "/me/", "/%6de"]) {
      const answer = await call(`GET ${path}`, { bearer: token });
      expect([403, 404]).toContain(answer.status);
    }
  });

  test.each([
    "PATCH /me",
    "DELETE /me",
    "PUT /password",
    "GET /sessions",
    `DELETE /sessions/${"a".repeat(43)}`,
    "POST /logout-all",
    "POST /reauthenticate",
    "GET /keypair-tokens",
    "POST /keypair-tokens",
  ])("does not open %s", async (route) => {
    const { token } = await made(ada);
    await expectClosed(route, token, /^(GET|DELETE \/sessions)/.test(route) ? undefined : body);
    expect((await orders(token)).status).toBe(200);
    expect((await call("GET /me", { bearer: ada.accessToken })).status).toBe(200);
  });

  test("opens no route of the module that takes a login, of whatever item, but those that say whether it is good and whose", async () => {
    const opened: string[] = [];
    for (const route of routesOf(authRouter as unknown as Layers)) {
      if ((await call(route)).status !== 401) continue;
      const { token } = await made(await signUp());
      const { status } = await call(route, { bearer: token });
      const isLogout = status === 204 && (await orders(token)).status !== 200;
      if (status !== 403 && !isLogout) opened.push(route);
    }
    expect(opened.sort()).toEqual(["GET /me", "POST /validate"]);
  });

  test("opens what an application has below the module's path, and beside it at the root", async () => {
    const { token } = await made(ada);
    for (const mount of ["/api/auth", "/"]) {
      const app = express()
        .use(mount, authRouter)
        .get(`${mount === "/" ? "" : mount}/invoices`, protectedRoute, (req, res) => void res.json(req.auth));
      const asked = { app, bearer: token, mount: mount === "/" ? "" : mount };
      expect((await call("GET /invoices", asked)).status).toBe(200);
      expect((await call("GET /sessions", asked)).status).toBe(403);
    }
  });

  test("is kept out behind a guard of the whole application too", async () => {
    const { token } = await made(ada);
    const app = express().use(protectedRoute).use("/api/auth", authRouter);
    expect((await call("GET /sessions", { app, bearer: token })).status).toBe(403);
  });

  test("is no login to a route of the application's that takes a recent one", async () => {
    const { token } = await made(ada);
    const app = express().delete("/shop", requireRecentLogin(), (_req, res) => void res.json({}));
    const answer = await call("DELETE /shop", { app, mount: "", bearer: token });
    expectProblem(answer, "ForbiddenError");
  });

  test("is told good or not to services in other languages by POST /validate", async () => {
    const { token, id } = await made(ada);
    expect((await call("POST /validate", { bearer: token })).status).toBe(204);
    await end(id, ada.accessToken);
    expectProblem(await call("POST /validate", { bearer: token }), "InvalidAccessToken");
  });

  test("is taken from the header alone, in any case of its scheme", async () => {
    const { token } = await made(ada);
    const app = express().get("/orders", protectedRoute, (_req, res) => void res.json({}));
    const withHeader = (value: string) => call("GET /orders", { app, mount: "", headers: { Authorization: value } });
    for (const scheme of ["Bearer", "bearer", "BEARER"])
      expect((await withHeader(`${scheme} ${token}`)).status).toBe(200);
    for (const value of [token, `Basic ${token}`]) expectProblem(await withHeader(value), "NotAuthenticated");
    expectProblem(await call(`GET /orders?access_token=${token}`, { app, mount: "" }), "NotAuthenticated");
  });

  test("that is not good is refused everywhere, as an access token is", async () => {
    const { token } = await made(ada);
    for (const bad of [`${token}.extra`, `${token}A`, token.slice(0, -2), `${token.slice(0, -1)}.`]) {
      expectProblem(await orders(bad), "InvalidAccessToken");
      expectProblem(await call("GET /me", { bearer: bad }), "InvalidAccessToken");
    }
    expectProblem(
      await orders((await plant(ada.id, { says: { exp: 1 }, pins: { exp: 1 } })).token),
      "InvalidAccessToken",
    );
  });
});

describe("the end of a token", () => {
  test("is DELETE by its owner, who can do it once and with no other's", async () => {
    const [mine, other] = [await made(ada), await made(ada)];
    const bob = await signUp();
    expectProblem(await end(mine.id, bob.accessToken), "NotFound");
    expect((await end(mine.id, ada.accessToken)).status).toBe(204);
    expectProblem(await orders(mine.token), "InvalidAccessToken");
    expectProblem(await end(mine.id, ada.accessToken), "NotFound");
    for (const id of ["x", "a".repeat(22), "%00", "..%2f.."]) expectProblem(await end(id, ada.accessToken), "NotFound");
    expect((await orders(other.token)).status).toBe(200);
  });

  test("is its own to make, and that of no other token", async () => {
    const [mine, other] = [await made(ada), await made(ada)];
    expectProblem(await end(other.id, mine.token), "ForbiddenError");
    expect((await end(mine.id, mine.token)).status).toBe(204);
    expectProblem(await end(mine.id, mine.token), "InvalidAccessToken");
    expect((await orders(other.token)).status).toBe(200);
  });

  test("is a logout with it, which ends no session", async () => {
    const { token } = await made(ada);
    expect((await call("POST /logout", { bearer: token })).status).toBe(204);
    expectProblem(await orders(token), "InvalidAccessToken");
    expectProblem(await call("POST /logout", { bearer: token }), "InvalidAccessToken");
    expect((await call("GET /me", { bearer: ada.accessToken })).status).toBe(200);
  });

  test("is not the end of the login that it was made with", async () => {
    const { token } = await made(ada);
    expect((await call("POST /logout", { bearer: ada.accessToken })).status).toBe(204);
    expect((await orders(token)).status).toBe(200);
  });

  const newPassword = "ten grey geese waddle";
  test.each<[string, () => Promise<unknown>]>([
    [
      "a new password",
      () => call("PUT /password", { bearer: ada.accessToken, body: { currentPassword: password, newPassword } }),
    ],
    ["POST /logout-all", () => call("POST /logout-all", { bearer: ada.accessToken })],
    ["the end of the account", () => call("DELETE /me", { bearer: ada.accessToken, body: { password } })],
    [
      "a barred account",
      () => write((db) => db.update(users).set({ disabledAt: new Date() }).where(eq(users.id, ada.id))),
    ],
  ])("is %s, for all of a user's, at the next request (B11)", async (_what, work) => {
    const bob = await made(await signUp());
    const tokens = [await made(ada), await made(ada)];
    for (const { token } of tokens) expect((await orders(token)).status).toBe(200);
    await work();
    for (const { token } of tokens) expectProblem(await orders(token), "InvalidAccessToken");
    expect((await orders(bob.token)).status).toBe(200);
  });

  test("by a password change reaches a token that is made at the same time (B11)", async () => {
    for (let round = 0; round < 5; round += 1) {
      const bob = await signUp();
      const body = { currentPassword: password, newPassword };
      const making = Promise.all(Array.from({ length: 10 }, () => create(bob.accessToken)));
      expect((await call("PUT /password", { bearer: bob.accessToken, body })).status).toBe(200);
      for (const { body: made } of await making)
        if (made.token !== undefined) expectProblem(await orders(made.token), "InvalidAccessToken");
    }
  });
});

test("an outage is 503, for routes and for new tokens, and opens nothing (B6)", async () => {
  const { token, id } = await made(ada);
  await duringOutage(async () => {
    expectProblem(await orders(token), "ServiceUnavailable");
    expectProblem(await call("GET /me", { bearer: token }), "ServiceUnavailable");
    expectProblem(await end(id, token), "ServiceUnavailable");
  });
  expect((await orders(token)).status).toBe(200);
});

test("events tell of each token that is made or ended, and hold none of it", async () => {
  events.length = 0;
  const { token, id } = await made(ada);
  await end(id, ada.accessToken);
  const told = events.filter(({ event }) => event.startsWith("authn_token_"));
  expect(told).toEqual([
    match.objectContaining({ event: "authn_token_created", outcome: "success", userId: ada.id }),
    match.objectContaining({ event: "authn_token_revoked", outcome: "success", userId: ada.id }),
  ]);
  expect(told[0]?.sessionId).toBe(sessionOf(ada.accessToken));
  expect(JSON.stringify(events)).not.toContain(token.split(".")[2]);
});

test("a purge deletes what has expired or ended with everything, and leaves what is live", async () => {
  const [live, expired] = [await made(ada), await made(ada)];
  const bob = await signUp();
  const ended = await made(bob);
  await call("POST /logout-all", { bearer: bob.accessToken });
  const past = { expiresAt: fromNow(-1) };
  await write((db) => db.update(keypairTokens).set(past).where(eq(keypairTokens.id, expired.id)));
  const { deleted } = await purge();
  expect(deleted["keypair tokens"]).toBeGreaterThanOrEqual(2);
  const left = await read((db) => db.select({ id: keypairTokens.id }).from(keypairTokens));
  const ids = left.map(({ id }) => id);
  expect(ids).toContain(live.id);
  for (const { id } of [expired, ended]) expect(ids).not.toContain(id);
});

test("with a deleted account go the names of its tokens", async () => {
  const [{ id }, other] = [await made(ada, "a name of somebody"), await made(await signUp())];
  await forgetTokens({ event: "user_deleted", outcome: "success", userId: ada.id });
  const left = await read((db) => db.select({ id: keypairTokens.id }).from(keypairTokens));
  expect(left.map((row) => row.id)).not.toContain(id);
  expect(left.map((row) => row.id)).toContain(other.id);
});

/** What Express keeps of a router. */
interface Layers {
  stack: { route?: { path: string; methods: Record<string, boolean> }; handle: Partial<Layers> }[];
}

function routesOf({ stack }: Layers): string[] {
  const routes = stack.flatMap(({ route, handle }) => {
    if (!route) return handle.stack ? routesOf({ stack: handle.stack }) : [];
    const path = route.path.replace(/:\w+/g, "a".repeat(22));
    return Object.keys(route.methods).map((method) => `${method.toUpperCase()} ${path}`);
  });
  return [...new Set(routes)];
}

function create(bearer: string | undefined, name = "deploys"): Promise<Answer<Body>> {
  return call<Body>("POST /keypair-tokens", {
    ...(bearer === undefined ? {} : { bearer }),
    body: { name, expiresIn: 600 },
  });
}

async function made({ accessToken }: { accessToken: string }, name?: string): Promise<Token> {
  const answer = await create(accessToken, name);
  expect(answer.status).toBe(201);
  return answer.body;
}

function orders(bearer: string): Promise<Answer> {
  return call("GET /orders", { mount: "", bearer });
}

function end(id: string, bearer: string): Promise<Answer> {
  return call(`DELETE /keypair-tokens/${id}`, { bearer });
}

async function expectClosed(route: string, bearer: string, body?: unknown): Promise<void> {
  const answer = await call(route, { bearer, ...(body === undefined ? {} : { body }) });
  expect(answer.status).toBe(403);
  expect(answer.body.code).toBe("ForbiddenError");
  expect(answer.headers["www-authenticate"]).toBe(insufficientScope);
}
