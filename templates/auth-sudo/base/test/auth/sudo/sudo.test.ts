import "../test-environment.js";
import { eq } from "drizzle-orm";
import express from "express";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AuthError } from "../../../src/auth/errors.js";
import type { Login } from "../../../src/auth/hooks.js";
import { loginIsAddress } from "../../../src/auth/login-name.js";
import { findCredentials, revokeAllSessions } from "../../../src/auth/store.js";
import { reauthenticationFactors } from "../../../src/auth/sudo/factors.js";
import { fromNow, now, read, write } from "../../../src/db/client.js";
import { sessions, users } from "../../../src/db/schema/auth.js";
import { protectedRoute } from "../../../src/middleware/jwt.js";
import { requireRecentLogin } from "../../../src/middleware/recent-login.js";
import {
  call,
  credentials,
  events,
  expectAlive,
  expectDead,
  expectProblem,
  logIn,
  named,
  newAddress,
  password,
  refresh,
  sessionOf,
  signUp,
  startAuth,
  stopAuth,
  underAttack,
  whileChecksRefuse,
} from "../client.js";
import { nameWith } from "../login-names.js";
import { match, someAuth, type Tokens, tokensOf, tokensShape } from "../shapes.js";

// What takes a recent login, and how an old one becomes recent again.
beforeAll(startAuth, 60_000);
afterAll(stopAuth, 60_000);

const challenge = 'Bearer error="insufficient_user_authentication", max_age="600"';
const newPassword = "ten grey geese waddle";

describe("requireRecentLogin", () => {
  test("lets a login of a moment ago pass, and says who it is", async () => {
    const ada = await signUp();
    const answer = await call("DELETE /shop", { app: shop, mount: "", bearer: ada.accessToken });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ userId: ada.id, sessionId: sessionOf(ada.accessToken) });
  });

  test("refuses a login of eleven minutes ago with the challenge of RFC 9470, and a refresh does not help", async () => {
    const ada = await signUp();
    await startedAgo(ada, 11);
    await expectTooOld("DELETE /shop", ada);
    const refreshed = tokensOf(await refresh(ada.refreshToken));
    await expectTooOld("DELETE /shop", refreshed);
    expect((await call("GET /orders", { mount: "", bearer: refreshed.accessToken })).status).toBe(200);
  });

  test("counts the minutes it is given", async () => {
    const ada = await signUp();
    await startedAgo(ada, 11);
    expect((await call("DELETE /flat", { app: shop, mount: "", bearer: ada.accessToken })).status).toBe(200);
    await startedAgo(ada, 21);
    const answer = await call("DELETE /flat", { app: shop, mount: "", bearer: ada.accessToken });
    expect(answer.headers["www-authenticate"]).toContain('max_age="1200"');
  });

  test("without a good login it answers as protectedRoute does, whatever the request says of itself", async () => {
    const ada = await signUp();
    await call("POST /logout", { bearer: ada.accessToken });
    for (const route of ["DELETE /shop", "DELETE /spoofed"]) {
      expectProblem(await call(route, { app: shop, mount: "" }), "NotAuthenticated");
      expectProblem(await call(route, { app: shop, mount: "", bearer: "x" }), "InvalidAccessToken");
      expectProblem(await call(route, { app: shop, mount: "", bearer: ada.accessToken }), "InvalidAccessToken");
    }
  });

  test("asks the database: a session that ended elsewhere a moment ago does not pass", async () => {
    const ada = await signUp();
    await write((db) => db.update(sessions).set({ revokedAt: now }).where(isSessionOf(ada)));
    expectProblem(await call("DELETE /shop", { app: shop, mount: "", bearer: ada.accessToken }), "InvalidAccessToken");
    const bob = await signUp();
    await write((db) => db.update(users).set({ disabledAt: now }).where(eq(users.id, bob.id)));
    expectProblem(await call("DELETE /shop", { app: shop, mount: "", bearer: bob.accessToken }), "InvalidAccessToken");
  });

  test("refuses minutes that are no number above 0 when the route is set up", () => {
    for (const minutes of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 1e12, "10" as unknown as number])
      expect(() => requireRecentLogin({ minutes })).toThrow(/minutes of requireRecentLogin must be a number above 0/);
  });
});

describe("POST /reauthenticate", () => {
  test("the password makes a recent login of an old one: a new session, in place of the one before", async () => {
    const ada = await signUp();
    await startedAgo(ada, 60);
    const answer = await stepUp(ada);
    expect(answer.status).toBe(200);
    expect(answer.headers["cache-control"]).toBe("no-store");
    expect(answer.body).toEqual(tokensShape());
    expect(sessionOf(tokensOf(answer).accessToken)).not.toBe(sessionOf(ada.accessToken));
    await expectDead(ada);
    await expectAlive(tokensOf(answer));
    const recent = await call("DELETE /shop", { app: shop, mount: "", bearer: tokensOf(answer).accessToken });
    expect(recent.status).toBe(200);
    expect(await reasonOf(ada)).toBe("replaced");
  });

  test("it is one login afterwards as before, other logins stay, and the log has it", async () => {
    const ada = await signUp();
    const phone = await logIn(ada.name);
    const { accessToken } = tokensOf(await stepUp(ada));
    const { body: list } = await call("GET /sessions", { bearer: accessToken });
    expect(list.sessions).toHaveLength(2);
    await expectAlive(phone);
    const event = events.find((one) => one.event === "authn_reauthentication" && one.userId === ada.id);
    expect(event).toMatchObject({ outcome: "success", sessionId: sessionOf(accessToken) });
  });

  test("a wrong password changes nothing, and is logged", async () => {
    const ada = await signUp();
    await startedAgo(ada, 60);
    expectProblem(await stepUp(ada, { password: "not the password" }), "WrongPassword");
    expect(events.at(-1)).toMatchObject({ event: "authn_password_change_fail", outcome: "failure", userId: ada.id });
    await expectTooOld("DELETE /shop", ada);
    await expectAlive(ada);
  });

  test("guesses are counted for the account, apart from those at its login; after ten the session ends", async () => {
    const ada = await signUp();
    const from = newAddress();
    const guess = () =>
      call("POST /reauthenticate", { bearer: ada.accessToken, from, body: { password: "not the password" } });
    for (let time = 1; time <= 10; time += 1) expectProblem(await guess(), "WrongPassword");
    expectProblem(await guess(), "TooManyRequests");
    await expectDead(ada);
    expect((await call("POST /login", { from, body: credentials(ada.name) })).status).toBe(200);
  });

  test("is enough thirty times an hour, and each of them is told", async () => {
    const ada = await signUp();
    let tokens: Tokens = ada;
    for (let time = 1; time <= 30; time += 1) tokens = tokensOf(await stepUp({ ...ada, ...tokens }));
    expectProblem(await stepUp({ ...ada, ...tokens }), "TooManyRequests");
    const told = events.filter(({ event, userId }) => event === "authn_reauthentication" && userId === ada.id);
    expect(told).toHaveLength(30);
  });

  test("works while strangers use up what can be guessed at the login", async () => {
    const ada = await signUp();
    await underAttack(ada.name);
    expect((await stepUp(ada)).status).toBe(200);
  });

  test("refused by a login check leaves the guess counted, and the network a stranger's", async () => {
    const { name, accessToken: bearer } = await signUp();
    const from = newAddress();
    const attempt = () => call("POST /reauthenticate", { bearer, from, body: { password } });
    await whileChecksRefuse(async () => {
      for (let time = 1; time <= 10; time += 1) expectProblem(await attempt(), "ForbiddenError");
      expectProblem(await attempt(), "TooManyRequests");
    });
    await underAttack(name);
    expectProblem(await call("POST /login", { body: credentials(name), from }), "TooManyRequests");
  });

  test("a body without a proof is bad input, and nobody gets in without a login", async () => {
    const ada = await signUp();
    for (const body of [{}, { passwort: password }])
      expectProblem(await stepUp(ada, body), "ValidationError", "password");
    for (const body of [{ password: 7 }, { password: null }, { password: "" }, { password: "\ud800" }])
      expectProblem(await stepUp(ada, body), "ValidationError", "password");
    for (const body of ["[]", '"x"', "{", '{"__proto__":{}}'])
      expectProblem(await stepUp(ada, body), "ValidationError");
    expectProblem(await call("POST /reauthenticate", { bearer: ada.accessToken }), "ValidationError");
    expectProblem(await call("POST /reauthenticate", { body: { password } }), "NotAuthenticated");
    await expectAlive(ada);
  });

  test("ten at once with one session: one wins, the others hear that it has ended, and one session is left", async () => {
    const ada = await signUp();
    const answers = await Promise.all(Array.from({ length: 10 }, () => stepUp(ada)));
    const won = answers.filter(({ status }) => status === 200);
    expect(won).toHaveLength(1);
    for (const answer of answers) if (answer.status !== 200) expectProblem(answer, "InvalidAccessToken");
    for (const answer of won) await expectAlive(tokensOf(answer));
    expect(await liveSessions(ada.id)).toBe(1);
  });

  test("leaves nothing when its session is ended after the password was checked", async () => {
    const ada = await signUp();
    const meanwhile = async () => {
      await write((db) => db.update(sessions).set({ revokedAt: now }).where(isSessionOf(ada)));
      return loginOf(ada.id);
    };
    await withFactor(meanwhile, async () => expectProblem(await stepUp(ada, {}), "InvalidAccessToken"));
    expect(await liveSessions(ada.id)).toBe(0);
  });

  test("leaves nothing when every session is ended after the password was checked", async () => {
    const ada = await signUp();
    const meanwhile = async () => {
      const login = await loginOf(ada.id);
      await revokeAllSessions(ada.id, "password");
      return login;
    };
    await withFactor(meanwhile, async () => expectProblem(await stepUp(ada, {}), "InvalidAccessToken"));
    expect(await liveSessions(ada.id)).toBe(0);
  });

  test("takes another proof that was appended to the list, and its refusal", async () => {
    const ada = await signUp();
    const code = async (userId: string, body: Readonly<Record<string, unknown>>) => {
      if (body["code"] === undefined) return null;
      if (body["code"] !== "123456") throw new AuthError("WrongPassword");
      return loginOf(userId);
    };
    await withFactor(code, async () => {
      expectProblem(await stepUp(ada, { code: "654321" }), "WrongPassword");
      expect((await stepUp(ada, { password: null, code: "123456" })).status).toBe(200);
    });
  });
});

describe("what takes a recent login", () => {
  const without = loginIsAddress ? named(nameWith(`eva-${Date.now()}`)) : { email: null };
  const guarded: [route: string, body: object, status: number][] = [
    ["PUT /password", { currentPassword: password, newPassword }, 200],
    ["PATCH /me", { email: "ada@example.org", currentPassword: password }, 200],
    ["PATCH /me/", { ...without, displayName: "Ada", currentPassword: password }, 200],
    ["PATCH /me", { ...named(nameWith(`eve-${Date.now()}`)), currentPassword: password }, 200],
    ["DELETE /ME", { password }, 204],
  ];

  test.each(guarded)(
    "%s is refused with an old login, password or not, and works after the step-up",
    async (route, body, status) => {
      const ada = await signUp();
      await startedAgo(ada, 11);
      await expectTooOld(route, ada, body);
      await logIn(ada.name);
      const recent = tokensOf(await stepUp(ada));
      expect((await call(route, { bearer: recent.accessToken, body })).status).toBe(status);
    },
  );

  test("the display name, and everything that only reads, does not", async () => {
    const ada = await signUp();
    await startedAgo(ada, 11);
    const renamed = await call("PATCH /me", { bearer: ada.accessToken, body: { displayName: "Ada L." } });
    expect(renamed.body.user).toMatchObject({ displayName: "Ada L." });
    await expectAlive(ada);
  });

  test("a body that is wrong gets the base's answer, also where it is parsed for the guard", async () => {
    const ada = await signUp();
    const send = (body: unknown) => call("PATCH /me", { bearer: ada.accessToken, body });
    expectProblem(await send("{"), "ValidationError");
    expectProblem(await send('{"email":null,"email":"x@example.org"}'), "ValidationError");
    expectProblem(await send('["email"]'), "ValidationError");
    expectProblem(await send({ email: "no address" }), "ValidationError", "email");
    expectProblem(await call("PATCH /me", { bearer: ada.accessToken }), "ValidationError");
    expectProblem(await call("PATCH /me", { body: { email: "x@example.org" } }), "NotAuthenticated");
  });
});

/** Routes of an application's own. `/spoofed` has code in front that claims to know who asks. */
const shop = express();
shop.set("trust proxy", true);
shop.delete("/shop", requireRecentLogin(), (req, res) => void res.json(req.auth));
shop.delete("/flat", protectedRoute, requireRecentLogin({ minutes: 20 }), (req, res) => void res.json(req.auth));
shop.delete(
  "/spoofed",
  (req, _res, next) => {
    req.auth = { ...someAuth, expiresAt: 9e9, authTime: 9e9 };
    next();
  },
  requireRecentLogin(),
  (req, res) => void res.json(req.auth),
);

function stepUp({ accessToken }: Tokens, body: unknown = { password }) {
  return call("POST /reauthenticate", { bearer: accessToken, body });
}

async function expectTooOld(route: string, { accessToken }: Tokens, body?: unknown): Promise<void> {
  const ours = !route.endsWith("/shop");
  const answer = await call(route, { bearer: accessToken, body, ...(ours ? {} : { app: shop, mount: "" }) });
  expect([answer.status, answer.headers["www-authenticate"]]).toEqual([403, challenge]);
  expect(answer.body).toMatchObject({
    code: "ForbiddenError",
    detail: match.stringContaining("within the last 10 min"),
  });
}

/** Makes the login look as if it had happened `minutes` ago. */
async function startedAgo(tokens: Tokens, minutes: number): Promise<void> {
  await write((db) =>
    db
      .update(sessions)
      .set({ createdAt: fromNow(-60 * minutes) })
      .where(isSessionOf(tokens)),
  );
}

async function reasonOf(tokens: Tokens): Promise<string | null | undefined> {
  const [row] = await read((db) => db.select().from(sessions).where(isSessionOf(tokens)));
  return row?.revokedReason;
}

async function liveSessions(userId: string): Promise<number> {
  const rows = await read((db) => db.select().from(sessions).where(eq(sessions.userId, userId)));
  return rows.filter(({ revokedAt }) => revokedAt === null).length;
}

function isSessionOf({ accessToken }: Tokens) {
  return eq(sessions.id, sessionOf(accessToken));
}

async function withFactor(factor: (typeof reauthenticationFactors)[number], work: () => Promise<void>): Promise<void> {
  reauthenticationFactors.push(factor);
  try {
    await work();
  } finally {
    reauthenticationFactors.pop();
  }
}

/** What another factor than the password would have proven. */
async function loginOf(id: string): Promise<Login | null> {
  const credentials = await findCredentials({ id });
  return credentials && { ...credentials, amr: ["otp"], accept: () => Promise.resolve() };
}
