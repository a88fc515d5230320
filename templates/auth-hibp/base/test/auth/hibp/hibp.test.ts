import "../test-environment.js";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { breachCheck, isNotBreached } from "../../../src/auth/hibp/breached-passwords.js";
import { circuitBreaker } from "../../../src/auth/hibp/circuit-breaker.js";
import { readHibpUrl } from "../../../src/auth/hibp/config.js";
import { loginName } from "../../../src/auth/login-name.js";
import { passwordChecks } from "../../../src/auth/password-checks.js";
import {
  call,
  credentials,
  events,
  expectAlive,
  expectProblem,
  logIn,
  newName,
  password,
  signUp,
  startAuth,
  stopAuth,
} from "../client.js";
import { nameWith } from "../login-names.js";
import { match } from "../shapes.js";
import {
  type Answer,
  asked,
  hashOf,
  listOf,
  sends,
  serviceAnswers,
  startService,
  stopServices,
} from "./breach-service.js";

// New passwords that are known from data breaches, and a service that answers, or does not.

const breached = "thirteen lazy otters nap";
const unavailable = "authn_password_breach_check_fail";
const owner = { [loginName]: nameWith("ada") };

const place = passwordChecks.indexOf(isNotBreached);
let url: string;

beforeAll(async () => {
  await startAuth();
  url = await startService();
}, 60_000);

afterAll(async () => {
  await stopServices();
  await stopAuth();
}, 60_000);

/** Each test has a service in order, and a check that has not asked it yet. */
beforeEach(() => {
  events.length = 0;
  serviceAnswers(listOf([breached]));
  passwordChecks[place] = breachCheck(url);
});

describe("a breached password", () => {
  test("is refused at signup, in words that say why, whether the name is taken or not", async () => {
    const ada = await signUp();
    for (const name of [ada.name, newName()]) {
      const answer = await call("POST /signup", { body: credentials(name, breached) });
      expectProblem(answer, "ValidationError", "password");
      expect(answer.body.detail).toMatch(/data breach/);
    }
  });

  test("is refused at a change, which then changes nothing", async () => {
    const ada = await signUp();
    const body = { currentPassword: password, newPassword: breached };
    expectProblem(await call("PUT /password", { bearer: ada.accessToken, body }), "ValidationError", "newPassword");
    await expectAlive(ada);
  });

  test("still opens an account that has it already", async () => {
    serviceAnswers(listOf([]));
    const { name } = await signUp({ password: breached });
    passwordChecks[place] = breachCheck(url);
    serviceAnswers(listOf([breached]));
    await logIn(name, breached);
    expect(asked).toHaveLength(0);
  });

  test.each([
    ["seen once", listOf([breached], 1), true],
    ["that is padding, with a count of 0", listOf([breached], 0), false],
    ["whose hash is spelled in small letters", sends(`${hashOf(breached).slice(5).toLowerCase()}:2\n`), true],
    ["in a list that travels compressed", compressed(`${hashOf(breached).slice(5)}:2\r\n`), true],
    ["in no list", listOf(["another one"]), false],
  ])("%s", async (_, answer, isRefused) => {
    serviceAnswers(answer);
    expect((await breachCheck(url)(breached, owner)) !== null).toBe(isRefused);
  });

  test("is one, however its accents are spelled, and only one prefix of it leaves", async () => {
    const composed = "quatre chênes dorés".normalize("NFC");
    serviceAnswers(listOf([composed]));
    expect(await breachCheck(url)(composed.normalize("NFD"), owner)).toMatch(/data breach/);
    expect(asked.map((req) => req.url)).toEqual([`/range/${hashOf(composed).slice(0, 5)}`]);
  });
});

describe("what leaves the process", () => {
  test("is five characters of the hash, with the wish for padding", async () => {
    await signUp();
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({ method: "GET", url: `/range/${hashOf(password).slice(0, 5)}` });
    expect(asked[0]?.headers).toMatchObject({ "add-padding": "true", "user-agent": "authwright auth-hibp" });
    const sent = JSON.stringify([asked[0]?.url, asked[0]?.rawHeaders]).toUpperCase();
    expect(sent).not.toContain(hashOf(password).slice(0, 6));
    expect(sent).not.toContain(hashOf(password).slice(5));
  });

  test.each([
    ["too short", "short"],
    ["one of the commonest", "passwordpassword"],
    ["half of a character", "nine blue herons \uD800"],
  ])("is nothing when the password is refused anyway: %s", async (_, refused) => {
    const body = credentials(newName(), refused);
    expectProblem(await call("POST /signup", { body }), "ValidationError");
    expect(asked).toHaveLength(0);
  });

  test("is one question for an hour, however many ask it at once", async () => {
    let time = 0;
    const check = breachCheck(url, () => time);
    await Promise.all(Array.from({ length: 20 }, () => check(breached, owner)));
    time += 59 * 60_000;
    expect(await check(breached, owner)).toMatch(/data breach/);
    expect(asked).toHaveLength(1);
    time += 2 * 60_000;
    await check(breached, owner);
    expect(asked).toHaveLength(2);
  });

  test("is asked anew for what nobody has wanted for a hundred others", async () => {
    const check = breachCheck(url);
    await check(breached, owner);
    for (const other of numbered(99)) await check(other, owner);
    await check(breached, owner);
    expect(asked).toHaveLength(100);
    await check("one more than fits", owner);
    await check(breached, owner);
    expect(asked).toHaveLength(101);
    await check("number 0", owner);
    expect(asked).toHaveLength(102);
  });

  test("is nothing where nobody is to be asked", async () => {
    expect(await breachCheck(null)(breached, owner)).toBeNull();
    expect(await isNotBreached(breached, owner)).toBeNull();
    expect(asked).toHaveLength(0);
  });
});

describe("a service that", () => {
  const stall: Answer = () => undefined;
  const stallInside: Answer = (res) => void res.writeHead(200).write(`${hashOf(breached).slice(5)}:9\r\n`);
  const drip: Answer = (res) => {
    const timer = setInterval(() => res.write(`${"A".repeat(35)}:1\r\n`), 100);
    res.on("close", () => clearInterval(timer));
  };
  const breakOff: Answer = (res) =>
    void res.writeHead(200, { "Content-Length": "9" }).write("half", () => res.destroy());
  const range = `${hashOf(breached).slice(5)}:9\r\n`;
  const late = "It did not answer within a second.";
  const unreachable = "It could not be reached.";
  const garbled = "Its answer is no list of hashes.";

  const failures: [string, Answer, string][] = [
    ["says nothing", stall, late],
    ["stops within its answer", stallInside, late],
    ["never ends its answer", drip, late],
    ["closes the connection", (res) => res.destroy(), unreachable],
    ["breaks off its answer", breakOff, unreachable],
    ["redirects to a list", sends("", 302, { Location: "/range/00000" }), unreachable],
    ["answers with a web page", sends("<html>Log in to the Wi-Fi</html>"), garbled],
    ["mixes other lines into the list", sends(`${range}<br>\r\n`), garbled],
    ["sends nothing", sends(""), garbled],
    ["sends bytes of no text", sends(Buffer.alloc(999, 0xff)), garbled],
    ["claims a compression that it does not have", sends(range, 200, { "Content-Encoding": "gzip" }), unreachable],
    ["sends megabytes", sends(range.repeat(100_000)), "Its answer is too long."],
    ["sends megabytes in a few bytes", compressed(range.repeat(100_000)), "Its answer is too long."],
    ["is overloaded", sends(range, 503), "It answered with status 503."],
    ["wants fewer questions", sends(range, 429), "It answered with status 429."],
  ];

  test.each(failures)("%s stops no signup for longer than a second, and is in the log", async (_, answer, reason) => {
    const usualMs = await msOf(() => signUp());
    events.length = 0;
    serviceAnswers(answer);
    expect(await msOf(() => signUp({ password: breached }))).toBeLessThan(1_500 + 10 * usualMs);
    expect(asked).toHaveLength(1);
    expect(events.filter(({ event }) => event === unavailable)).toEqual([
      { event: unavailable, outcome: "failure", reason },
    ]);
  });

  test("is not there stops no signup, and the shipped list still holds", async () => {
    passwordChecks[place] = breachCheck(`http://127.0.0.1:${await closedPort()}`);
    await signUp({ password: breached });
    expect(events.map(({ event }) => event)).toContain(unavailable);
    const body = credentials(newName(), "passwordpassword");
    expectProblem(await call("POST /signup", { body }), "ValidationError", "password");
  });

  test("failed once is asked again for the same password", async () => {
    const check = breachCheck(url);
    serviceAnswers(sends("", 500));
    expect(await check(breached, owner)).toBeNull();
    serviceAnswers(listOf([breached]));
    expect(await check(breached, owner)).toMatch(/data breach/);
  });

  test("fails five times in a row is left alone for a minute, then tried by one", async () => {
    let time = 0;
    const check = breachCheck(url, () => time);
    serviceAnswers(sends("", 500));
    for (const other of numbered(8)) await check(other, owner);
    expect(asked).toHaveLength(5);
    time += 61_000;
    await Promise.all(numbered(8).map((other) => check(other, owner)));
    expect(asked).toHaveLength(6);
    time += 61_000;
    serviceAnswers(listOf([breached]));
    expect(await check(breached, owner)).toMatch(/data breach/);
    await Promise.all(numbered(8).map((other) => check(other, owner)));
    expect(asked).toHaveLength(9);
  });

  test("fails is in the log once a minute, not once a signup", async () => {
    let time = 0;
    const check = breachCheck(url, () => time);
    serviceAnswers(sends("", 500));
    for (const other of numbered(8)) await check(other, owner);
    expect(events).toHaveLength(1);
    time += 61_000;
    await check(breached, owner);
    expect(events).toHaveLength(2);
  });

  test("stalls is asked fifty questions at once and no more, and holds up no login", async () => {
    const { name } = await signUp();
    serviceAnswers(stall);
    const check = breachCheck(url);
    passwordChecks[place] = check;
    const signups = numbered(20).map((other) =>
      call("POST /signup", { body: { ...credentials(newName()), password: `otters ${other}` } }),
    );
    await until(() => asked.length === 20);
    const checks = numbered(100).map((other) => check(other, owner));
    await until(() => asked.length === 50);
    const first = await Promise.race([...signups, Promise.all([logIn(name), logIn(name)])]);
    expect(first).toEqual([match.anything(), match.anything()]);
    expect((await Promise.all(signups)).map(({ status }) => status)).toEqual(Array(20).fill(201));
    expect(await Promise.all(checks)).toEqual(Array(100).fill(null));
    expect(asked).toHaveLength(50);
  });
});

describe("a circuit breaker", () => {
  test("counts failures in a row: a success between them starts anew", () => {
    let time = 0;
    const breaker = circuitBreaker({ failures: 2, pauseMs: 10, clockMs: () => time });
    breaker.failed();
    breaker.succeeded();
    breaker.failed();
    expect(breaker.allows()).toBe(true);
    breaker.failed();
    expect(breaker.allows()).toBe(false);
    time = 10;
    expect([breaker.allows(), breaker.allows()]).toEqual([true, false]);
    breaker.succeeded();
    expect([breaker.allows(), breaker.allows()]).toEqual([true, true]);
  });
});

describe("HIBP_URL", () => {
  const publicService = "https://api.pwnedpasswords.com";

  test.each([
    [undefined, publicService],
    [" ", publicService],
    ["off", null],
    ["https://mirror.example.com/hibp/", "https://mirror.example.com/hibp"],
    ["http://127.0.0.1:8080", "http://127.0.0.1:8080"],
    ["http://localhost:8080", "http://localhost:8080"],
    ["http://[::1]:8080", "http://[::1]:8080"],
  ])("%s names %s", (value, expected) => {
    expect(readHibpUrl({ HIBP_URL: value, NODE_ENV: "production" })).toBe(expected);
  });

  test.each([
    "http://mirror.example.com",
    "http://127.0.0.1.example.com",
    "http://localhost.example.com",
    "https://user:secret@mirror.example.com",
    "https://mirror.example.com/?key=1",
    "https://mirror.example.com/#there",
    "ftp://mirror.example.com",
    "mirror.example.com",
    "on",
  ])("%s is refused in one line that names it", (value) => {
    expect(() => readHibpUrl({ HIBP_URL: value })).toThrow(/^HIBP_URL must be .*\.$/);
    expect(() => readHibpUrl({ HIBP_URL: value, NODE_ENV: "test" })).toThrow(/^HIBP_URL must be .*\.$/);
  });

  test("under NODE_ENV=test names this machine or nobody, so that no test asks the internet", () => {
    expect(readHibpUrl({ NODE_ENV: "test" })).toBeNull();
    expect(readHibpUrl({ NODE_ENV: "test", HIBP_URL: publicService })).toBeNull();
    expect(readHibpUrl({ NODE_ENV: "test", HIBP_URL: url })).toBe(url);
  });
});

function compressed(body: string): Answer {
  return sends(gzipSync(body), 200, { "Content-Encoding": "gzip" });
}

function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `number ${index}`);
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

async function closedPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function msOf(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}
