import "./test-environment.js";
import { createHash, createHmac } from "node:crypto";
import bcrypt from "bcrypt";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { EventName } from "../../src/auth/events.js";
import { loginIsAddress } from "../../src/auth/login-name.js";
import { costsUpTo, hashPassword } from "../../src/auth/passwords.js";
import { parseRefreshToken } from "../../src/auth/refresh-token.js";
import { read, write } from "../../src/db/client.js";
import { sessions, users } from "../../src/db/schema/auth.js";
import {
  call,
  credentials,
  events,
  expectProblem,
  logIn,
  newName,
  password,
  refresh,
  sessionOf,
  signUp,
  startAuth,
  stopAuth,
} from "./client.js";
import { dumpDatabase } from "./database.js";
import { nameWith } from "./login-names.js";
import { match, tokensOf, userOf } from "./shapes.js";
import { environment } from "./test-environment.js";

// Passwords: which ones are taken, what becomes of them, and what others get to see.

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
      expect(answer.body.detail).toBe(answer.body.errors[0]?.message);
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
    expect(told).toMatchObject([{ reason: match.stringMatching(/neither PASSWORD_PEPPER nor/) }]);
  });
});

describe("hashing", () => {
  test("is refused with a time to wait when too many passwords are waiting for it", async () => {
    const results = await Promise.allSettled(Array.from({ length: 300 }, () => hashPassword(password)));
    const reasons = results.flatMap((result) => (result.status === "rejected" ? [result.reason as unknown] : []));
    expect(reasons.length).toBeGreaterThan(40);
    expect(reasons.length).toBeLessThan(50);
    for (const reason of reasons) expect(reason).toMatchObject({ code: "ServiceUnavailable", retryAfterSeconds: 5 });
    await hashPassword(password);
  });
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

  test("names a password change", async () => {
    const { id, accessToken } = await signUp();
    const start = events.length;
    const body = { currentPassword: password, newPassword: "ten grey geese waddle" };
    await call("PUT /password", { bearer: accessToken, body });
    expect(events[start]).toMatchObject({ event: "authn_password_change", userId: id });
  });
});

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
