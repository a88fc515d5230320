import "./test-environment.js";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import express from "express";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { errorTable } from "../../src/auth/errors.js";
import { authRouter } from "../../src/routes/auth.js";
import {
  call,
  credentials,
  deviceOf,
  events,
  expectAlive,
  expectDead,
  expectProblem,
  logIn,
  newAddress,
  newName,
  password,
  refresh,
  sessionOf,
  signUp,
  startAuth,
  stopAuth,
  underAttack,
} from "./client.js";
import { match, tokensOf } from "./shapes.js";

// How often a password may be guessed, by whom and from where.

beforeAll(startAuth, 60_000);
afterAll(stopAuth, 60_000);

describe("guesses", () => {
  test("of one address at one account end after ten, with the time to wait; the owner still gets in", async () => {
    const ada = await signUp();
    const from = newAddress();
    await guess(10, { name: ada.name, from });
    const answer = await call("POST /login", { body: credentials(ada.name), from });
    expectThrottled(answer);
    await logIn(ada.name);
    await expectAlive(ada);
  });

  test("at a name that nobody has are answered alike", async () => {
    const [known, unknown] = [(await signUp()).name, newName()];
    const answers = [];
    for (const name of [known, unknown]) {
      const from = newAddress();
      await guess(10, { name, from });
      const { status, text } = expectThrottled(await call("POST /login", { body: credentials(name), from }));
      answers.push({ status, text });
    }
    expect(answers[1]).toEqual(answers[0]);
  });

  test("are counted for a name in all its spellings", async () => {
    const { name } = await signUp();
    const from = newAddress();
    await guess(5, { name, from });
    await guess(5, { name: name.toUpperCase(), from });
    expectThrottled(await call("POST /login", { body: credentials(name), from }));
  });

  test("are counted for a whole IPv6 household, in every spelling of its addresses", async () => {
    const { name } = await signUp();
    const household = [
      "3fff:1:0:1::1",
      "3fff:0001::1:0:0:0:2",
      "3fff:1:0:1:ffff:ffff:ffff:ffff",
      "3FFF:1:0:1::127.0.0.1",
    ];
    for (const from of [...household, ...household, household[0], household[1]]) {
      if (from) await guess(1, { name, from });
    }
    expectThrottled(await call("POST /login", { body: credentials(name), from: "3fff:1:0:1::abcd" }));
    expect((await call("POST /login", { body: credentials(name), from: "3fff:1:0:2::1" })).status).toBe(200);
  });

  test("are counted for an IPv4 address, however it arrives, and for none beside it", async () => {
    const { name } = await signUp();
    const spellings = [
      "192.0.2.7",
      "::ffff:192.0.2.7",
      "::FFFF:c000:207",
      "0:0:0:0:0:ffff:192.0.2.7",
      "0000:0000:0000:0000:0000:ffff:c000:0207",
      "[::ffff:192.0.2.7]:443",
      "::ffff:0:192.0.2.7",
      "64:ff9b::192.0.2.7",
      "0064:FF9B::C000:207",
      "64:ff9b:1::192.0.2.7",
      "2002:c000:207::1",
      "2002:C000:0207:1:2:3:4:5",
    ];
    for (const from of spellings) {
      const answer = await call("POST /signup", { body: credentials(newName()), from });
      const listed = await call("GET /sessions", { bearer: tokensOf(answer).accessToken });
      expect(listed.body.sessions[0]?.ip).toBe("192.0.2.7");
      expect(events[events.length - 1]).toMatchObject({ event: "user_created", client: { ip: "192.0.2.7" } });
    }
    for (const from of spellings.slice(0, 10)) await guess(1, { name, from });
    for (const from of spellings) expectThrottled(await call("POST /login", { body: credentials(name), from }));
    expect((await call("POST /login", { body: credentials(name), from: "192.0.2.8" })).status).toBe(200);
  });

  test("are forgotten after a login", async () => {
    const { name } = await signUp();
    const from = newAddress();
    for (let round = 1; round <= 2; round += 1) {
      await guess(9, { name, from });
      expect((await call("POST /login", { body: credentials(name), from })).status).toBe(200);
    }
  });

  test("are forgotten after the right password behind an access token, too", async () => {
    const { name, accessToken } = await signUp();
    const from = newAddress();
    await guess(9, { name, from });
    const body = { email: "ada@example.org", currentPassword: password };
    expect((await call("PATCH /me", { bearer: accessToken, from, body })).status).toBe(200);
    await guess(9, { name, from });
  });

  test("behind the sessions of an account are ten from anywhere: one more ends its session, and no login counts them", async () => {
    const ada = await signUp();
    const phone = await logIn(ada.name);
    const wrong = { currentPassword: "a wrong password" };
    const from = newAddress();
    for (let time = 1; time <= 10; time += 1) {
      const { accessToken: bearer } = time % 2 === 0 ? ada : phone;
      const guesses = [
        () => call("DELETE /me", { bearer, from, body: { password: "a wrong password" } }),
        () => call("PUT /password", { bearer, body: { ...wrong, newPassword: `${password}!` } }),
        () => call("PATCH /me", { bearer, body: { ...wrong, email: "ada@example.org" } }),
      ];
      for (const wrongly of guesses.slice(time % 3, (time % 3) + 1)) expectProblem(await wrongly(), "WrongPassword");
    }
    const start = events.length;
    expectThrottled(await call("DELETE /me", { bearer: phone.accessToken, body: { password } }));
    await expectDead(phone);
    await expectAlive(ada);
    const told = { event: "authn_reauth_fail_max", userId: ada.id, sessionId: sessionOf(phone.accessToken) };
    expect(events.slice(start)).toEqual([match.objectContaining(told)]);
    expect((await call("POST /login", { from, body: credentials(ada.name) })).status).toBe(200);
  });

  test("behind thirty requests of one session at once are ten", async () => {
    const { accessToken: bearer } = await signUp();
    const body = { currentPassword: "a wrong password", newPassword: `${password}!` };
    const answers = await Promise.all(Array.from({ length: 30 }, () => call("PUT /password", { bearer, body })));
    expect(answers.filter(({ body }) => body.code === "WrongPassword")).toHaveLength(10);
    expectProblem(await call("GET /me", { bearer }), "InvalidAccessToken");
  });

  test("behind a session that are right are given back", async () => {
    const { accessToken: bearer } = await signUp();
    for (let time = 1; time <= 12; time += 1) {
      const body = { currentPassword: password, newPassword: "too short" };
      expectProblem(await call("PUT /password", { bearer, body }), "ValidationError", "newPassword");
    }
  });

  test("of many addresses at one account end after a hundred, but not for an address its owner has used", async () => {
    const { name } = await signUp();
    const home = newAddress();
    expect((await call("POST /login", { body: credentials(name), from: home })).status).toBe(200);
    await Promise.all(Array.from({ length: 100 }, () => guess(1, { name, from: newAddress() })));
    expectThrottled(await call("POST /login", { body: credentials(name) }));
    expect((await call("POST /login", { body: credentials(name), from: home })).status).toBe(200);
  }, 30_000);

  test("and signups of one address end after three hundred", async () => {
    const from = newAddress();
    const attempt = () => call("POST /signup", { from, body: credentials(newName(), "too short") });
    await Promise.all(Array.from({ length: 300 }, async () => expectProblem(await attempt(), "ValidationError")));
    expectThrottled(await attempt());
    expectThrottled(await call("POST /login", { from, body: credentials(newName()) }));
  }, 30_000);

  test("can't hide behind X-Forwarded-For where the application trusts no proxy", async () => {
    const app = express();
    app.use("/api/auth", authRouter);
    const { name } = await signUp();
    for (let time = 1; time <= 10; time += 1) await guess(1, { name, from: newAddress(), app });
    expectThrottled(await call("POST /login", { body: credentials(name), app }));
  });

  test("can't hide behind what is no address where the application trusts every proxy", async () => {
    const { name } = await signUp();
    for (let time = 1; time <= 10; time += 1) await guess(1, { name, from: `nobody-${time}` });
    expectThrottled(await call("POST /login", { from: "unknown", body: credentials(name) }));
  });

  test("that are refused are told once, however often the client comes back", async () => {
    const { name } = await signUp();
    const from = newAddress();
    await guess(10, { name, from });
    const start = events.length;
    for (let time = 1; time <= 5; time += 1)
      expectThrottled(await call("POST /login", { body: credentials(name), from }));
    const told = { event: "authn_login_throttled", outcome: "failure" };
    expect(events.slice(start)).toEqual([match.objectContaining(told)]);
  });
});

describe("while strangers from everywhere guess at an account, its owner", () => {
  const attempt = (name: string, more: Record<string, unknown>, headers: Record<string, string> = {}) =>
    call("POST /login", { body: { ...credentials(name), ...more }, headers });

  test("gets in from a network never seen before, by the cookie of a device of theirs", async () => {
    const name = newName();
    const device = deviceOf(await call("POST /signup", { body: credentials(name) }));
    const other = deviceOf(await call("POST /signup", { body: credentials(newName()) }));
    await underAttack(name);
    expectThrottled(await attempt(name, {}, other));
    const changed = device.Cookie.replace(/.$/, (last) => (last === "A" ? "B" : "A"));
    for (const Cookie of [changed, device.Cookie.slice(0, -1), "__Host-device=", `x${device.Cookie}`])
      expectThrottled(await attempt(name, {}, { Cookie }));
    const answer = await attempt(name, {}, { Cookie: `${other.Cookie}; ${device.Cookie}` });
    expect(answer.status).toBe(200);
    expect(deviceOf(answer)).not.toEqual(device);
    await call("POST /logout", { bearer: tokensOf(answer).accessToken });
    expect((await attempt(name, {}, device)).status).toBe(200);
  });

  test("gets in by their last refresh token, which is neither spent nor ended by that", async () => {
    const ada = await signUp();
    const [spent, bob] = [ada.refreshToken, await signUp()];
    const { refreshToken } = tokensOf(await refresh(spent));
    await underAttack(ada.name);
    for (const wrong of [spent, bob.refreshToken, "x", "", `${refreshToken}=`])
      expectThrottled(await attempt(ada.name, { refreshToken: wrong }));
    expectProblem(await attempt(ada.name, { refreshToken: 7 }), "ValidationError", "refreshToken");
    expect((await attempt(ada.name, { refreshToken })).status).toBe(200);
    const next = tokensOf(await refresh(refreshToken));
    await call("POST /logout", { body: { refreshToken: next.refreshToken } });
    expect((await attempt(ada.name, { refreshToken: next.refreshToken })).status).toBe(200);
  });

  test("is no more known by what came before a new password, or a theft that was noticed", async () => {
    const name = newName();
    const first = await call("POST /signup", { body: credentials(name) });
    const stolen = tokensOf(await call("POST /login", { body: credentials(name) }));
    const thiefs = tokensOf(await refresh(stolen.refreshToken));
    expectProblem(await refresh(stolen.refreshToken), "ForbiddenError");
    const newPassword = "ten grey geese waddle";
    const change = { bearer: tokensOf(first).accessToken, body: { currentPassword: password, newPassword } };
    await underAttack(name);
    expectThrottled(await attempt(name, { refreshToken: thiefs.refreshToken }));
    const changed = await call("PUT /password", change);
    expect(changed.status).toBe(200);
    const past = { password: newPassword, refreshToken: tokensOf(first).refreshToken };
    expectThrottled(await attempt(name, past, deviceOf(first)));
    expect((await attempt(name, { password: newPassword }, deviceOf(changed))).status).toBe(200);
  });

  test("is told from whoever has stolen the cookie by thirty guesses: then it is as good as none", async () => {
    const name = newName();
    const device = deviceOf(await call("POST /signup", { body: credentials(name) }));
    await underAttack(name);
    const wrong = () => call("POST /login", { body: credentials(name, "a wrong password"), headers: device });
    const guesses = await Promise.all(Array.from({ length: 40 }, wrong));
    expect(guesses.filter(({ status }) => status === 429)).toHaveLength(10);
    expectThrottled(await attempt(name, {}, device));
  });

  test("is not told from that thief by another spelling of the cookie", async () => {
    const name = newName();
    await call("POST /signup", { body: credentials(name) });
    const logInAgain = async () => deviceOf(await call("POST /login", { body: credentials(name) })).Cookie;
    let Cookie = "";
    while (!/=.*[-_]/.test(Cookie.slice("__Host-device".length))) Cookie = await logInAgain();
    const [label = "", value = ""] = Cookie.split("=");
    await underAttack(name);
    const spelled = `${label}=${value.replace(/-/g, "+").replace(/_/g, "/")}`;
    expectThrottled(await attempt(name, {}, { Cookie: spelled }));
    expect((await attempt(name, {}, { Cookie })).status).toBe(200);
  });
});

describe("guesses without an address, as over a Unix socket,", () => {
  test("count for their account alone: no other is kept out, and a hundred a day end them", async () => {
    const [ada, bob] = [await signUp(), await signUp()];
    await overSocket(async (logInWith) => {
      const guessAt = (name: string) => logInWith(credentials(name, "a wrong password"));
      const { status: refused } = errorTable.InvalidLoginCredentials;
      for (let time = 1; time <= 12; time += 1) expect(await guessAt(ada.name)).toBe(refused);
      expect(await logInWith(credentials(bob.name))).toBe(200);
      for (let time = 13; time <= 100; time += 1) expect(await guessAt(ada.name)).toBe(refused);
      expect(await logInWith(credentials(ada.name))).toBe(429);
      expect(await logInWith(credentials(bob.name))).toBe(200);
    });
  }, 30_000);
});

async function guess(times: number, { name, from, app }: { name: string; from: string; app?: express.Express }) {
  for (let time = 1; time <= times; time += 1) {
    const request = { body: credentials(name, "a wrong password"), from };
    expectProblem(await call("POST /login", app ? { ...request, app } : request), "InvalidLoginCredentials");
  }
}

/** Gives `work` a way to log in to the module where the connection has no address, and answers the status. */
async function overSocket(work: (logInWith: (body: object) => Promise<number>) => Promise<void>): Promise<void> {
  const name = `auth-${randomBytes(8).toString("hex")}`;
  const socketPath = process.platform === "win32" ? `\\\\.\\pipe\\${name}` : join(tmpdir(), `${name}.sock`);
  const server = createServer(express().use(authRouter)).listen(socketPath);
  await once(server, "listening");
  const logInWith = async (body: object): Promise<number> => {
    const headers = { "Content-Type": "application/json" };
    const sent = request({ socketPath, method: "POST", path: "/login", headers }).end(JSON.stringify(body));
    const [answer] = (await once(sent, "response")) as [IncomingMessage];
    answer.resume();
    return answer.statusCode ?? 0;
  };
  try {
    await work(logInWith);
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}

function expectThrottled(answer: Awaited<ReturnType<typeof call>>) {
  expectProblem(answer, "TooManyRequests");
  expect(answer.headers["retry-after"]).toMatch(/^[1-9]\d*$/);
  return answer;
}
