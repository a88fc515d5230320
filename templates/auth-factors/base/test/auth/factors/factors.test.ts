import "../test-environment.js";
import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import type { AddressInfo } from "node:net";
import { eq } from "drizzle-orm";
import express, { type RequestHandler } from "express";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { changePassword, checkLogin, openSession, provePassword } from "../../../src/auth/accounts.js";
import { errorTable } from "../../../src/auth/errors.js";
import { tryAnswer } from "../../../src/auth/factors/challenge-store.js";
import { removeFactor, setFactor } from "../../../src/auth/factors/factors.js";
import { renewRecoveryCodes } from "../../../src/auth/factors/recovery-codes.js";
import { loginName } from "../../../src/auth/login-name.js";
import { purge } from "../../../src/auth/purge.js";
import { endAllSessions, newTokens } from "../../../src/auth/sessions.js";
import { fromNow, read, write } from "../../../src/db/client.js";
import { sessions } from "../../../src/db/schema/auth.js";
import { factorChallenges, factorGuesses, recoveryCodes } from "../../../src/db/schema/auth-factors.js";
import { jsonBody } from "../../../src/middleware/json-body.js";
import { protectedRoute } from "../../../src/middleware/jwt.js";
import { problemHandler } from "../../../src/middleware/problem.js";
import { requireFactor } from "../../../src/middleware/second-factor.js";
import { requireStrongestLogin } from "../../../src/middleware/strongest-login.js";
import {
  call,
  credentials,
  events,
  expectAlive,
  expectDead,
  expectProblem,
  newAddress,
  type Person,
  password,
  sessionOf,
  signUp,
  startAuth,
  stopAuth,
} from "../client.js";
import { dumpDatabase, duringOutage } from "../database.js";
import { match, type Tokens, tokensOf, withRefreshToken } from "../shapes.js";
import {
  answer,
  challengeFor,
  challengeIn,
  giveCodes,
  paper,
  refusal,
  type SecondFactorRequired,
  secrets,
  signUpWithPaper,
  usePaper,
} from "./paper-codes.js";

// A login that needs more than the password, whatever kind of factor it is. The rules are counted as docs/auth/factors.md does.
beforeAll(startAuth, 60_000);
afterAll(stopAuth, 60_000);

let putAway: () => void;
beforeAll(() => {
  putAway = usePaper();
});
afterAll(() => putAway());

const client = { ip: null, userAgent: null };
const locked = [429, "TooManyRequests"];
const over = [401, "InvalidChallenge"];
const wrong = [403, "WrongCode"];

describe("a login of somebody with a factor", () => {
  test("a right password is answered with a challenge, and starts no session (T5, T9)", async () => {
    const ada = await signUpWithPaper();
    const before = await sessionsOf(ada);
    const answered = await call<SecondFactorRequired>("POST /login", { body: credentials(ada.name) });
    expect(answered.status).toBe(401);
    expect(answered.headers["content-type"]).toMatch(/^application\/problem\+json/);
    expect(answered.headers["set-cookie"]).toBeUndefined();
    expect(answered.body).toEqual({
      type: "about:blank",
      title: "Unauthorized",
      status: 401,
      detail: match.any(String),
      code: "SecondFactorRequired",
      challenge: match.stringMatching(/^[\w-]{43}$/),
      expiresIn: 300,
      factors: ["recovery-code", "paper"],
    });
    expect(await sessionsOf(ada)).toEqual(before);
    expect(await dumpDatabase()).not.toContain(answered.body.challenge);
  });

  test("a wrong password tells nothing of factors", async () => {
    const ada = await signUpWithPaper();
    const refused = await call("POST /login", { body: credentials(ada.name, "not it at all, no") });
    expectProblem(refused, "InvalidLoginCredentials");
  });

  test("the second step starts the session, and it says what was proven", async () => {
    const ada = await signUpWithPaper();
    const opened = await answer(await challengeFor(ada.name), ada.codes[0]);
    expect(opened.status).toBe(200);
    expect(opened.body).toMatchObject({ user: { id: ada.id }, tokenType: "Bearer" });
    await expectAlive(tokensOf(opened));
    const { body } = await call("GET /orders", { mount: "", bearer: opened.body.accessToken });
    expect(body.amr).toEqual(["pwd", "otp", "mfa"]);
    expect(events.some(({ event, userId }) => event === "authn_login_success" && userId === ada.id)).toBe(true);
  });

  test("the challenge is no bearer token, no refresh token and no cookie (T9)", async () => {
    const ada = await signUpWithPaper();
    const challenge = await challengeFor(ada.name);
    expectProblem(await call("GET /me", { bearer: challenge }), "InvalidAccessToken");
    expectProblem(await call("POST /refresh-token", withRefreshToken(challenge)), "ForbiddenError");
    for (const name of ["__Host-session", "session", "__Host-device"]) {
      const refused = await call("GET /me", { headers: { Cookie: `${name}=${challenge}` } });
      expect(refused.status).toBe(401);
    }
    expect((await answer(challenge, ada.codes[0])).status).toBe(200);
  });

  test("a challenge is good once, also after a right answer (T9)", async () => {
    const ada = await signUpWithPaper();
    const challenge = await challengeFor(ada.name);
    expect((await answer(challenge, ada.codes[0])).status).toBe(200);
    expect(refusal(await answer(challenge, ada.codes[1]))).toEqual(over);
    expect((await answer(await challengeFor(ada.name), ada.codes[1])).status).toBe(200);
  });

  test("a challenge of five minutes ago, and one before an end of all sessions, are over (T9)", async () => {
    const ada = await signUpWithPaper();
    const old = await challengeFor(ada.name);
    await write((db) =>
      db
        .update(factorChallenges)
        .set({ expiresAt: fromNow(-1) })
        .where(isOf(ada)),
    );
    expect(refusal(await answer(old, ada.codes[0]))).toEqual(over);
    const before = await challengeFor(ada.name);
    await endAllSessions(ada.id, client);
    expect(refusal(await answer(before, ada.codes[0]))).toEqual(over);
    expect(refusal(await answer("x".repeat(43), ada.codes[0]))).toEqual(over);
  });

  test("a challenge speaks for its own user alone", async () => {
    const [ada, eve] = [await signUpWithPaper(), await signUpWithPaper()];
    expect(refusal(await answer(await challengeFor(ada.name), eve.codes[0]))).toEqual(wrong);
    expect((await answer(await challengeFor(eve.name), eve.codes[0])).status).toBe(200);
  });

  test("20 parallel right answers to one challenge start one session (T9)", async () => {
    const ada = await signUpWithPaper(20);
    const challenge = await challengeFor(ada.name);
    const answers = await Promise.all(ada.codes.map((code) => answer(challenge, code)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(await codesLeft(ada)).toBe(19);
  });

  test("20 parallel requests with one code, each with a challenge of its own, start one session (T18)", async () => {
    const ada = await signUpWithPaper(1);
    const challenges: string[] = [];
    for (let one = 0; one < 20; one += 1) challenges.push(await challengeFor(ada.name));
    const answers = await Promise.all(challenges.map((challenge) => answer(challenge, ada.codes[0])));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  test("what is no challenge or code at all is bad input, and never a 500 (T14)", async () => {
    const challenge = "x".repeat(43);
    for (const body of [
      {},
      { challenge },
      { challenge: 1, code: "a" },
      { challenge, code: 123456 },
      { challenge, code: [] },
    ])
      expectProblem(await call("POST /login/recovery-code", { body }), "ValidationError");
    expectProblem(await answer(challenge, "x".repeat(65)), "ValidationError", "code");
  });
});

describe("wrong answers", () => {
  test("five end the challenge (T7)", async () => {
    const ada = await signUpWithPaper();
    const challenge = await challengeFor(ada.name);
    for (let guess = 1; guess <= 5; guess += 1)
      expect(refusal(await answer(challenge, `wrong ${guess}`))).toEqual(wrong);
    expect(refusal(await answer(challenge, ada.codes[0]))).toEqual(over);
    expect((await answer(await challengeFor(ada.name), ada.codes[0])).status).toBe(200);
  });

  test("ten lock the second step of the account, from anywhere, for a while; the right password opens nothing (T7, T8)", async () => {
    const ada = await signUpWithPaper();
    await guess(ada, 10);
    const refused = await answer(await challengeFor(ada.name), ada.codes[0]);
    expect(refusal(refused)).toEqual(locked);
    expect(Number(refused.headers["retry-after"])).toBeGreaterThan(800);
    const told = events.filter(({ event, userId }) => event === "authn_factor_fail_max" && userId === ada.id);
    expect(told).toHaveLength(1);
    await write((db) =>
      db
        .update(factorGuesses)
        .set({ endsAt: fromNow(-1) })
        .where(eq(factorGuesses.userId, ada.id)),
    );
    expect((await answer(await challengeFor(ada.name), ada.codes[0])).status).toBe(200);
  });

  test("no login in between gives any of them back, and thirty a day are the most (T7)", async () => {
    const ada = await signUpWithPaper(4);
    for (const code of ada.codes.slice(1)) {
      await guess(ada, 9);
      expect((await answer(await challengeFor(ada.name), code)).status).toBe(200);
      await guess(ada, 1);
      expect(refusal(await answer(await challengeFor(ada.name), ada.codes[0]))).toEqual(locked);
      await write((db) =>
        db
          .update(factorGuesses)
          .set({ endsAt: fromNow(-1) })
          .where(eq(factorGuesses.userId, ada.id)),
      );
    }
    expect(refusal(await answer(await challengeFor(ada.name), ada.codes[0]))).toEqual(locked);
  });

  test("strangers without the password lock nobody out, and live sessions go on (T8)", async () => {
    const ada = await signUpWithPaper();
    for (let one = 0; one < 20; one += 1) await answer("y".repeat(43), "wrong");
    expect((await answer(await challengeFor(ada.name), ada.codes[0])).status).toBe(200);
    await guess(ada, 10);
    await expectAlive(ada);
  });

  test("a right password that waits for its factor counts as a guess, and no network is remembered", async () => {
    const ada = await signUpWithPaper();
    const from = newAddress();
    for (let one = 0; one < 10; one += 1) await challengeFor(ada.name, { from });
    expectProblem(await call("POST /login", { body: credentials(ada.name), from }), "TooManyRequests");
    const here = newAddress();
    for (let one = 0; one < 8; one += 1) await challengeFor(ada.name, { from: here });
    expect((await answer(await challengeFor(ada.name, { from: here }), ada.codes[0], { from: here })).status).toBe(200);
    for (let one = 0; one < 9; one += 1) await challengeFor(ada.name, { from: here });
  });

  test("a fault of the server during the check spends neither a try nor the code (T10)", async () => {
    const ada = await signUpWithPaper();
    const challenge = await challengeFor(ada.name);
    const fault = () => Promise.reject(new Error("out of order"));
    for (let one = 0; one < 12; one += 1) await expect(tryAnswer(challenge, fault)).rejects.toThrow();
    expect(await read((db) => db.select().from(factorGuesses).where(eq(factorGuesses.userId, ada.id)))).toEqual([]);
    expect((await answer(challenge, ada.codes[0])).status).toBe(200);
  });

  test("while the database is away, answers are 503 and spend nothing (T10)", async () => {
    const ada = await signUpWithPaper();
    const challenge = await challengeFor(ada.name);
    await duringOutage(async () => {
      for (const code of [ada.codes[0], "wrong"]) expectProblem(await answer(challenge, code), "ServiceUnavailable");
    });
    expect((await answer(challenge, ada.codes[0])).status).toBe(200);
    expect(await codesLeft(ada)).toBe(2);
  });

  test("where no session is stored no code is spent (T19)", async () => {
    const ada = await signUpWithPaper();
    const login = await provePassword({ [loginName]: ada.name, password }, client);
    const failing = { ...login, amr: ["pwd", "mfa"], spend: () => Promise.reject(new Error("crash")) };
    const checked = await checkLogin(failing, client);
    const before = await sessionsOf(ada);
    await expect(openSession(checked, newTokens(client), client)).rejects.toThrow();
    expect([await sessionsOf(ada), await codesLeft(ada)]).toEqual([before, 3]);
  });
});

describe("step-up", () => {
  test("the password alone is not enough; the second step moves the session (T5)", async () => {
    const ada = await signUpWithPaper();
    const login = tokensOf(await answer(await challengeFor(ada.name), ada.codes[0]));
    const challenge = challengeIn(await stepUp(login));
    await expectAlive(login);
    const moved = await answer(challenge, ada.codes[1]);
    expect(moved.status).toBe(200);
    await expectDead({ ...login, refreshToken: login.refreshToken });
    await expectAlive(tokensOf(moved));
  });

  test("right ones are given back: somebody may step up as often as with a password alone", async () => {
    const ada = await signUpWithPaper(12);
    let login = tokensOf(await answer(await challengeFor(ada.name), ada.codes[0]));
    for (const code of ada.codes.slice(1)) login = tokensOf(await answer(challengeIn(await stepUp(login)), code));
    await expectAlive(login);
  });

  test("a challenge of a session that has ended moves nothing", async () => {
    const ada = await signUpWithPaper();
    const login = tokensOf(await answer(await challengeFor(ada.name), ada.codes[0]));
    const challenge = challengeIn(await stepUp(login));
    await call("POST /logout", { bearer: login.accessToken });
    expectProblem(await answer(challenge, ada.codes[1]), "InvalidAccessToken");
  });

  test("a changed password asks for no factor, and the new session says no more than was proven before it", async () => {
    const ada = await signUpWithPaper();
    const body = { currentPassword: password, newPassword: "ten grey geese waddle" };
    const changed = await call("PUT /password", { bearer: ada.accessToken, body });
    expect(await amrOf(tokensOf(changed))).toEqual(["pwd"]);
    const again = await call("POST /login", { body: credentials(ada.name, body.newPassword) });
    challengeIn(again);
  });
});

test("a changed password makes what was proven before it no newer: the password alone keeps no proof of a factor fresh (T4)", async () => {
  const ada = await signUpWithPaper();
  const login = tokensOf(await answer(await challengeFor(ada.name), ada.codes[0]));
  const isIt = eq(sessions.id, sessionOf(login.accessToken));
  await write((db) =>
    db
      .update(sessions)
      .set({ createdAt: fromNow(-540) })
      .where(isIt),
  );
  const body = { currentPassword: password, newPassword: "ten grey geese waddle" };
  const changed = tokensOf(await call("PUT /password", { bearer: login.accessToken, body }));
  expect(await amrOf(changed)).toEqual(["pwd", "otp", "mfa"]);
  const { authTime } = (await call("GET /orders", { mount: "", bearer: changed.accessToken })).body;
  expect(Date.now() / 1000 - authTime).toBeGreaterThan(500);
});

describe("guards", () => {
  const app = express();
  app.post("/pay", requireFactor(), (req, res) => void res.json(req.auth));
  app.post("/set", requireStrongestLogin(), (req, res) => void res.json(req.auth));
  const ask = (route: string, bearer?: string) => call(route, { app, mount: "", ...(bearer && { bearer }) });

  test("requireFactor lets a session pass that was started with two, and no other", async () => {
    const ada = await signUpWithPaper();
    const opened = tokensOf(await answer(await challengeFor(ada.name), ada.codes[0]));
    expect((await ask("POST /pay", opened.accessToken)).status).toBe(200);
    const refused = await ask("POST /pay", ada.accessToken);
    expect(refusal(refused)).toEqual([403, "SecondFactorNeeded"]);
    expect(refused.headers["www-authenticate"]).toBe('Bearer error="insufficient_user_authentication"');
    expectProblem(await ask("POST /pay"), "NotAuthenticated");
  });

  test("requireStrongestLogin takes two factors where one is set, and a recent password where none is (T4)", async () => {
    const bob = await signUp();
    expect((await ask("POST /set", bob.accessToken)).status).toBe(200);
    const ada = await signUpWithPaper();
    expect(refusal(await ask("POST /set", ada.accessToken))).toEqual([403, "SecondFactorNeeded"]);
    const opened = tokensOf(await answer(await challengeFor(ada.name), ada.codes[0]));
    expect((await ask("POST /set", opened.accessToken)).status).toBe(200);
    const isIt = eq(sessions.id, sessionOf(opened.accessToken));
    await write((db) =>
      db
        .update(sessions)
        .set({ createdAt: fromNow(-660) })
        .where(isIt),
    );
    expect(refusal(await ask("POST /set", opened.accessToken))).toEqual([403, "ForbiddenError"]);
  });

  test("a challenge can't be used to set anything (T4)", async () => {
    const ada = await signUpWithPaper();
    const challenge = await challengeFor(ada.name);
    expectProblem(await call("POST /recovery-codes", { bearer: challenge }), "InvalidAccessToken");
    expect(refusal(await call("POST /recovery-codes", { bearer: ada.accessToken }))).toEqual([
      403,
      "SecondFactorNeeded",
    ]);
  });
});

/** A request that was let in and waits with its body, until its session has ended. */
describe("a request whose session has ended meanwhile", () => {
  const ended = { code: "InvalidAccessToken" };

  test("is refused as soon as its body is there, whatever it asks for", async () => {
    const ada = await signUp();
    const app = express();
    const letIn = new Promise<void>((resolve) => {
      const tell: RequestHandler = (_req, _res, next) => {
        resolve();
        next();
      };
      const answer: RequestHandler = (req, res) => void res.json(req.body);
      app.post("/late", protectedRoute, tell, jsonBody, answer, problemHandler);
    });
    const server = app.listen(0, "127.0.0.1");
    await once(server, "listening");
    const headers = {
      Authorization: `Bearer ${ada.accessToken}`,
      "Content-Type": "application/json",
      "Content-Length": 2,
    };
    const { port } = server.address() as AddressInfo;
    const asking = request({ host: "127.0.0.1", port, path: "/late", method: "POST", headers });
    asking.flushHeaders();
    await letIn;
    await call("POST /logout-all", { bearer: ada.accessToken });
    asking.end("{}");
    const [answered] = (await once(asking, "response")) as [IncomingMessage];
    answered.resume();
    expect(answered.statusCode).toBe(errorTable.InvalidAccessToken.status);
    await new Promise((resolve) => server.close(resolve));
  });

  test("sets no factor, and starts no session (T4)", async () => {
    const ada = await signUp();
    await endAllSessions(ada.id, client);
    const before = await sessionsOf(ada);
    const set = () => Promise.resolve(true);
    await expect(setFactor(callerOf(ada), paper, set, client, newTokens(client))).rejects.toMatchObject(ended);
    expect(await sessionsOf(ada)).toEqual(before);
  });

  test("removes no factor, and gets no recovery codes (T4)", async () => {
    const ada = await signUpWithPaper();
    const caller = callerOf(ada);
    await endAllSessions(ada.id, client);
    await expect(removeFactor(caller, paper, client)).rejects.toMatchObject(ended);
    await expect(renewRecoveryCodes(caller, client)).rejects.toMatchObject(ended);
    expect(await codesLeft(ada)).toBe(3);
  });

  test("changes no password: a login of before the factor gets no session past it (T5)", async () => {
    const ada = await signUp();
    const thief = callerOf({ ...ada, ...tokensOf(await call("POST /login", { body: credentials(ada.name) })) });
    await setFactor(callerOf(ada), paper, () => Promise.resolve(true), client, newTokens(client));
    await giveCodes(ada.id, 1);
    const input = { currentPassword: password, newPassword: "ten grey geese waddle" };
    await expect(changePassword(thief, input, client, newTokens(client))).rejects.toMatchObject(ended);
    await challengeFor(ada.name);
  });
});

describe("setting and removing", () => {
  test("a factor that is set moves the login to a session with two factors, and ends every other", async () => {
    const ada = await signUp();
    const other = tokensOf(await call("POST /login", { body: credentials(ada.name) }));
    const session = newTokens(client);
    const opened = await setFactor(callerOf(ada), paper, () => Promise.resolve(true), client, session);
    const tokens = await session.deliver(opened.session);
    expect(await amrOf(tokens)).toEqual(["pwd", "otp", "mfa"]);
    await expectDead(ada);
    await expectDead(other);
    const told = events.find(({ event, userId }) => event === "authn_factor_set" && userId === ada.id);
    expect(told).toMatchObject({ outcome: "success", reason: "paper" });
  });

  test("the last one takes along what is good only beside another; then the password is enough again (T6)", async () => {
    const ada = await signUpWithPaper();
    await removeFactor(callerOf(ada), paper, client);
    expect(await codesLeft(ada)).toBe(0);
    expect((await call("POST /login", { body: credentials(ada.name) })).status).toBe(200);
    await expect(removeFactor(callerOf(ada), paper, client)).rejects.toMatchObject({ code: "NotFound" });
    expect(events.filter(({ event, userId }) => event === "authn_factor_removed" && userId === ada.id)).toHaveLength(1);
  });

  test("recovery codes alone ask nobody for anything (T6)", async () => {
    const bob = await signUp();
    await giveCodes(bob.id, 2);
    putAway();
    expect((await call("POST /login", { body: credentials(bob.name) })).status).toBe(200);
    expectProblem(await call("POST /recovery-codes", { bearer: bob.accessToken }), "ForbiddenError");
    putAway = usePaper();
  });

  test("GET /factors lists what somebody has", async () => {
    const ada = await signUpWithPaper(1);
    const { body } = await call<object>("GET /factors", { bearer: ada.accessToken });
    const factor = { kind: "paper", createdAt: match.any(String), lastUsedAt: null };
    expect(body).toEqual({ factors: [factor], recoveryCodes: 1 });
    expectProblem(await call("GET /factors"), "NotAuthenticated");
  });
});

describe("recovery codes", () => {
  test("are ten, of 120 bits each, and stored as hashes; new ones end the old ones (T17, T20)", async () => {
    const ada = await signUpWithPaper();
    const old = [...ada.codes];
    const opened = tokensOf(await answer(await challengeFor(ada.name), old.pop()));
    const renewed = await renew(opened);
    expect(new Set(renewed).size).toBe(10);
    for (const code of renewed) expect(code).toMatch(/^([a-z2-7]{4}-){5}[a-z2-7]{4}$/);
    const dump = await dumpDatabase();
    for (const code of renewed) for (const shown of [code, code.replace(/-/g, "")]) expect(dump).not.toContain(shown);
    expect(refusal(await answer(await challengeFor(ada.name), old[0]))).toEqual(wrong);
    expect(await codesLeft(ada)).toBe(10);
  });

  test("any of them is good, once, in any order and as people type it (T18)", async () => {
    const ada = await signUpWithPaper();
    const opened = tokensOf(await answer(await challengeFor(ada.name), ada.codes[0]));
    const codes = await renew(opened);
    const typed = [codes[7], codes[2]?.toUpperCase(), ` ${codes[5]?.replace(/-/g, " ")} `, codes[0]?.replace(/-/g, "")];
    for (const code of typed) expect((await answer(await challengeFor(ada.name), code)).status).toBe(200);
    for (const code of typed) expect(refusal(await answer(await challengeFor(ada.name), code))).toEqual(wrong);
    const used = events.filter(({ event, userId }) => event === "authn_recovery_code_used" && userId === ada.id);
    expect(used.map(({ reason }) => reason)).toEqual(["2 left", "9 left", "8 left", "7 left", "6 left"]);
  });
});

describe("what is kept", () => {
  test("goes with the account", async () => {
    const ada = await signUpWithPaper();
    await challengeFor(ada.name);
    await guess(ada, 1);
    expect((await call("DELETE /me", { bearer: ada.accessToken, body: { password } })).status).toBe(204);
    for (const table of [factorChallenges, factorGuesses, recoveryCodes])
      expect(await read((db) => db.select().from(table).where(eq(table.userId, ada.id)))).toEqual([]);
  });

  test("is purged once it is over, and not before", async () => {
    const [ada, bob] = [await signUpWithPaper(), await signUpWithPaper()];
    for (const one of [ada, bob]) await guess(one, 1);
    await write((db) =>
      db
        .update(factorChallenges)
        .set({ expiresAt: fromNow(-1) })
        .where(isOf(ada)),
    );
    const isHers = eq(factorGuesses.userId, ada.id);
    await write((db) =>
      db
        .update(factorGuesses)
        .set({ dayEndsAt: fromNow(-1) })
        .where(isHers),
    );
    const { deleted } = await purge();
    expect(deleted["challenges and counts of wrong answers"]).toBeGreaterThanOrEqual(2);
    const left = async (person: Person) =>
      (await read((db) => db.select().from(factorChallenges).where(isOf(person)))).length;
    expect([await left(ada), await left(bob)]).toEqual([0, 1]);
  });

  test("no code and no challenge is ever in an event", () => {
    const told = JSON.stringify(events);
    expect(secrets.length).toBeGreaterThan(50);
    expect(secrets.filter((secret) => told.includes(secret))).toEqual([]);
  });
});

/** Wrong answers, to as many challenges as that takes. */
async function guess(person: Person, times: number): Promise<void> {
  let challenge = "";
  for (let one = 0; one < times; one += 1) {
    if (one % 4 === 0) challenge = await challengeFor(person.name);
    expect(refusal(await answer(challenge, "wrong"))).toEqual(wrong);
  }
}

function stepUp({ accessToken }: Tokens) {
  return call("POST /reauthenticate", { bearer: accessToken, body: { password } });
}

async function renew({ accessToken }: Tokens): Promise<string[]> {
  const { status, body } = await call<{ recoveryCodes: string[] }>("POST /recovery-codes", { bearer: accessToken });
  expect(status).toBe(201);
  secrets.push(...body.recoveryCodes);
  return body.recoveryCodes;
}

async function amrOf({ accessToken }: Tokens): Promise<readonly string[]> {
  return (await call("GET /orders", { mount: "", bearer: accessToken })).body.amr;
}

/** Who a request with the tokens was let in for. */
function callerOf({ id, accessToken }: Person) {
  return { userId: id, sessionId: sessionOf(accessToken), amr: ["pwd"] };
}

async function sessionsOf({ id }: Person): Promise<string[]> {
  const rows = await read((db) => db.select({ id: sessions.id }).from(sessions).where(eq(sessions.userId, id)));
  return rows.map((row) => row.id).sort();
}

async function codesLeft({ id }: Person): Promise<number> {
  return (await read((db) => db.select().from(recoveryCodes).where(eq(recoveryCodes.userId, id)))).length;
}

function isOf({ id }: Person) {
  return eq(factorChallenges.userId, id);
}
