import "./test-environment.js";
import { createHash, createHmac, randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import bcrypt from "bcrypt";
import { eq } from "drizzle-orm";
import express from "express";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { errorTable } from "../../src/auth/errors.js";
import type { EventName } from "../../src/auth/events.js";
import { loginIsAddress } from "../../src/auth/login-name.js";
import { costsUpTo, hashPassword } from "../../src/auth/passwords.js";
import { parseRefreshToken } from "../../src/auth/refresh-token.js";
import { read, write } from "../../src/db/client.js";
import { sessions, users } from "../../src/db/schema/auth.js";
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
import { dumpDatabase } from "./database.js";
import { nameWith } from "./login-names.js";
import { tokensOf, userOf } from "./shapes.js";
import { environment } from "./test-environment.js";

// Passwords: which ones are taken, what becomes of them, how often they may be guessed, and what others get to see.

const { PASSWORD_PEPPER: pepper, PASSWORD_PEPPER_PREVIOUS: previousPepper } = environment;

beforeAll(startAuth, 60_000);
afterAll(stopAuth, 60_000);

describe("a new password", () => {
  const name = nameWith("Margarete");
  const email = "hamilton.m@example.org";
  const refused: Record<string, string> = {
    "14 characters long": "14 characters.",
    "15 characters only before they are composed": `${"e\u0301".repeat(10)}1234`,
    "257 characters long": `${"ab".repeat(128)}c`,
    "14 characters of two code units each": "🦊🐻🐼🐨🐯🦁🐮🐷🐸🐵🐔🐧🐦🐤",
    "one of the commonest": "passwordpassword",
    "one of the commonest, in another case": "PassWordPassword",
    "one of the commonest, in full width": "\uff50\uff41\uff53\uff53word12345678",
    "the name and little more": "margarete1234567",
    "the name, twice": "MARGARETEmargarete",
    "the e-mail's local part and little more": `${(loginIsAddress ? name : email).split("@")[0]}-12345`,
    "this site's name and little more": "auth-tests-auth-tests!",
    "this site's name without its hyphen and little more": "authtests-1234567",
    "this site's name in other words and little more": "Auth Tests 2026, auth_tests",
    "a letter, 25 times": "a".repeat(25),
    "a letter, 255 times, and another": `${"a".repeat(255)}b`,
    "a character that is not seen, 20 times": " ".repeat(20),
    "the alphabet": "abcdefghijklmnopqrstuvwxyz",
    "the alphabet, in capitals, and digits": "ABCDEFGHIJKLMNOPQRSTUVWXYZ 0123456789",
    "the alphabet from its end": "zyxwvutsrqponmlkjihgfedcba",
    "the alphabet of another script": "абвгдежзийклмнопрстуфхцчшщъыьэюя",
    "the alphabet, spelled": "a-b-c-d-e-f-g-h-i-j-k-l-m",
    "the alphabet, each letter twice": "aabbccddeeffgghhiijjkkll",
    "every other letter of the alphabet": "acegikmoqsuwyacegi",
    "rows of a keyboard": "qwertyuiop asdfghjkl zxcvbnm",
    "rows of a keyboard from their ends": "mnbvcxz-lkjhgfdsa",
    "a word, three times": "heronheronheron",
    "a word, and again, cut off": "wader-wader-wader-wa",
    "a longer word, twice": "woodpecker.woodpecker",
    "two letters, 128 times": "ab".repeat(128),
    "half of a character": `${"good enough but "}\ud83d`,
  };
  for (const [what, weak] of Object.entries(refused)) {
    test(`is refused, with the reason, when it is ${what}`, async () => {
      const answer = await call("POST /signup", { body: { email, ...credentials(name, weak) } });
      expectProblem(answer, "ValidationError", "password");
      expect(answer.body.detail).toBe(answer.body.errors[0].message);
      expect(answer.text).not.toContain(JSON.stringify(weak));
    });
  }

  for (const good of [
    "15 characters..",
    "🦊🐻🐼🐨🐯🦁🐮🐷🐸🐵🐔🐧🐦🐤🦆",
    ["a", "b", "c", "d"].map((seed) => createHash("sha256").update(seed).digest("hex")).join(""),
    " \t\u3000 spaces \u00a0 around ",
    "correct horse horse staple",
    "woodpeckers peck at wood",
    "Margarete has a blue hat",
    "nul \u0000 and \u0007 bell, line\nbreak",
    "Пароль из буквы",
    "ümläüt für ümläüt",
  ]) {
    test(`may be ${JSON.stringify(good).slice(0, 40)}`, async () => {
      const name = newName();
      expect((await call("POST /signup", { body: credentials(name, good) })).status).toBe(201);
      await logIn(name, good);
    });
  }
});

describe("a password", () => {
  const long = "abcdefghijklmnopqrstuvwxyz".repeat(4);
  const lookalikes: Record<string, [string, string]> = {
    "with a space before it": [password, ` ${password}`],
    "with a space after it": [password, `${password} `],
    "in another case": [password, password.toUpperCase()],
    "without its last character": [password, password.slice(0, -1)],
    "that differs after 72 bytes": [`${long}1`, `${long}2`],
    "that differs after a NUL": ["fifteen or more\u0000one", "fifteen or more\u0000two"],
    "in full width": [password, password.replace("n", "\uff4e")],
  };
  for (const [what, [real, other]] of Object.entries(lookalikes)) {
    test(`is not the same ${what}`, async () => {
      const name = newName();
      await call("POST /signup", { body: credentials(name, real) });
      expectProblem(await call("POST /login", { body: credentials(name, other) }), "InvalidLoginCredentials");
      await logIn(name, real);
    });
  }

  test("is the same however its accents are composed", async () => {
    const name = newName();
    await call("POST /signup", { body: credentials(name, "cr\u00e8me br\u00fbl\u00e9e, twice") });
    await logIn(name, "cre\u0300me bru\u0302le\u0301e, twice");
  });

  test("is not changed for itself, however its accents are composed", async () => {
    const composed = "cr\u00e8me br\u00fbl\u00e9e, twice";
    const name = newName();
    await call("POST /signup", { body: credentials(name, composed) });
    const { accessToken: bearer } = await logIn(name, composed);
    for (const newPassword of [composed, composed.normalize("NFD")]) {
      const body = { currentPassword: composed, newPassword };
      expectProblem(await call("PUT /password", { bearer, body }), "ValidationError", "newPassword");
    }
    await logIn(name, composed);
  });

  test("from before a stricter policy still logs in", async () => {
    const { id, name } = await signUp();
    await setHash(id, await hashPassword("short"));
    await logIn(name, "short");
  });

  test("is stored as bcrypt of its HMAC with the pepper", async () => {
    const { id } = await signUp();
    const { passwordHash } = await hashOf(id);
    expect(passwordHash).toMatch(/^\$2b\$04\$/);
    expect(await bcrypt.compare(mix(pepper, password), passwordHash)).toBe(true);
    expect(await bcrypt.compare(password, passwordHash)).toBe(false);
  });

  test("gets a new hash at login when the cost has changed", async () => {
    const { id, name } = await signUp();
    const { pepperId } = await hashOf(id);
    await setHash(id, { passwordHash: await bcrypt.hash(mix(pepper, password), 5), pepperId });
    expectProblem(await call("POST /login", { body: credentials(name, "wrong") }), "InvalidLoginCredentials");
    expect((await hashOf(id)).passwordHash).toMatch(/^\$2b\$05\$/);
    await logIn(name);
    expect((await hashOf(id)).passwordHash).toMatch(/^\$2b\$04\$/);
    await logIn(name);
  });

  test("is checked with the work of today's cost, whatever its hash has cost; a dearer hash shows", () => {
    const work = (costs: number[]) => costs.reduce((sum, cost) => sum + 2 ** cost, 0);
    for (let today = 4; today <= 15; today += 1)
      for (let stored = 4; stored <= today; stored += 1)
        expect(work([stored, ...costsUpTo(today, stored)])).toBe(2 ** today);
    expect(costsUpTo(10, 12)).toEqual([]);
  });

  test("gets a new hash at login when the pepper has changed", async () => {
    const { id, name } = await signUp();
    const { pepperId } = await hashOf(id);
    await setHash(id, {
      passwordHash: await bcrypt.hash(mix(previousPepper, password), 4),
      pepperId: idOf(previousPepper),
    });
    await logIn(name);
    const renewed = await hashOf(id);
    expect(renewed.pepperId).toBe(pepperId);
    expect(await bcrypt.compare(mix(pepper, password), renewed.passwordHash)).toBe(true);
  });

  test("under a pepper that nobody knows any more opens nothing, and is told of once an hour", async () => {
    const before = events.length;
    const { id, name } = await signUp();
    await setHash(id, { passwordHash: await bcrypt.hash(mix(pepper, password), 4), pepperId: "forgotten" });
    for (let n = 0; n < 2; n++)
      expectProblem(await call("POST /login", { body: credentials(name) }), "InvalidLoginCredentials");
    const told = events.slice(before).filter(({ event }) => event === "sys_error");
    expect(told).toMatchObject([{ reason: expect.stringMatching(/neither PASSWORD_PEPPER nor/) }]);
  });
});

describe("hashing", () => {
  test("is refused with a time to wait when too many passwords are waiting for it", async () => {
    const results = await Promise.allSettled(Array.from({ length: 300 }, () => hashPassword(password)));
    const reasons = results.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
    expect(reasons.length).toBeGreaterThan(40);
    expect(reasons.length).toBeLessThan(50);
    for (const reason of reasons) expect(reason).toMatchObject({ code: "ServiceUnavailable", retryAfterSeconds: 5 });
    await hashPassword(password);
  });
});

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
      expect(listed.body.sessions[0].ip).toBe("192.0.2.7");
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
    expect(events.slice(start)).toEqual([expect.objectContaining(told)]);
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

describe("what is stored", () => {
  test.each([
    ["an address", "203.0.113.7", "203.0.113.7"],
    ["one with a port", "203.0.113.7:51324", "203.0.113.7"],
    ["one of IPv6 with a port", "[2001:db8::1]:51324", "2001:db8::1"],
    ["one with a zone", "fe80::1%eth0", "fe80::1"],
    ["one with an endless zone", `fe80::1%${"x".repeat(3000)}`, "fe80::1"],
    ["endless", "x".repeat(3000), "127.0.0.1"],
    ["something else", "' or 1=1", "127.0.0.1"],
  ])("of a sender that says it is %s is an address", async (_what, from, stored) => {
    const { id } = userOf(await call("POST /signup", { from, body: credentials(newName()) }));
    const [session] = await read((db) => db.select().from(sessions).where(eq(sessions.userId, id)));
    expect(session?.ip).toBe(stored);
  });

  test("holds no password and no token, nor what a token could be made from", async () => {
    const ada = await signUp();
    const next = tokensOf(await refresh(ada.refreshToken));
    const change = { currentPassword: password, newPassword: "ten grey geese waddle" };
    const newest = tokensOf(await call("PUT /password", { bearer: next.accessToken, body: change }));
    const dump = await dumpDatabase();
    expect(dump).toContain(ada.name);
    expect(dump).toContain(sessionOf(newest.accessToken));
    for (const { accessToken, refreshToken } of [ada, next, newest]) {
      for (const secret of [accessToken, accessToken.split(".")[2] ?? "", refreshToken, ...spellingsOf(refreshToken)]) {
        expect(dump.includes(secret)).toBe(false);
      }
    }
    for (const secret of [password, "ten grey geese waddle", pepper, environment.JWT_SECRET_KEY]) {
      expect(dump.includes(secret)).toBe(false);
    }
  });
});

describe("the log", () => {
  test("says what happened, to whom and from where, and holds nothing secret", async () => {
    const from = "3fff:2::1";
    const start = events.length;
    const ada = await signUp();
    const login = credentials(ada.name);
    const there = { body: login, from, headers: { "User-Agent": "browser" } };
    const tokens = tokensOf(await call("POST /login", there));
    await call("POST /login", { body: { ...login, password: "a wrong password" } });
    await call("PUT /password", { bearer: tokens.accessToken, body: { currentPassword: "x", newPassword: password } });
    await call("PATCH /me", { bearer: tokens.accessToken, body: { displayName: "Ada" } });
    await refresh(ada.refreshToken);
    await refresh(ada.refreshToken);
    await call("POST /logout", { bearer: tokens.accessToken });
    const again = await logIn(ada.name);
    await call("POST /logout-all", { bearer: again.accessToken });
    const { accessToken } = await logIn(ada.name);
    await call("DELETE /me", { bearer: accessToken, body: { password } });

    const named: EventName[] = [
      "user_created",
      "authn_login_success",
      "authn_login_fail",
      "authn_password_change_fail",
      "user_updated",
      "authn_token_reuse",
      "authn_logout",
      "authn_login_success",
      "authn_logout_all",
      "authn_login_success",
      "user_deleted",
    ];
    const heard = events.slice(start).filter(({ event }) => named.includes(event));
    expect(heard.map(({ event }) => event)).toEqual(named);
    expect(heard[1]).toEqual({
      event: "authn_login_success",
      outcome: "success",
      userId: ada.id,
      sessionId: sessionOf(tokens.accessToken),
      client: { ip: from, userAgent: "browser" },
    });
    const log = JSON.stringify(events);
    const secrets = [password, "a wrong password", ada.name, ada.accessToken, ada.refreshToken, tokens.refreshToken];
    for (const secret of secrets) expect(log.includes(secret)).toBe(false);
  });

  test("names a password change, and a throttled guess", async () => {
    const { id, name, accessToken } = await signUp();
    const start = events.length;
    const body = { currentPassword: password, newPassword: "ten grey geese waddle" };
    await call("PUT /password", { bearer: accessToken, body });
    const from = newAddress();
    await guess(10, { name, from });
    await call("POST /login", { body: credentials(name), from });
    expect(events[start]).toMatchObject({ event: "authn_password_change", userId: id });
    expect(events.at(-1)).toMatchObject({ event: "authn_login_throttled", outcome: "failure" });
  });

  test("names a throttled client once, however often it comes back", async () => {
    const { name } = await signUp();
    const from = newAddress();
    await guess(10, { name, from });
    const start = events.length;
    for (let time = 1; time <= 5; time += 1)
      expectThrottled(await call("POST /login", { body: credentials(name), from }));
    expect(events.slice(start).map(({ event }) => event)).toEqual(["authn_login_throttled"]);
  });
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

async function hashOf(id: string) {
  const [row] = await read((db) => db.select().from(users).where(eq(users.id, id)));
  if (!row) throw new Error("There is no such user.");
  return row;
}

async function setHash(id: string, hash: { passwordHash: string; pepperId: string }): Promise<void> {
  await write((db) => db.update(users).set(hash).where(eq(users.id, id)));
}

function mix(key: string, text: string): string {
  return createHmac("sha384", key).update(text.normalize("NFC")).digest("base64");
}

function idOf(key: string): string {
  return createHmac("sha384", key).update("pepper id").digest("base64").slice(0, 8);
}

/** The secret part of a refresh token, and hashes of the whole, in every way they might be written down. */
function spellingsOf(refreshToken: string): string[] {
  const familyId = parseRefreshToken(refreshToken)?.familyId ?? Buffer.alloc(0);
  const hash = createHash("sha256").update(refreshToken).digest();
  const ways = ["base64url", "base64", "hex", "latin1"] as const;
  return [familyId, hash].flatMap((bytes) => ways.map((way) => bytes.toString(way)));
}
