import "./auth/test-environment.js";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { signAccessToken } from "../src/auth/access-token.js";
import { AuthError } from "../src/auth/errors.js";
import { loginChecks, profileChanges } from "../src/auth/hooks.js";
import { loginIsAddress } from "../src/auth/login-name.js";
import { issueRefreshToken, parseRefreshToken } from "../src/auth/refresh-token.js";
import { revokeAllSessions, revokeEveryone } from "../src/auth/store.js";
import { fromNow, migrateDatabase, now, read, write } from "../src/db/client.js";
import { migrations } from "../src/db/migrations/index.js";
import { sessions, users } from "../src/db/schema/auth.js";
import {
  call,
  credentials,
  events,
  expectAlive,
  expectDead,
  expectProblem,
  logIn,
  named,
  newName,
  newWord,
  password,
  refresh,
  sessionOf,
  signUp,
  startAuth,
  stopAuth,
} from "./auth/client.js";
import { duringOutage } from "./auth/database.js";
import {
  loginShape,
  match,
  storedClaims,
  tokensOf,
  tokensShape,
  userOf,
  userShape,
  withRefreshToken,
} from "./auth/shapes.js";

// What the routes of the module promise. Tokens, bad input and the throttle have files of their own.
beforeAll(startAuth, 60_000);
afterAll(stopAuth, 60_000);

const newPassword = "ten grey geese waddle";

describe("POST /signup", () => {
  test("a new user gets an account and is logged in", async () => {
    const name = newName();
    const profile = { email: "ada@example.org", displayName: "Ada L." };
    const answer = await call("POST /signup", { body: { ...credentials(name), ...profile } });
    expect(answer.status).toBe(201);
    expect(answer.headers["cache-control"]).toBe("no-store");
    expect(answer.body).toEqual(loginShape({ ...named(name), ...profile }));
    expect(Math.abs(Date.parse(userOf(answer).createdAt) - Date.now())).toBeLessThan(60_000);
    await expectAlive(tokensOf(answer));
  });

  test("e-mail and display name may be left out", async () => {
    const name = newName();
    const answer = await call("POST /signup", { body: credentials(name) });
    expect(answer.body).toEqual(loginShape(named(name)));
  });

  test("a name that is taken is refused, however it is written", async () => {
    const name = newName();
    await call("POST /signup", { body: credentials(`${name}-kå`) });
    const spellings = [
      `${name}-kå`,
      `${name}-KÅ`.toUpperCase(),
      `${name}-\u212aå`, // Kelvin sign
      `${name}-ka\u030a`, // a and a combining ring
      `${name}-\uff4bå`, // full-width k
    ];
    for (const name of spellings) {
      expectProblem(await call("POST /signup", { body: credentials(name) }), "UsernameNotAvailable");
    }
  });

  test("twenty signups of one name at once make one account", async () => {
    const name = newName();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => call("POST /signup", { body: credentials(name) })),
    );
    const [made, refused] = [answers.filter(({ status }) => status === 201), answers.filter((a) => a.status !== 201)];
    expect(made).toHaveLength(1);
    for (const answer of refused) expectProblem(answer, "UsernameNotAvailable");
    expect(await read((db) => db.select().from(users).where(eq(users.username, name)))).toHaveLength(1);
  });

  test("an e-mail address that nobody has proven keeps nobody else from using it, but as what they log in with", async () => {
    const email = `${newWord()}@example.org`;
    await signUp({ email });
    const answer = await call("POST /signup", { body: { ...credentials(newName()), email } });
    if (loginIsAddress) expectProblem(answer, "UsernameNotAvailable");
    else expect(answer.status).toBe(201);
  });

  test("members that nobody asked for have no effect", async () => {
    const forced = { id: "mine", role: "admin", createdAt: "1970-01-01", sessionEpoch: 7, emailVerifiedAt: 1 };
    const { id } = await signUp(forced);
    const [row] = await read((db) => db.select().from(users).where(eq(users.id, id)));
    expect(row).toMatchObject({ role: "user", sessionEpoch: 0, emailVerifiedAt: null });
    expect(row?.createdAt.getTime()).toBeGreaterThan(Date.now() - 60_000);
  });
});

describe("POST /login", () => {
  test("name and password open a session of their own", async () => {
    const ada = await signUp();
    const answer = await call("POST /login", { body: credentials(ada.name) });
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual(loginShape({ id: ada.id, ...named(ada.name) }));
    expect(sessionOf(tokensOf(answer).accessToken)).not.toBe(sessionOf(ada.accessToken));
    await expectAlive(ada);
    await expectAlive(tokensOf(answer));
  });

  test("the name may be written in another case", async () => {
    const { name } = await signUp();
    await logIn(name.toUpperCase());
  });

  test("an unknown name and a wrong password get the same answer", async () => {
    const { name } = await signUp();
    const wrong = await call("POST /login", { body: credentials(name, "a wrong password") });
    const unknown = await call("POST /login", { body: credentials(newName()) });
    expectProblem(wrong, "InvalidLoginCredentials");
    const wrongHeaders = { ...wrong.headers, date: undefined };
    const unknownHeaders = { ...unknown.headers, date: undefined };
    expect([unknown.status, unknown.text, unknownHeaders]).toEqual([wrong.status, wrong.text, wrongHeaders]);
  });

  test("a disabled user is refused like a wrong password, and can't refresh", async () => {
    const ada = await signUp();
    await write((db) => db.update(users).set({ disabledAt: now }).where(eq(users.id, ada.id)));
    const login = await call("POST /login", { body: credentials(ada.name) });
    expectProblem(login, "InvalidLoginCredentials");
    expectProblem(await refresh(ada.refreshToken), "ForbiddenError");
  });

  test("a login check refuses with its own error, and a broken one shows nothing of itself", async () => {
    const { name } = await signUp();
    const attempt = () => call("POST /login", { body: credentials(name) });
    await during(
      loginChecks,
      () => Promise.reject(new AuthError("ForbiddenError")),
      async () => {
        expectProblem(await attempt(), "ForbiddenError");
      },
    );
    await during(
      loginChecks,
      () => Promise.reject(new Error("select secret from users")),
      async () => {
        expectProblem(await attempt(), "InternalError");
        expect(events.at(-1)).toMatchObject({
          event: "sys_error",
          reason: match.stringMatching(/^InternalError < Error/),
        });
        expect(JSON.stringify(events.at(-1))).not.toContain("secret");
      },
    );
    await during(
      loginChecks,
      () => Promise.reject(new AuthError("JWTEnvVariableMissing", { detail: "X is missing." })),
      async () => {
        const answer = await attempt();
        expectProblem(answer, "JWTEnvVariableMissing");
        expect(answer.text).not.toContain("X is missing");
      },
    );
    await logIn(name);
  });
});

describe("a login in flight", () => {
  test("leaves no session when the password is changed after it was checked", async () => {
    const ada = await signUp();
    const changed = () => revokeAllSessions(ada.id, "password").then(() => undefined);
    await during(loginChecks, changed, async () => {
      const answer = await call("POST /login", { body: credentials(ada.name) });
      expectProblem(answer, "InvalidLoginCredentials");
    });
    const rows = await read((db) => db.select().from(sessions).where(eq(sessions.userId, ada.id)));
    expect(rows.filter(({ revokedAt }) => revokedAt === null)).toEqual([]);
  });
});

describe("a mistake of the code", () => {
  test("that the database refuses is 500, and neither answer nor log repeat what it said", async () => {
    const { id, name } = await signUp();
    const again = { id, username: name, usernameCanonical: name, passwordHash: "x", pepperId: "x", createdAt: now };
    const insertTwice = () => write((db) => db.insert(users).values(again)).then(() => undefined);
    await during(loginChecks, insertTwice, async () => {
      expectProblem(await call("POST /login", { body: credentials(name) }), "InternalError");
      expect(events.at(-1)).toMatchObject({ event: "sys_error", reason: match.stringMatching(/^InternalError < /) });
      expect(JSON.stringify(events.at(-1))).not.toMatch(new RegExp(`insert|${name}`, "i"));
    });
  });
});

describe("POST /refresh-token", () => {
  test("a refresh token is exchanged for the next one of the same session", async () => {
    const ada = await signUp();
    const answer = await refresh(ada.refreshToken);
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual(tokensShape());
    expect(tokensOf(answer).refreshToken).not.toBe(ada.refreshToken);
    expect(sessionOf(tokensOf(answer).accessToken)).toBe(sessionOf(ada.accessToken));
    await expectAlive(tokensOf(answer));
    expect(await read((db) => db.select().from(sessions).where(eq(sessions.userId, ada.id)))).toHaveLength(1);
  });

  test("a spent token is refused, and ends the login it came from: tokens of both kinds", async () => {
    const ada = await signUp();
    const elsewhere = await logIn(ada.name);
    const newest = tokensOf(await refresh(ada.refreshToken));
    expectProblem(await refresh(ada.refreshToken), "ForbiddenError");
    await expectDead(newest);
    await expectDead(ada);
    await expectAlive(elsewhere);
    const reuse = events.filter(({ event, userId }) => event === "authn_token_reuse" && userId === ada.id);
    expect(reuse).toMatchObject([{ sessionId: sessionOf(ada.accessToken), outcome: "failure" }]);
  });

  test("an old spent token ends the login as the latest one does", async () => {
    const ada = await signUp();
    const second = tokensOf(await refresh(ada.refreshToken));
    const third = tokensOf(await refresh(second.refreshToken));
    expectProblem(await refresh(ada.refreshToken), "ForbiddenError");
    await expectDead(third);
  });

  test("of twenty refreshes of one token at once, one wins, and the login is dead", async () => {
    const { refreshToken } = await signUp();
    const answers = await Promise.all(Array.from({ length: 20 }, () => refresh(refreshToken)));
    const won = answers.filter(({ status }) => status === 200);
    expect(won).toHaveLength(1);
    for (const answer of answers.filter((a) => a.status !== 200)) expectProblem(answer, "ForbiddenError");
    for (const answer of won) await expectDead(tokensOf(answer));
  });

  test("a genuine token that is ahead of the database is refused and ends nothing", async () => {
    const ada = await signUp();
    const parsed = parseRefreshToken(ada.refreshToken);
    if (!parsed) throw new Error("not genuine");
    expectProblem(await refresh(issueRefreshToken({ ...parsed, generation: 1 })), "ForbiddenError");
    await expectAlive(ada);
  });

  test("a login that was not used for REFRESH_TOKEN_DAYS is over; each use starts the time anew", async () => {
    const ada = await signUp();
    const days = 24 * 60 * 60;
    await setSession(ada.accessToken, { idleExpiresAt: fromNow(60) });
    const next = tokensOf(await refresh(ada.refreshToken));
    expect(secondsLeft((await rowOf(ada.accessToken)).idleExpiresAt)).toBeGreaterThan(30.9 * days);
    await setSession(ada.accessToken, { idleExpiresAt: fromNow(-1) });
    expectProblem(await refresh(next.refreshToken), "ForbiddenError");
    expectProblem(await call("POST /validate", withRefreshToken(next.refreshToken)), "ForbiddenError");
  });

  test("a login is over after SESSION_MAX_DAYS, however often it was used", async () => {
    const ada = await signUp();
    const before = await rowOf(ada.accessToken);
    const next = tokensOf(await refresh(ada.refreshToken));
    expect((await rowOf(ada.accessToken)).absoluteExpiresAt).toEqual(before.absoluteExpiresAt);
    await setSession(ada.accessToken, { absoluteExpiresAt: fromNow(-1) });
    expectProblem(await refresh(next.refreshToken), "ForbiddenError");
  });

  test("an access token does not outlive its session", async () => {
    const ada = await signUp();
    await setSession(ada.accessToken, { absoluteExpiresAt: fromNow(10) });
    const { body } = await refresh(ada.refreshToken);
    expect(body.expiresIn).toBeGreaterThan(0);
    expect(body.expiresIn).toBeLessThanOrEqual(10);
  });
});

describe("POST /logout", () => {
  test("a refresh token ends its login, and only that", async () => {
    const ada = await signUp();
    const elsewhere = await logIn(ada.name);
    const answer = await call("POST /logout", withRefreshToken(ada.refreshToken));
    expect([answer.status, answer.text]).toEqual([204, ""]);
    await expectDead(ada);
    await expectAlive(elsewhere);
  });

  test("a bearer token ends its login", async () => {
    const ada = await signUp();
    expect((await call("POST /logout", { bearer: ada.accessToken })).status).toBe(204);
    await expectDead(ada);
  });

  test("both tokens end their logins, also when one of them is dead or was never good", async () => {
    const dead = await signUp();
    await call("POST /logout", withRefreshToken(dead.refreshToken));
    const forged = `${dead.refreshToken.slice(0, -2)}AA`;
    for (const token of [undefined, dead.refreshToken, forged, "odd"]) {
      const [ada, bob] = [await signUp(), await signUp()];
      const sent = { bearer: bob.accessToken, ...withRefreshToken(token ?? ada.refreshToken) };
      expect((await call("POST /logout", sent)).status).toBe(204);
      await expectDead(bob);
      if (token === undefined) await expectDead(ada);
    }
    const bob = await signUp();
    expect((await call("POST /logout", { bearer: bob.accessToken, body: { refreshToken: 5 } })).status).toBe(204);
    await expectDead(bob);
    for (const bearer of [dead.accessToken, "x.y.z", ""]) {
      const ada = await signUp();
      expect((await call("POST /logout", { bearer, ...withRefreshToken(ada.refreshToken) })).status).toBe(204);
      await expectDead(ada);
    }
  });

  test("logging out again is no error", async () => {
    const { accessToken, refreshToken } = await signUp();
    for (let time = 1; time <= 3; time += 1) {
      expect((await call("POST /logout", withRefreshToken(refreshToken))).status).toBe(204);
      expect((await call("POST /logout", { bearer: accessToken })).status).toBe(204);
    }
  });

  test("a spent refresh token ends its login too", async () => {
    const ada = await signUp();
    const newest = tokensOf(await refresh(ada.refreshToken));
    expect((await call("POST /logout", withRefreshToken(ada.refreshToken))).status).toBe(204);
    await expectDead(newest);
  });

  test("without a token, or with a forged one, it answers 401 and ends nothing", async () => {
    const ada = await signUp();
    expectProblem(await call("POST /logout"), "NotAuthenticated");
    expectProblem(await call("POST /logout", { body: {} }), "NotAuthenticated");
    const forged = ada.refreshToken.replace(/.$/, (last) => (last === "A" ? "B" : "A"));
    expectProblem(await call("POST /logout", withRefreshToken(forged)), "NotAuthenticated");
    expectProblem(await call("POST /logout", { bearer: forged }), "InvalidAccessToken");
    await expectAlive(ada);
  });
});

describe("POST /logout-all", () => {
  test("every login of the user is dead, and nobody else's", async () => {
    const [ada, bob] = [await signUp(), await signUp()];
    const elsewhere = await logIn(ada.name);
    const answer = await call("POST /logout-all", { bearer: elsewhere.accessToken });
    expect([answer.status, answer.text]).toEqual([204, ""]);
    await expectDead(ada);
    await expectDead(elsewhere);
    await expectAlive(bob);
    await expectAlive(await logIn(ada.name));
  });
});

describe("auth:logout-everyone", () => {
  test("every login of everybody is dead, and everybody can log in again", async () => {
    const [ada, bob] = [await signUp(), await signUp()];
    expect(await revokeEveryone()).toBeGreaterThanOrEqual(2);
    for (const { refreshToken } of [ada, bob]) expectProblem(await refresh(refreshToken), "ForbiddenError");
    await expectAlive(await logIn(ada.name));
  });
});

describe("/me", () => {
  test("GET answers with the user, and HEAD with the same headers", async () => {
    const { id, name, accessToken } = await signUp({ displayName: "Ada" });
    const answer = await call("GET /me", { bearer: accessToken });
    expect([answer.status, answer.body]).toEqual([
      200,
      { user: userShape({ id, ...named(name), displayName: "Ada" }) },
    ]);
    expect((await call("HEAD /me", { bearer: accessToken })).status).toBe(200);
  });

  test("PATCH changes the display name, and nothing that it does not name", async () => {
    const email = `${newWord()}@example.org`;
    const ada = await signUp({ email });
    const patch = (body: object) => call("PATCH /me", { bearer: ada.accessToken, body });
    const changed = await patch({ displayName: "Countess", role: "admin", id: "x" });
    expect(changed.body.user).toMatchObject({ id: ada.id, ...named(ada.name), displayName: "Countess" });
    expect((await call("GET /me", { bearer: ada.accessToken })).body.user).toEqual(changed.body.user);
    expect((await patch({ displayName: null })).body.user).toMatchObject({ displayName: null, email });
    const [row] = await read((db) => db.select().from(users).where(eq(users.id, ada.id)));
    expect(row?.role).toBe("user");
  });

  test("PATCH takes the current password for a new e-mail address, which is not proven because the old one was", async () => {
    const [old, next] = [`${newWord()}@example.org`, `${newWord()}@example.org`];
    const ada = await signUp({ email: old });
    await write((db) => db.update(users).set({ emailVerifiedAt: now }).where(eq(users.id, ada.id)));
    const patch = (body: object) => call("PATCH /me", { bearer: ada.accessToken, body });
    expectProblem(await patch({ email: next }), "WrongPassword");
    expectProblem(await patch({ email: next, currentPassword: "a wrong password" }), "WrongPassword");
    expect((await patch({ email: old })).body.user.email).toBe(old);
    const { email } = (await patch({ email: next, currentPassword: password })).body.user;
    const [row] = await read((db) => db.select().from(users).where(eq(users.id, ada.id)));
    // What has a say in profiles may hold the new address back until it is proven.
    expect(row?.emailVerifiedAt ? email : old).toBe(old);
    expect(row?.email).toBe(email);
    const gone = await patch({ email: null, currentPassword: password });
    if (loginIsAddress) expectProblem(gone, "ValidationError", "email");
    else expect(gone.body.user.email).toBeNull();
  });

  test("PATCH asks whoever has a say in a profile", async () => {
    const { accessToken } = await signUp();
    const shout = (_user: unknown, changes: { displayName?: string | null | undefined }) =>
      Promise.resolve({ ...changes, displayName: changes.displayName?.toUpperCase() });
    await during(profileChanges, shout, async () => {
      const answer = await call("PATCH /me", { bearer: accessToken, body: { displayName: "Ada" } });
      expect(answer.body.user.displayName).toBe("ADA");
    });
  });

  test("DELETE takes the password, and takes the account and every login away", async () => {
    const ada = await signUp();
    const elsewhere = await logIn(ada.name);
    const remove = (secret: string) => call("DELETE /me", { bearer: ada.accessToken, body: { password: secret } });
    expectProblem(await remove("a wrong password"), "WrongPassword");
    await expectAlive(ada);
    const answer = await remove(password);
    expect([answer.status, answer.text]).toEqual([204, ""]);
    await expectDead(ada);
    await expectDead(elsewhere);
    const login = await call("POST /login", { body: credentials(ada.name) });
    expectProblem(login, "InvalidLoginCredentials");
  });

  test("after DELETE the name is free, and what is left names nobody", async () => {
    const ada = await signUp();
    await call("DELETE /me", { bearer: ada.accessToken, body: { password } });
    const left = await read((db) => db.select().from(sessions).where(eq(sessions.userId, ada.id)));
    expect(left).toMatchObject([{ ip: null, userAgent: null, revokedReason: "deleted" }]);
    const again = await call("POST /signup", { body: credentials(ada.name) });
    expect(again.status).toBe(201);
    expect(userOf(again).id).not.toBe(ada.id);
    await expectDead(ada);
  });

  test("a token of an account that is gone from the database opens nothing", async () => {
    const { id, accessToken } = await signUp();
    await write((db) => db.delete(users).where(eq(users.id, id)));
    const open = (route: string, body?: object) =>
      call(route, body ? { bearer: accessToken, body } : { bearer: accessToken });
    expectProblem(await open("GET /me"), "InvalidAccessToken");
    expectProblem(await open("PATCH /me", { displayName: "Ada" }), "InvalidAccessToken");
    expectProblem(await open("DELETE /me", { password }), "InvalidAccessToken");
    expectProblem(await open("PUT /password", { currentPassword: password, newPassword }), "InvalidAccessToken");
  });
});

describe("PUT /password", () => {
  const change = (bearer: string, currentPassword: string, wanted: string) =>
    call("PUT /password", { bearer, body: { currentPassword, newPassword: wanted } });

  test("every earlier login is dead, this one too, and the answer holds the tokens of a new one", async () => {
    const ada = await signUp();
    const elsewhere = await logIn(ada.name);
    const answer = await change(ada.accessToken, password, newPassword);
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual(tokensShape());
    await expectDead(ada);
    await expectDead(elsewhere);
    await expectAlive(tokensOf(answer));
  });

  test("the new password logs in, the old one does not", async () => {
    const ada = await signUp();
    await change(ada.accessToken, password, newPassword);
    await logIn(ada.name, newPassword);
    const old = await call("POST /login", { body: credentials(ada.name) });
    expectProblem(old, "InvalidLoginCredentials");
  });

  test("a wrong current password, or a weak new one, changes nothing", async () => {
    const ada = await signUp();
    expectProblem(await change(ada.accessToken, "a wrong password", newPassword), "WrongPassword");
    expectProblem(await change(ada.accessToken, password, "too short"), "ValidationError", "newPassword");
    expectProblem(await change(ada.accessToken, password, `${ada.name}!`), "ValidationError", "newPassword");
    await expectAlive(ada);
    await logIn(ada.name);
  });

  test("of two changes at once one wins", async () => {
    const ada = await signUp();
    const answers = await Promise.all([1, 2].map((n) => change(ada.accessToken, password, newPassword + n)));
    const won = answers.filter(({ status }) => status === 200);
    expect(won).toHaveLength(1);
    for (const answer of won) await expectAlive(tokensOf(answer));
  });
});

describe("/sessions", () => {
  test("GET lists the live logins of the user, the one that was used last first", async () => {
    const from = "3fff::7";
    const ada = await signUp();
    const { name } = ada;
    const ended = await logIn(name);
    await call("POST /logout", { bearer: ended.accessToken });
    const agent = "Long browser ".repeat(100);
    const login = { body: credentials(name), from, headers: { "User-Agent": agent } };
    const phone = tokensOf(await call("POST /login", login));
    const answer = await call("GET /sessions", { bearer: phone.accessToken });
    expect(answer.status).toBe(200);
    const times = { createdAt: match.any(String), lastUsedAt: match.any(String) };
    expect(answer.body).toMatchObject({
      sessions: [
        { id: sessionOf(phone.accessToken), ...times, ip: from, userAgent: agent.slice(0, 256), current: true },
        { id: sessionOf(ada.accessToken), ...times, ip: match.any(String), userAgent: null, current: false },
      ],
    });
  });

  test("DELETE ends another login of one's own", async () => {
    const ada = await signUp();
    const phone = await logIn(ada.name);
    const end = () => call(`DELETE /sessions/${sessionOf(phone.accessToken)}`, { bearer: ada.accessToken });
    const answer = await end();
    expect([answer.status, answer.text]).toEqual([204, ""]);
    await expectDead(phone);
    await expectAlive(ada);
    expectProblem(await end(), "NotFound");
  });

  test("DELETE of another user's login is 404, as for one that never was, and ends nothing", async () => {
    const [ada, bob] = [await signUp(), await signUp()];
    for (const id of [sessionOf(bob.accessToken), "A".repeat(43), "x", "%00", "'or'1", "..%2F..%2Fhealth"]) {
      expectProblem(await call(`DELETE /sessions/${id}`, { bearer: ada.accessToken }), "NotFound");
    }
    await expectAlive(bob);
  });
});

describe("POST /validate", () => {
  test("a live token of either kind is told so, without a rotation", async () => {
    const { accessToken, refreshToken } = await signUp();
    for (let time = 1; time <= 2; time += 1) {
      const byRefreshToken = await call("POST /validate", withRefreshToken(refreshToken));
      expect([byRefreshToken.status, byRefreshToken.text]).toEqual([204, ""]);
      expect((await call("POST /validate", { bearer: accessToken })).status).toBe(204);
    }
    expect((await refresh(refreshToken)).status).toBe(200);
  });

  test("a dead token of either kind gets the error it would get elsewhere", async () => {
    const { accessToken, refreshToken } = await signUp();
    await call("POST /logout", { bearer: accessToken });
    expectProblem(await call("POST /validate", withRefreshToken(refreshToken)), "ForbiddenError");
    expectProblem(await call("POST /validate", { bearer: accessToken }), "InvalidAccessToken");
    expectProblem(await call("POST /validate"), "NotAuthenticated");
  });

  test("asking about a spent token ends nothing", async () => {
    const ada = await signUp();
    const newest = tokensOf(await refresh(ada.refreshToken));
    expectProblem(await call("POST /validate", withRefreshToken(ada.refreshToken)), "ForbiddenError");
    await expectAlive(newest);
  });
});

describe("GET /health", () => {
  test("it answers 204 while the database does", async () => {
    const answer = await call("GET /health");
    expect([answer.status, answer.text, answer.headers["cache-control"]]).toEqual([204, "", "no-store"]);
  });
});

describe("access tokens", () => {
  test("one that was good is refused once it has expired", async () => {
    const ada = await signUp();
    const subject = { id: sessionOf(ada.accessToken), userId: ada.id, claims: storedClaims };
    const short = await signAccessToken(subject, 2);
    expect((await call("GET /me", { bearer: short })).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 2_100));
    expectProblem(await call("GET /me", { bearer: short }), "InvalidAccessToken");
  });

  test("with an old picture of revocations, the database is asked", async () => {
    const [ada, gone] = [await signUp(), await signUp()];
    await expectAlive(gone);
    await setSession(gone.accessToken, { revokedAt: now });
    await later(11_000, async () => {
      expect((await call("GET /orders", { mount: "", bearer: ada.accessToken })).status).toBe(200);
      expectProblem(await call("GET /orders", { mount: "", bearer: gone.accessToken }), "InvalidAccessToken");
    });
  });

  test("a login that another process has ended is refused within two seconds", async () => {
    const ada = await signUp();
    await expectAlive(ada);
    await setSession(ada.accessToken, { revokedAt: now });
    const deadline = Date.now() + 2_000;
    while (Date.now() < deadline && (await call("GET /me", { bearer: ada.accessToken })).status === 200) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expectProblem(await call("GET /me", { bearer: ada.accessToken }), "InvalidAccessToken");
  });
});

describe("a migration", () => {
  const table = "CREATE TABLE auth_test_extra (id text)";

  test("is applied once, however many processes try", async () => {
    expect(await migrateDatabase()).toEqual([]);
    await during(migrations, { id: "9998-extra", statements: [table] }, async () => {
      const applied = await Promise.all([migrateDatabase(), migrateDatabase(), migrateDatabase()]);
      expect(applied.flat()).toEqual(["9998-extra"]);
    });
  });

  test("that fails is named, and leaves nothing of itself", async () => {
    const broken = { id: "9999-broken", statements: [table.replace("extra", "other"), "nonsense"] };
    await during(migrations, broken, async () => {
      await expect(migrateDatabase()).rejects.toThrow("9999-broken");
    });
    const mended = { id: "9999-mended", statements: broken.statements.slice(0, 1) };
    await during(migrations, mended, async () => expect(await migrateDatabase()).toEqual(["9999-mended"]));
  });
});

describe("while the database is away", () => {
  test("every answer that needs it is 503, and none says that a good token or password is bad", async () => {
    const ada = await signUp();
    await expectAlive(ada);
    await duringOutage(async () => {
      const answers = [
        await call("POST /signup", { body: credentials(newName()) }),
        await call("POST /login", { body: credentials(ada.name) }),
        await refresh(ada.refreshToken),
        await call("POST /logout", { bearer: ada.accessToken }),
        await call("POST /validate", withRefreshToken(ada.refreshToken)),
        await call("GET /me", { bearer: ada.accessToken }),
        await call("PUT /password", { bearer: ada.accessToken, body: { currentPassword: password, newPassword } }),
        await call("GET /health"),
      ];
      for (const answer of answers) {
        expectProblem(answer, "ServiceUnavailable");
        expect(answer.headers["retry-after"]).toBe("1");
      }
      expect(events.at(-1)).toMatchObject({
        event: "sys_error",
        reason: match.stringMatching(/^ServiceUnavailable < /),
      });
    });
    await expectAlive(ada);
    await logIn(ada.name);
  });

  test("a forged refresh token is still told from a genuine one, for that takes no query", async () => {
    const { refreshToken } = await signUp();
    const forged = refreshToken.replace(/^./, (first) => (first === "A" ? "B" : "A"));
    await duringOutage(async () => expectProblem(await refresh(forged), "ForbiddenError"));
  });

  test("a protected route still knows who is asking, and who has logged out, for that takes no query", async () => {
    const [ada, gone] = [await signUp(), await signUp()];
    await expectAlive(ada);
    await call("POST /logout", { bearer: gone.accessToken });
    await duringOutage(async () => {
      expect((await call("GET /orders", { mount: "", bearer: ada.accessToken })).status).toBe(200);
      expectProblem(await call("GET /orders", { mount: "", bearer: gone.accessToken }), "InvalidAccessToken");
    });
  });

  test("a protected route closes when what is known of revocations is ten seconds old", async () => {
    const ada = await signUp();
    await expectAlive(ada);
    await duringOutage(() =>
      later(11_000, async () => {
        expectProblem(await call("GET /orders", { mount: "", bearer: ada.accessToken }), "ServiceUnavailable");
      }),
    );
    await expectAlive(ada);
  });
});

async function rowOf(accessToken: string) {
  const [row] = await read((db) =>
    db
      .select()
      .from(sessions)
      .where(eq(sessions.id, sessionOf(accessToken))),
  );
  if (!row) throw new Error("There is no such session.");
  return row;
}

async function setSession(accessToken: string, values: object): Promise<void> {
  await write((db) =>
    db
      .update(sessions)
      .set(values)
      .where(eq(sessions.id, sessionOf(accessToken))),
  );
}

/** Runs `work` as if the machine had slept. */
async function later(milliseconds: number, work: () => Promise<void>): Promise<void> {
  const { now: real } = Date;
  Date.now = () => real() + milliseconds;
  try {
    await work();
  } finally {
    Date.now = real;
  }
}

function secondsLeft(time: Date): number {
  return (time.getTime() - Date.now()) / 1000;
}

/** Runs `work` while `entry` stands in one of the module's lists. */
async function during<T>(list: T[], entry: T, work: () => Promise<void>): Promise<void> {
  list.push(entry);
  try {
    await work();
  } finally {
    list.splice(list.indexOf(entry), 1);
  }
}
