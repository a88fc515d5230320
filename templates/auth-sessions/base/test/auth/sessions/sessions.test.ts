import "../test-environment.js";
import { randomBytes } from "node:crypto";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type EventName, eventSinks, onEvent } from "../../../src/auth/events.js";
import { loginChecks } from "../../../src/auth/hooks.js";
import { readSessionsConfig } from "../../../src/auth/sessions/config.js";
import { deviceInWords } from "../../../src/auth/sessions/device-words.js";
import { forgetDevices } from "../../../src/auth/sessions/forget-devices.js";
import { addDevice } from "../../../src/auth/sessions/known-devices-store.js";
import { purgeDevices } from "../../../src/auth/sessions/purge.js";
import { countLiveSessions, revokeBeyond } from "../../../src/auth/sessions/store.js";
import { fromNow, now, read, write } from "../../../src/db/client.js";
import { sessions, users } from "../../../src/db/schema/auth.js";
import { knownDevices } from "../../../src/db/schema/auth-sessions.js";
import {
  call,
  credentials,
  events,
  expectAlive,
  expectDead,
  expectProblem,
  logIn,
  type Person,
  password,
  refresh,
  sessionOf,
  signUp,
  startAuth,
  stopAuth,
} from "../client.js";
import { match, type Tokens, tokensOf } from "../shapes.js";

// What people see of their sessions, how they end them, and what is noticed when one starts.
beforeAll(startAuth, 60_000);
afterAll(stopAuth, 60_000);

const firefox = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0";
const newerFirefox = firefox.replace(/128/g, "131");
const pixel =
  "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36";
const iPhone =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1";

describe("a device in words", () => {
  const known: [words: string, userAgent: string | null][] = [
    ["Firefox on Windows", firefox],
    ["Firefox on Windows", newerFirefox],
    ["Chrome on Android", pixel],
    ["Safari on iPhone", iPhone],
    ["Safari on iPad", iPhone.replace("iPhone;", "iPad;").replace("CPU iPhone OS", "CPU OS")],
    [
      "Safari on macOS",
      iPhone.replace("(iPhone; CPU iPhone OS 17_5 like Mac OS X)", "(Macintosh; Intel Mac OS X 10_15)"),
    ],
    ["Microsoft Edge on Windows", `${pixel.replace("Linux; Android 14; Pixel 8", "Windows NT 10.0")} Edg/126.0.0.0`],
    ["Firefox on Linux", firefox.replace("Windows NT 10.0; Win64; x64", "X11; Linux x86_64")],
    ["curl", "curl/8.5.0"],
    ["MyApp on Android", "MyApp/7.1 (Linux; Android 14)"],
    ["An unknown browser on Windows", "Mozilla/5.0 (Windows NT 10.0)"],
  ];
  test.each(known)("%s", (words, userAgent) => expect(deviceInWords(userAgent)).toBe(words));

  const strange = [
    null,
    "",
    "   ",
    "Mozilla/5.0",
    "Long browser",
    "<b>/1",
    "\u202eevil/1",
    "toString",
    "/",
    "__proto__/1",
  ];
  test.each(strange)("of %j is short, and no markup or control character", (userAgent) => {
    expect(deviceInWords(userAgent)).toMatch(/^[\w .-]{1,80}$/);
  });

  test("of a hostile header is found in less than ten milliseconds", () => {
    const long = ["Mozilla/5.0 (", "version/1.", "android ", "opera/", "1.", "(/ ", "chrome|", "a/b ("];
    for (const part of long) {
      const header = part.repeat(100_000);
      expect(deviceInWords(header).length).toBeLessThan(80);
      expect(fastestOf(5, () => deviceInWords(header))).toBeLessThan(10);
    }
  });
});

describe("GET /sessions", () => {
  test("names the device of each, and which one asks", async () => {
    const ada = await signUp();
    await logInFrom(ada, pixel);
    const laptop = await logInFrom(ada, firefox);
    const { sessions: listed, next } = await list(laptop);
    expect(listed.map(({ device, current }) => ({ device, current }))).toEqual([
      { device: "Firefox on Windows", current: true },
      { device: "Chrome on Android", current: false },
      { device: "An unknown device", current: false },
    ]);
    expect(listed[0]).toMatchObject({ id: sessionOf(laptop.accessToken), userAgent: firefox, ip: match.any(String) });
    expect(next).toBeNull();
  });

  test("tells when a session was last refreshed: nothing is written at each request", async () => {
    const ada = await signUp();
    await change(ada, { createdAt: fromNow(-3600), rotatedAt: fromNow(-3600) });
    await expectAlive(ada);
    const minutesAgo = async () => {
      const [{ lastUsedAt } = { lastUsedAt: "" }] = (await list(ada)).sessions;
      return Math.round((Date.now() - Date.parse(lastUsedAt)) / 60_000);
    };
    expect(await minutesAgo()).toBe(60);
    await refresh(ada.refreshToken);
    expect(await minutesAgo()).toBe(0);
  });

  test("shows nobody else's, none that has ended or expired, and needs a login", async () => {
    const [ada, bob] = [await signUp(), await signUp()];
    const [ended, expired] = [await logIn(ada.name), await logIn(ada.name)];
    await call("POST /logout", { bearer: ended.accessToken });
    await change(expired, { idleExpiresAt: fromNow(-1) });
    expect((await list(ada)).sessions).toHaveLength(1);
    expect((await list(bob)).sessions).toHaveLength(1);
    expectProblem(await call("GET /sessions"), "NotAuthenticated");
  });

  test("lists a thousand in pages of a hundred, each of them once", async () => {
    const ada = await signUp();
    await startMany(ada, 1_000);
    const seen: string[] = [];
    let pages = 0;
    for (let after: string | null = ""; after !== null; pages += 1) {
      const page: Page = await list(ada, after ? `?after=${after}` : "");
      expect(page.sessions.length).toBeLessThanOrEqual(100);
      seen.push(...page.sessions.map(({ id }) => id));
      after = page.next;
    }
    expect([pages, seen.length, new Set(seen).size]).toEqual([11, 1_001, 1_001]);
  });

  test("continues after a session of one's own only, and refuses what is none", async () => {
    const [ada, bob] = [await signUp(), await signUp()];
    expect((await list(ada, `?after=${sessionOf(bob.accessToken)}`)).sessions).toEqual([]);
    for (const query of ["after=x", "after=", "after=1&after=2", `after=${"'".repeat(43)}`])
      expectProblem(await call(`GET /sessions?${query}`, { bearer: ada.accessToken }), "ValidationError", "after");
  });
});

describe("DELETE /sessions", () => {
  test("ends every other login and keeps the one that asks, which can still refresh", async () => {
    const [ada, bob] = [await signUp(), await signUp()];
    const [phone, laptop] = [await logIn(ada.name), await logIn(ada.name)];
    const answer = await call("DELETE /sessions", { bearer: phone.accessToken });
    expect([answer.status, answer.text]).toEqual([204, ""]);
    await expectDead(ada);
    await expectDead(laptop);
    await expectAlive(phone);
    await expectAlive(bob);
    const refreshed = await refresh(phone.refreshToken);
    expect(refreshed.status).toBe(200);
    await expectAlive(tokensOf(refreshed));
    await expectAlive(await logIn(ada.name));
    const event = { event: "authn_logout_others", userId: ada.id, sessionId: sessionOf(phone.accessToken) };
    expect(events).toContainEqual(match.objectContaining(event));
    const start = events.length;
    const again = { bearer: tokensOf(refreshed).accessToken };
    await call("DELETE /sessions", again);
    expect(events.slice(start).map((one) => one.event)).toEqual(["authn_logout_others"]);
    await call("DELETE /sessions", again);
    expect(events.slice(start)).toHaveLength(1);
  });

  test("a login that has checked the password by then leaves no session", async () => {
    const ada = await signUp();
    const meanwhile = async () => {
      expect((await call("DELETE /sessions", { bearer: ada.accessToken })).status).toBe(204);
    };
    loginChecks.push(meanwhile);
    const login = await call("POST /login", { body: credentials(ada.name) });
    loginChecks.splice(loginChecks.indexOf(meanwhile), 1);
    expectProblem(login, "InvalidLoginCredentials");
    expect((await list(ada)).sessions).toHaveLength(1);
  });

  test("asked by a session that has just ended elsewhere, it ends nothing", async () => {
    const ada = await signUp();
    const phone = await logIn(ada.name);
    await change(phone, { revokedAt: now });
    expectProblem(await call("DELETE /sessions", { bearer: phone.accessToken }), "InvalidAccessToken");
    await expectAlive(ada);
    expect((await refresh(ada.refreshToken)).status).toBe(200);
  });
});

describe("SESSIONS_PER_USER", () => {
  test("is a whole number, and without it there is no limit", () => {
    expect(readSessionsConfig({})).toEqual({ sessionsPerUser: 0 });
    expect(readSessionsConfig({ SESSIONS_PER_USER: " 5 " })).toEqual({ sessionsPerUser: 5 });
    for (const value of ["-1", "2.5", "many", "1e3", "10001"])
      expect(() => readSessionsConfig({ SESSIONS_PER_USER: value })).toThrow(/SESSIONS_PER_USER must be/);
  });

  test("ends the oldest sessions, and never the one that has just started, whatever the clock says", async () => {
    const ada = await signUp();
    const [second, third] = [await logIn(ada.name), await logIn(ada.name)];
    await change(third, { createdAt: fromNow(-9_999) });
    const ended = await revokeBeyond(2, ada.id, sessionOf(third.accessToken));
    expect(ended).toEqual([sessionOf(ada.accessToken)]);
    expectProblem(await refresh(ada.refreshToken), "ForbiddenError");
    for (const { refreshToken } of [second, third]) expect((await refresh(refreshToken)).status).toBe(200);
  });

  test("does not count the one that a login takes the place of", async () => {
    const ada = await signUp();
    const [second, third] = [await logIn(ada.name), await logIn(ada.name)];
    const replaced = [sessionOf(second.accessToken)];
    expect(await countLiveSessions(ada.id, replaced)).toBe(2);
    expect(await revokeBeyond(2, ada.id, sessionOf(third.accessToken), replaced)).toEqual([]);
    await expectAlive(ada);
  });

  test("counts neither other people's sessions nor those that have ended", async () => {
    const [ada, bob] = [await signUp(), await signUp()];
    const phone = await logIn(ada.name);
    await call("POST /logout", { bearer: phone.accessToken });
    const latest = await logIn(ada.name);
    expect(await revokeBeyond(2, ada.id, sessionOf(latest.accessToken))).toEqual([]);
    await expectAlive(bob);
  });
});

describe("a new device", () => {
  test("is an event once, at the login that brought it, and the first device of an account is none", async () => {
    const { result: ada, told: atSignup } = await during("authn_new_device", () => signUp());
    expect(atSignup).toEqual([]);
    const { result: phone, told } = await during("authn_new_device", () => logInFrom(ada, pixel));
    expect(told).toMatchObject([
      { userId: ada.id, sessionId: sessionOf(phone.accessToken), client: { userAgent: pixel } },
    ]);
    const again = await during("authn_new_device", () => logInFrom(ada, pixel));
    expect(again.told).toEqual([]);
    const laptop = await during("authn_new_device", () => logInFrom(ada, firefox));
    expect(laptop.told).toHaveLength(1);
  });

  test("at a change of the password is told like that of a login, and one that is known is no news", async () => {
    const ada = await signUp();
    const headers = { "User-Agent": pixel };
    const changeOn = (bearer: string, currentPassword: string, newPassword: string) =>
      during("authn_new_device", () =>
        call("PUT /password", { bearer, body: { currentPassword, newPassword }, headers }),
      );
    const { result, told } = await changeOn(ada.accessToken, password, `${password} still`);
    expect(told).toMatchObject([{ userId: ada.id, sessionId: sessionOf(tokensOf(result).accessToken) }]);
    const back = await changeOn(tokensOf(result).accessToken, `${password} still`, password);
    expect(back.result.status).toBe(200);
    expect(back.told).toEqual([]);
  });

  test("is none after an update of the browser, from another address, or on a device that is somebody else's too", async () => {
    const ada = await signUp();
    await logInFrom(ada, firefox);
    const updated = await during("authn_new_device", () => logInFrom(ada, newerFirefox));
    expect(updated.told).toEqual([]);
    const bob = await signUp();
    const bobs = await during("authn_new_device", () => logInFrom(bob, firefox));
    expect(bobs.told).toHaveLength(1);
  });

  test("is told once when several logins bring it at the same time", async () => {
    const ada = await signUp();
    const added = await Promise.all(Array.from({ length: 10 }, () => addDevice(ada.id, "a device")));
    expect(added.filter(Boolean)).toHaveLength(1);
  });

  test("the newest fifty are remembered, and none of a deleted user", async () => {
    const ada = await signUp();
    for (let number = 1; number <= 60; number += 1) await addDevice(ada.id, `device ${number}`);
    expect(await devicesOf(ada.id)).toHaveLength(50);
    expect(await devicesOf(ada.id)).toContain("device 60");
    eventSinks.push(forgetDevices);
    await call("DELETE /me", { bearer: ada.accessToken, body: { password } });
    eventSinks.splice(eventSinks.indexOf(forgetDevices), 1);
    expect(await devicesOf(ada.id)).toEqual([]);
    expect(await addDevice(ada.id, "a device")).toBe(false);
    expect(await devicesOf(ada.id)).toEqual([]);
  });

  test("the purge forgets those of users who are gone, and no others", async () => {
    const [ada, bob] = [await signUp(), await signUp()];
    await write((db) => db.delete(users).where(eq(users.id, ada.id)));
    expect(await purgeDevices.run(() => Promise.resolve())).toBeGreaterThan(0);
    expect(await devicesOf(ada.id)).toEqual([]);
    expect(await devicesOf(bob.id)).toEqual(["An unknown device"]);
  });
});

test("a replayed refresh token is an event that an application can hook", async () => {
  const ada = await signUp();
  await refresh(ada.refreshToken);
  const { told } = await during("authn_token_reuse", () => refresh(ada.refreshToken));
  expect(told).toMatchObject([{ outcome: "failure", userId: ada.id, sessionId: sessionOf(ada.accessToken) }]);
});

interface Page {
  sessions: { id: string; device: string; lastUsedAt: string; current: boolean }[];
  next: string | null;
}

async function list({ accessToken }: Tokens, query = ""): Promise<Page> {
  const { status, body } = await call<Page>(`GET /sessions${query}`, { bearer: accessToken });
  expect(status).toBe(200);
  return body;
}

async function logInFrom({ name }: Person, userAgent: string): Promise<Tokens> {
  const answer = await call("POST /login", { body: credentials(name), headers: { "User-Agent": userAgent } });
  expect(answer.status).toBe(200);
  return tokensOf(answer);
}

async function change({ accessToken }: Tokens, values: object): Promise<void> {
  const isTheirs = eq(sessions.id, sessionOf(accessToken));
  await write((db) => db.update(sessions).set(values).where(isTheirs));
}

/** Puts live sessions beside those of the person, all of one moment. */
async function startMany({ id: userId }: Person, count: number): Promise<void> {
  const later = new Date(Date.now() + 86_400_000);
  const times = { createdAt: new Date(), rotatedAt: new Date(), idleExpiresAt: later, absoluteExpiresAt: later };
  const rows = Array.from({ length: count }, () => ({
    ...times,
    id: randomBytes(32).toString("base64url"),
    userId,
    epoch: 0,
    userAgent: firefox,
  }));
  await write((db) => db.insert(sessions).values(rows));
}

async function devicesOf(userId: string): Promise<string[]> {
  const rows = await read((db) => db.select().from(knownDevices).where(eq(knownDevices.userId, userId)));
  return rows.map(({ device }) => device);
}

/** The milliseconds of CPU of the quickest of several runs: other processes' work doesn't count. */
function fastestOf(runs: number, work: () => void): number {
  const times = Array.from({ length: runs }, () => {
    const before = process.cpuUsage();
    work();
    return process.cpuUsage(before).user / 1000;
  });
  return Math.min(...times);
}

/** What an application's own handler of that event is told while `work` runs. */
async function during<T>(name: EventName, work: () => Promise<T>) {
  const told: unknown[] = [];
  const end = onEvent(name, (event) => void told.push(event));
  try {
    return { result: await work(), told };
  } finally {
    end();
  }
}
