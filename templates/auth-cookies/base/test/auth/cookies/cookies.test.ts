import "./environment.js";
import { eq } from "drizzle-orm";
import type { Request } from "express";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readCookieConfig } from "../../../src/auth/cookies/config.js";
import { cookieKind, requireCookieKind } from "../../../src/auth/cookies/cookie-jar.js";
import { memorySessionCache } from "../../../src/auth/cookies/memory-cache.js";
import { type LiveSession, renewSession } from "../../../src/auth/cookies/store.js";
import { issueRefreshToken, parseRefreshToken } from "../../../src/auth/refresh-token.js";
import { fromNow, now, read, write } from "../../../src/db/client.js";
import { sessions, users } from "../../../src/db/schema/auth.js";
import {
  call,
  credentials,
  events,
  expectProblem,
  expectRefusalsToCount,
  named,
  newName,
  password,
  refresh,
  signUp,
  startAuth,
  stopAuth,
} from "../client.js";
import { dumpDatabase, duringOutage } from "../database.js";
import { loginShape, match, tokensOf, userOf, userShape } from "../shapes.js";
import {
  type Browser,
  browserOf,
  cookieLines,
  cookieOf,
  fromPage,
  logInWithBrowser,
  page,
  signUpInBrowser,
} from "./browser.js";
import { testRedisUrl } from "./environment.js";

// What cookie sessions promise. What they have in common with bearer tokens, and who may use them, have files of their own.
beforeAll(startAuth, 60_000);
afterAll(stopAuth, 60_000);

const days = 24 * 60 * 60;

describe("POST /session", () => {
  test("name and password open a session whose secret travels in the cookie alone", async () => {
    const ada = await signUp();
    const answer = await page("POST /session", { body: credentials(ada.name) });
    expect(answer.status).toBe(200);
    expect(answer.headers["cache-control"]).toBe("no-store");
    const session = { id: browserOf(answer, ada).sessionId, expiresAt: match.any(String) };
    expect(answer.body).toEqual(loginShape({ id: ada.id, ...named(ada.name) }, { session }));
    expect(secondsLeft(answer.body.session.expiresAt) / days).toBeCloseTo(31, 2);
    await expectOpen(browserOf(answer, ada));
  });

  test("the cookie is out of reach of scripts, other sites, other hosts and plain http, and outlives the browser", async () => {
    const ada = await signUp();
    const { name, value, attributes } = cookieOf(await page("POST /session", { body: credentials(ada.name) }));
    expect([name, value]).toEqual(["__Host-sid", match.stringMatching(/^[\w-]{43}$/)]);
    const { "Max-Age": maxAge, Expires: expires, ...others } = attributes;
    expect(Date.parse(String(expires))).toBeGreaterThan(Date.now());
    expect(others).toEqual({ HttpOnly: true, Secure: true, SameSite: "Lax", Path: "/" });
    expect(Number(maxAge)).toBeGreaterThan(364 * days);
    expect(Number(maxAge)).toBeLessThanOrEqual(365 * days);
  });

  test("a wrong password and an unknown name get the same answer as at /login, and no cookie", async () => {
    const { name } = await signUp();
    const wrong = await page("POST /session", { body: credentials(name, "a wrong password") });
    const unknown = await page("POST /session", { body: credentials(newName()) });
    expectProblem(wrong, "InvalidLoginCredentials");
    expect([unknown.status, unknown.text]).toEqual([wrong.status, wrong.text]);
    expect([...cookieLines(wrong), ...cookieLines(unknown)]).toEqual([]);
  });

  test("a form can't log in: the body must be JSON", async () => {
    const headers = { "Content-Type": "application/x-www-form-urlencoded" };
    expectProblem(await page("POST /session", { body: "username=a&password=b", headers }), "UnsupportedMediaType");
  });

  test("every login has a new value, and ends the session that the browser had", async () => {
    const ada = await signUpInBrowser();
    const again = await logInWithBrowser(ada.name, ada.headers);
    expect(again.value).not.toBe(ada.value);
    await expectEnded(ada);
    await expectOpen(again);
    expect((await rowOf(ada)).revokedReason).toBe("replaced");
  });

  test("the session of somebody else in the same browser ends too, but not when the login fails", async () => {
    const [ada, bob] = [await signUpInBrowser(), await signUp()];
    const attempt = credentials(bob.name, "a wrong password");
    await page("POST /session", { body: attempt }, ada);
    await expectOpen(ada);
    await expectOpen(await logInWithBrowser(bob.name, ada.headers));
    await expectEnded(ada);
  });

  test("refused by a login check leaves the guess counted, and the network a stranger's", async () => {
    const { name } = await signUp();
    await expectRefusalsToCount(name, (from) => page("POST /session", { body: credentials(name), from }));
  }, 30_000);

  test("a value that the client brings is never adopted", async () => {
    const { name } = await signUp();
    const planted = "A".repeat(43);
    const headers = { ...fromPage, Cookie: `__Host-sid=${planted}` };
    expect((await logInWithBrowser(name, headers)).value).not.toBe(planted);
    expectProblem(await call("GET /me", { headers }), "NotAuthenticated");
  });
});

describe("GET /session", () => {
  test("it says who is logged in, and since when", async () => {
    const ada = await signUpInBrowser();
    const answer = await page("GET /session", {}, ada);
    expect(answer.status).toBe(200);
    const times = { createdAt: match.any(String), lastUsedAt: match.any(String), expiresAt: match.any(String) };
    expect(answer.body).toEqual({
      user: userShape({ id: ada.id, ...named(ada.name) }),
      session: { id: ada.sessionId, ...times },
    });
  });

  test("without a session it is 401", async () => {
    expectProblem(await page("GET /session"), "NotAuthenticated");
  });
});

describe("DELETE /session", () => {
  test("it ends the session, and takes the cookie out of the browser", async () => {
    const ada = await signUpInBrowser();
    const answer = await page("DELETE /session", {}, ada);
    expect([answer.status, answer.text]).toEqual([204, ""]);
    const { name, value, attributes } = cookieOf(answer);
    expect({ name, value, ...attributes }).toMatchObject({ name: "__Host-sid", value: "", "Max-Age": "0", Path: "/" });
    await expectEnded(ada);
  });

  test("it is no error a second time, nor without a cookie: the browser has no session either way", async () => {
    const ada = await signUpInBrowser();
    for (const browser of [ada, ada, undefined]) {
      const answer = await page("DELETE /session", {}, browser);
      expect([answer.status, cookieOf(answer).value]).toEqual([204, ""]);
    }
  });
});

describe.each(["POST /logout", "DELETE /session"])("%s ends all that the request carries:", (route) => {
  test("the cookie's session and the access token's", async () => {
    const [browser, phone] = [await signUpInBrowser(), await signUp()];
    const answer = await page(route, { bearer: phone.accessToken }, browser);
    expect([answer.status, cookieOf(answer).value]).toEqual([204, ""]);
    await expectEnded(browser);
    expectProblem(await call("GET /me", { bearer: phone.accessToken }), "InvalidAccessToken");
  });

  test("the cookie's session beside a token that is dead or was never good, and the cookie goes", async () => {
    const dead = await signUp();
    await call("POST /logout", { bearer: dead.accessToken });
    for (const bearer of [dead.accessToken, "x.y.z", ""]) {
      const browser = await signUpInBrowser();
      const answer = await page(route, { bearer }, browser);
      expect([answer.status, cookieOf(answer).value]).toEqual([204, ""]);
      expect(answer.headers["clear-site-data"]).toBe('"cache"');
      await expectEnded(browser);
    }
  });

  test("the access token's beside a cookie that is dead or was never good, and the cookie goes", async () => {
    const dead = await signUpInBrowser();
    await page("DELETE /session", {}, dead);
    for (const cookie of [dead.headers["Cookie"] ?? "", "__Host-sid=", "__Host-sid=x", "__Host-sid=a; __Host-sid=b"]) {
      const { accessToken } = await signUp();
      const answer = await page(route, { bearer: accessToken, headers: { Cookie: cookie } });
      expect([answer.status, cookieOf(answer).value]).toEqual([204, ""]);
      expectProblem(await call("GET /me", { bearer: accessToken }), "InvalidAccessToken");
    }
  });

  test("not the cookie's session where another site may have sent it, though the access token's ends", async () => {
    const [browser, phone] = [await signUpInBrowser(), await signUp()];
    const headers = { ...browser.headers, "X-Forwarded-Proto": "https", "Sec-Fetch-Site": "cross-site" };
    expectProblem(await call(route, { headers }), "ForbiddenError");
    const answer = await call(route, { bearer: phone.accessToken, headers });
    expect([answer.status, cookieLines(answer), answer.headers["clear-site-data"]]).toEqual([204, [], undefined]);
    await expectOpen(browser);
    expectProblem(await call("GET /me", { bearer: phone.accessToken }), "InvalidAccessToken");
  });
});

describe("POST /logout", () => {
  test("by a cookie alone ends its session, as often as it is sent", async () => {
    const ada = await signUpInBrowser();
    for (let time = 1; time <= 2; time += 1) {
      const answer = await page("POST /logout", {}, ada);
      expect([answer.status, cookieOf(answer).value]).toEqual([204, ""]);
    }
    await expectEnded(ada);
    expectProblem(await page("POST /logout"), "NotAuthenticated");
  });
});

describe("whoever has a cookie, or asks for one with `Auth-Session: cookie`,", () => {
  const asking = { "Auth-Session": "cookie" };

  test("gets it at signup instead of tokens", async () => {
    const answer = await page("POST /signup", { body: credentials(newName()), headers: asking });
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual(loginShape({}, { session: match.any(Object) }));
    await expectOpen(browserOf(answer, userOf(answer)));
  });

  test("stays logged in through a change of the password, by a new cookie", async () => {
    const ada = await signUpInBrowser();
    const body = { currentPassword: password, newPassword: "ten grey geese waddle" };
    const answer = await page("PUT /password", { body }, ada);
    expect([answer.status, Object.keys(answer.body)]).toEqual([200, ["session"]]);
    await expectOpen(browserOf(answer, ada));
    await expectEnded(ada);
  });

  test("gets none at /login without asking, and none by a bearer token", async () => {
    const ada = await signUp();
    const login = await page("POST /login", { body: credentials(ada.name) });
    expect(cookieLines(login).filter(isSessionCookie)).toEqual([]);
    expect(tokensOf(login).accessToken).toEqual(match.any(String));
    const body = { currentPassword: password, newPassword: "ten grey geese waddle" };
    const change = await page("PUT /password", { body, bearer: ada.accessToken });
    expect(cookieLines(change).filter(isSessionCookie)).toEqual([]);
    expect(tokensOf(change).accessToken).toEqual(match.any(String));
  });
});

describe("what is stored", () => {
  test("is a hash of the cookie: neither database nor log hold its value", async () => {
    const { value, sessionId } = await signUpInBrowser();
    const dump = await dumpDatabase();
    expect(dump).toContain(sessionId);
    expect(dump + JSON.stringify(events)).not.toContain(value);
    expect(dump).not.toContain(Buffer.from(value, "base64url").toString("latin1"));
  });

  test("a cookie is no refresh token, not even with a genuine MAC around its secret", async () => {
    const ada = await signUpInBrowser();
    const familyId = Buffer.from(ada.value, "base64url");
    const forged = issueRefreshToken({ familyId, generation: 0, sessionId: ada.sessionId });
    for (const token of [ada.value, forged]) expectProblem(await refresh(token), "ForbiddenError");
    await expectOpen(ada);
    expect((await rowOf(ada)).generation).toBe(0);
  });

  test("a refresh token is no cookie, nor is the secret inside it", async () => {
    const { refreshToken, accessToken } = await signUp();
    const secret = parseRefreshToken(refreshToken)?.familyId.toString("base64url");
    for (const value of [refreshToken, refreshToken.slice(0, 43), secret, accessToken]) {
      await expectRefused(`__Host-sid=${value}`);
    }
    expect((await call("GET /me", { bearer: accessToken })).status).toBe(200);
  });
});

describe("a cookie that is not as we made it", () => {
  const zeros = "A".repeat(43);
  const malformed: [string, string][] = [
    ["is empty", ""],
    ["is too short", zeros.slice(1)],
    ["is too long", `${zeros}A`],
    ["spells the same bytes in another way", zeros.replace(/A$/, "B")],
    ["is of another alphabet", zeros.replace(/A$/, "+")],
    ["is quoted", `"${zeros}"`],
    ["is escaped", `%41${zeros.slice(1)}`],
    ["is very long", "A".repeat(4_000)],
    ["stands there twice", `${zeros}; __Host-sid=${zeros}`],
  ];

  for (const [what, value] of malformed) {
    test(`and ${what} is refused without a query`, async () => {
      await duringOutage(() => expectRefused(`__Host-sid=${value}`));
    });
  }

  test("two cookies are refused, even when one is good", async () => {
    const { value } = await signUpInBrowser();
    await expectRefused(`__Host-sid=${value}; __Host-sid=${"A".repeat(43)}`);
    await expectRefused(`__Host-sid=${"A".repeat(43)};__Host-sid=${value}`);
  });

  test("white space that is part of another name makes no session cookie of it: any host of the domain may set that", async () => {
    const [ada, mallory] = [await signUpInBrowser(), await signUpInBrowser()];
    await expectRefused(`\u00a0__Host-sid=${mallory.value}`);
    const Cookie = `__Host-sid=${ada.value}; \u00a0__Host-sid=${mallory.value}`;
    expect((await call("GET /me", { headers: { ...fromPage, Cookie } })).body.user?.id).toBe(ada.id);
  });

  test("other cookies beside it do no harm", async () => {
    const ada = await signUpInBrowser();
    const Cookie = `theme=dark; x__Host-sid=1; =; __Host-sid=${ada.value} ; sid-dev=${"A".repeat(43)}; __host-sid=2`;
    expect((await call("GET /me", { headers: { ...fromPage, Cookie } })).status).toBe(200);
  });
});

describe("plain http", () => {
  const local = { "Sec-Fetch-Site": "same-origin" };

  test("on this machine, in development: the cookie is sid-dev, without Secure, and one line of the log says so", async () => {
    const ada = await signUp();
    const attempt = () => call("POST /session", { body: credentials(ada.name), headers: local });
    const { name, value, attributes } = cookieOf(await attempt());
    expect(name).toBe("sid-dev");
    const lasting = { "Max-Age": match.any(String), Expires: match.any(String) };
    expect(attributes).toEqual({ ...lasting, HttpOnly: true, SameSite: "Lax", Path: "/" });
    expect((await call("GET /me", { headers: { Cookie: `sid-dev=${value}` } })).status).toBe(200);
    await attempt();
    expect(events.filter(({ event }) => event === "session_cookie_insecure")).toHaveLength(1);
  });

  test("the cookie of one kind of connection is nothing on the other", async () => {
    const { name, value } = await signUpInBrowser();
    const dev = cookieOf(await call("POST /session", { body: credentials(name), headers: local })).value;
    expectProblem(await call("GET /me", { headers: { ...fromPage, Cookie: `sid-dev=${dev}` } }), "NotAuthenticated");
    expectProblem(await call("GET /me", { headers: { ...local, Cookie: `__Host-sid=${value}` } }), "NotAuthenticated");
  });

  test("of another machine: no cookie, a clear error, and nothing done", async () => {
    const name = newName();
    const fromElsewhere: Record<string, string>[] = [
      { "X-Forwarded-Host": "example.com" },
      { Origin: "https://example.com" },
    ];
    for (const elsewhere of fromElsewhere) {
      const headers = { ...local, ...elsewhere, "Auth-Session": "cookie" };
      const answer = await call("POST /signup", { body: credentials(name), headers });
      expectProblem(answer, "ForbiddenError");
      expect(answer.body.detail).toContain("trust proxy");
    }
    expect(await read((db) => db.select().from(users).where(eq(users.username, name)))).toEqual([]);
  });

  test("a form of a page that keeps its address to itself (helmet's Referrer-Policy) brings the cookie", () => {
    const form = { secure: false, hostname: "localhost", headers: { origin: "null" } } as Request;
    expect(cookieKind(form, false)?.name).toBe("sid-dev");
    expect(cookieKind({ ...form, hostname: "example.com" } as Request, false)).toBeNull();
  });

  test("in production there is none on this machine either, and https has its own", () => {
    const request = (secure: boolean) => ({ secure, hostname: "localhost", headers: {} }) as Request;
    expect(cookieKind(request(false), false)?.name).toBe("sid-dev");
    expect(cookieKind(request(false), true)).toBeNull();
    expect(cookieKind(request(true), true)?.name).toBe("__Host-sid");
    expect(() => requireCookieKind(request(false), true)).toThrow(/https only.*trust proxy/);
  });
});

describe("the life of a session", () => {
  test("that was not used for REFRESH_TOKEN_DAYS, or is older than SESSION_MAX_DAYS, is over", async () => {
    for (const column of ["idleExpiresAt", "absoluteExpiresAt"] as const) {
      const ada = await signUpInBrowser();
      await setSession(ada, { [column]: fromNow(-1) });
      await expectEnded(ada);
    }
  });

  test("ends on time for a server that has just seen it alive", async () => {
    const ada = await signUpInBrowser();
    await setSession(ada, { idleExpiresAt: fromNow(1) });
    await expectOpen(ada);
    await new Promise((resolve) => setTimeout(resolve, 1_050));
    await expectEnded(ada);
  });

  test("of a disabled user is over", async () => {
    const ada = await signUpInBrowser();
    await write((db) => db.update(users).set({ disabledAt: now }).where(eq(users.id, ada.id)));
    await expectEnded(ada);
  });

  test("starts anew with use, written down once in a while and not at each request", async () => {
    const ada = await signUpInBrowser();
    const fresh = await rowOf(ada);
    await expectOpen(ada);
    expect(await rowOf(ada)).toEqual(fresh);

    const other = await logInWithBrowser(ada.name);
    await setSession(other, { rotatedAt: fromNow(-600), idleExpiresAt: fromNow(60) });
    await Promise.all(Array.from({ length: 20 }, () => expectOpen(other)));
    const renewed = await rowOf(other);
    expect(secondsLeft(renewed.idleExpiresAt)).toBeGreaterThan(30.9 * days);
    expect(secondsLeft(renewed.rotatedAt)).toBeGreaterThan(-60);
    expect(renewed.absoluteExpiresAt).toEqual((await rowOf(other)).absoluteExpiresAt);
    await expectOpen(other);
    expect(await rowOf(other)).toEqual(renewed);
  });

  test("of many renewals at once one is written", async () => {
    const ada = await signUpInBrowser();
    await setSession(ada, { rotatedAt: fromNow(-600) });
    const renewals = await Promise.all(Array.from({ length: 20 }, () => renewSession(ada.sessionId, 300)));
    expect(renewals.filter((renewed) => renewed !== null)).toHaveLength(1);
  });

  test("that is over is not renewed, however it has ended in between", async () => {
    const ends = [{ revokedAt: now }, { idleExpiresAt: fromNow(-1) }, { absoluteExpiresAt: fromNow(-1) }, { epoch: 7 }];
    for (const end of ends) {
      const ada = await signUpInBrowser();
      await setSession(ada, { rotatedAt: fromNow(-600), ...end });
      expect(await renewSession(ada.sessionId, 300)).toBeNull();
      await expectEnded(ada);
    }
  });

  test("no answer but that of a login or logout sets the cookie: a cache on the way could hand it on", async () => {
    const ada = await signUpInBrowser();
    await setSession(ada, { rotatedAt: fromNow(-600) });
    for (const route of ["GET /me", "GET /session", "GET /sessions"])
      expect(cookieLines(await page(route, {}, ada))).toEqual([]);
  });
});

describe("what is remembered of sessions", () => {
  test("does not bring back one that has ended when the clock jumps, as it does after a machine has slept", async () => {
    const ada = await signUpInBrowser();
    await expectOpen(ada);
    await page("DELETE /session", {}, ada);
    const { now: clock } = Date;
    Date.now = () => clock() + 60 * 60 * 1000;
    try {
      for (let look = 0; look < 22; look++) {
        await expectEnded(ada);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    } finally {
      Date.now = clock;
    }
  });

  test("opens a protected route without a query", async () => {
    const ada = await signUpInBrowser();
    await expectOpen(ada);
    await duringOutage(() => expectOpen(ada));
  });

  test("in memory lasts as long as its lease, and of too many the one that was used last stays", async () => {
    const cache = memorySessionCache(1_000, 2);
    const put = (id: string, ageMs = 0) => cache.put({ session: { id } as LiveSession, ageMs });
    await put("old", 1_000);
    expect(await cache.get("old")).toBeNull();
    for (const id of ["a", "b"]) await put(id, 400);
    expect((await cache.get("a"))?.ageMs).toBeGreaterThanOrEqual(400);
    await put("c");
    const left = await Promise.all(["a", "b", "c"].map(async (id) => (await cache.get(id)) !== null));
    expect(left).toEqual([true, false, true]);
  });
});

// With TEST_REDIS_URL all of the above runs on Redis; this is what only Redis can do.
if (testRedisUrl) {
  describe("in Redis", () => {
    test("stands nothing that a cookie could be made of, and what others write there opens nothing", async () => {
      const { Redis } = await import("ioredis");
      const redis = new Redis(testRedisUrl);
      try {
        const [ada, bob] = [await signUpInBrowser(), await signUpInBrowser()];
        for (const browser of [ada, bob]) await expectOpen(browser);
        const key = (browser: Browser) => `authwright:session:${browser.sessionId}`;
        const genuine = (await redis.get(key(ada))) ?? "";
        expect(genuine).not.toContain(ada.value);
        expect(await redis.pttl(key(ada))).toBeGreaterThan(0);
        expect(await redis.pttl(key(ada))).toBeLessThanOrEqual(30_000);
        const bobs = (await redis.get(key(bob))) ?? "";
        for (const planted of ["", "x", "{}", genuine.slice(1), genuine.replace(ada.id, bob.id), bobs]) {
          await redis.set(key(ada), planted);
          const answer = await page("GET /me", {}, ada);
          expect([answer.status, answer.body.user.id]).toEqual([200, ada.id]);
        }
        await setSession(ada, { absoluteExpiresAt: fromNow(-1) });
        await redis.set(key(ada), bobs);
        await expectEnded(ada);
      } finally {
        redis.disconnect();
      }
    });
  });
}

describe("the configuration", () => {
  test("takes a list of origins and the address of a Redis, or nothing", () => {
    expect(readCookieConfig({})).toEqual({ inProduction: false, origins: [], redisUrl: undefined });
    const env = {
      SESSION_ORIGINS: " https://a.example , http://localhost:5173",
      SESSION_REDIS_URL: "rediss://u:p@h:1/2",
    };
    expect(readCookieConfig({ ...env, NODE_ENV: "production" })).toEqual({
      inProduction: true,
      origins: ["https://a.example", "http://localhost:5173"],
      redisUrl: "rediss://u:p@h:1/2",
    });
  });

  const refused: [string, string[]][] = [
    [
      "SESSION_ORIGINS",
      [
        "*",
        "null",
        "example.com",
        "https://*.example.com",
        "https://a.example/",
        "https://A.example",
        "https://a.example:443",
      ],
    ],
    [
      "SESSION_ORIGINS",
      ["https://a.example,", "https://a.example https://b.example", "file:///x", "https://u@a.example"],
    ],
    ["SESSION_REDIS_URL", ["localhost:6379", "http://localhost", "redis://", "redis:", "geheim@host"]],
  ];
  for (const [name, values] of refused) {
    for (const value of values) {
      test(`${name}=${value} refuses to start, and is not repeated`, () => {
        expect(() => readCookieConfig({ [name]: value })).toThrow(new RegExp(`^${name} must be [^*]*$`));
      });
    }
  }
});

async function expectOpen(browser: Browser): Promise<void> {
  const answer = await call("GET /orders", { mount: "", headers: browser.headers });
  expect([answer.status, answer.body.sessionId]).toEqual([200, browser.sessionId]);
}

async function expectEnded(browser: Browser): Promise<void> {
  const answer = await call("GET /orders", { mount: "", headers: browser.headers });
  expectProblem(answer, "NotAuthenticated");
  expect(answer.body.detail).toBe("The session has ended: log in again.");
}

async function expectRefused(Cookie: string): Promise<void> {
  expectProblem(await call("GET /me", { headers: { ...fromPage, Cookie } }), "NotAuthenticated");
}

async function rowOf({ sessionId }: Browser) {
  const [row] = await read((db) => db.select().from(sessions).where(eq(sessions.id, sessionId)));
  if (!row) throw new Error("There is no such session.");
  return row;
}

async function setSession({ sessionId }: Browser, values: object): Promise<void> {
  await write((db) => db.update(sessions).set(values).where(eq(sessions.id, sessionId)));
}

function secondsLeft(time: Date | string): number {
  return (new Date(time).getTime() - Date.now()) / 1000;
}

function isSessionCookie(line: string): boolean {
  return line.startsWith("__Host-sid=");
}
