import "../test-environment.js";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { removeFactor } from "../../../src/auth/factors/factors.js";
import { base32Of, newSecret, stepOf, uriOf } from "../../../src/auth/totp/codes.js";
import { totpKind } from "../../../src/auth/totp/kind.js";
import { openSecret } from "../../../src/auth/totp/sealed-secrets.js";
import { createVault } from "../../../src/auth/vault/at-rest.js";
import { rekey } from "../../../src/auth/vault/rekey.js";
import { fromNow, read, write } from "../../../src/db/client.js";
import { sessions } from "../../../src/db/schema/auth.js";
import { factorGuesses } from "../../../src/db/schema/auth-factors.js";
import { totpSecrets } from "../../../src/db/schema/auth-totp.js";
import {
  call,
  credentials,
  events,
  expectAlive,
  expectDead,
  expectProblem,
  type Person,
  password,
  sessionOf,
  signUp,
  startAuth,
  stopAuth,
} from "../client.js";
import { dumpDatabase, duringOutage } from "../database.js";
import { type Answer, match, type Tokens, tokensOf } from "../shapes.js";
import {
  answer,
  challengeFor,
  challengeIn,
  clock,
  codeAt,
  confirm,
  enrol,
  logInWithPhone,
  nextCode,
  signUpWithPhone,
} from "./phone.js";
import { hotpCodes, hotpSecret, totpCodes } from "./vectors.js";

// One-time passwords by time. The rules are those of docs/auth/totp.md.
beforeAll(startAuth, 60_000);
afterAll(stopAuth, 60_000);

const client = { ip: null, userAgent: null };
const wrong = [403, "WrongCode"];
const used = [403, "CodeAlreadyUsed"];
const needed = [403, "SecondFactorNeeded"];

describe("codes", () => {
  test("are those of RFC 4226, appendix D", () => {
    hotpCodes.forEach((code, counter) => {
      expect(stepOf(code, Buffer.from(hotpSecret), counter * 30)).toBe(counter);
    });
  });

  test("are those of RFC 6238, appendix B, in six digits", () => {
    for (const [seconds, code] of totpCodes)
      expect(stepOf(code.slice(-6), Buffer.from(hotpSecret), seconds)).toBe(Math.floor(seconds / 30));
  });

  test("are good one step before and after, and no further (T15)", () => {
    const secret = newSecret();
    const at = 1_800_000_000;
    const code = codeAt(base32Of(secret), at * 1000);
    const steps = [-60, -30, -1, 0, 29, 30, 59, 60].map((offset) => stepOf(code, secret, at + offset));
    expect(steps).toEqual([null, at / 30, at / 30, at / 30, at / 30, at / 30, at / 30, null]);
  });

  test("a secret has 160 random bits: 32 characters of base32 without padding (T12)", () => {
    const secrets = Array.from({ length: 50 }, () => base32Of(newSecret()));
    for (const secret of secrets) expect(secret).toMatch(/^[A-Z2-7]{32}$/);
    expect(new Set(secrets).size).toBe(50);
  });

  test("the URI says SHA1, six digits and 30 seconds, and nothing else (T11)", () => {
    const { protocol, host, searchParams } = new URL(uriOf(newSecret(), "ada"));
    expect([protocol, host]).toEqual(["otpauth:", "totp"]);
    expect(Object.fromEntries(searchParams)).toEqual({
      issuer: "auth-tests",
      secret: match.stringMatching(/^[A-Z2-7]{32}$/),
      algorithm: "SHA1",
      digits: "6",
      period: "30",
    });
  });

  test("a label is issuer:account, percent-encoded, with no other colon in it (T13)", () => {
    const path = (account: string) => /^otpauth:\/\/totp\/([^?]*)\?/.exec(uriOf(newSecret(), account))?.[1];
    expect(path("ada")).toBe("auth-tests:ada");
    expect(path("ada byron+x@example.org")).toBe("auth-tests:ada%20byron%2Bx%40example.org");
    expect(path("a:b:c")).toBe("auth-tests:abc");
    expect(path("\u{1F426}/?#&")).toBe("auth-tests:%F0%9F%90%A6%2F%3F%23%26");
  });
});

describe("enrolment", () => {
  test("is three requests to the first login that asks for a code; nothing is on before it is confirmed (T6)", async () => {
    const ada = await signUp();
    const enrolled = await call<object>("POST /factors/totp", { bearer: ada.accessToken });
    expect(enrolled.status).toBe(201);
    const { secret, uri } = enrolled.body as { secret: string; uri: string };
    expect(Object.keys(enrolled.body).sort()).toEqual(["secret", "uri"]);
    expect(uri).toContain(`secret=${secret}`);
    expect((await call("POST /login", { body: credentials(ada.name) })).status).toBe(200);
    const confirmed = await confirm(ada, codeAt(secret));
    expect(confirmed.status).toBe(200);
    expect(await amrOf(tokensOf(confirmed))).toEqual(["pwd", "otp", "mfa"]);
    await expectDead(ada);
    nextCode();
    expect((await answer(await challengeFor(ada.name), codeAt(secret))).status).toBe(200);
    const told = events.filter(({ event, userId }) => event === "authn_factor_set" && userId === ada.id);
    expect(told).toMatchObject([{ outcome: "success", reason: "totp" }]);
  });

  test("the code that confirmed it is spent (T2)", async () => {
    const ada = await signUpWithPhone();
    expect(refusal(await answer(await challengeFor(ada.name), codeAt(ada.secret)))).toEqual(used);
  });

  test("a wrong code, none at all or one of an earlier secret confirms nothing", async () => {
    const ada = await signUp();
    expectProblem(await confirm(ada, "123456"), "NotFound");
    const first = await enrol(ada);
    const second = await enrol(ada);
    expect(refusal(await confirm(ada, codeAt(first)))).toEqual(wrong);
    expectProblem(await confirm(ada, ""), "ValidationError", "code");
    expect((await confirm(ada, codeAt(second))).status).toBe(200);
  });

  test("a secret that has waited for more than an hour is none any more", async () => {
    const ada = await signUp();
    const secret = await enrol(ada);
    await write((db) =>
      db
        .update(totpSecrets)
        .set({ pendingAt: fromNow(-3601) })
        .where(isOf(ada)),
    );
    expectProblem(await confirm(ada, codeAt(secret)), "NotFound");
  });

  test("another secret leaves the one that is set alone until it is confirmed (T3)", async () => {
    const ada = await signUpWithPhone();
    const other = await enrol(ada);
    const login = await logInWithPhone(ada);
    expect(refusal(await answer(await challengeFor(ada.name), codeAt(other)))).toEqual(wrong);
    nextCode();
    expect(refusal(await confirm(login, codeAt(ada.secret)))).toEqual(wrong);
    const replaced = tokensOf(await confirm(login, codeAt(other)));
    await expectAlive(replaced);
    nextCode();
    expect(refusal(await answer(await challengeFor(ada.name), codeAt(ada.secret)))).toEqual(wrong);
    expect((await answer(await challengeFor(ada.name), codeAt(other))).status).toBe(200);
  });

  test("20 parallel confirmations set it once", async () => {
    const ada = await signUp();
    const secret = await enrol(ada);
    const answers = await Promise.all(Array.from({ length: 20 }, () => confirm(ada, codeAt(secret))));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  test("a login in flight when the factor is set comes too late", async () => {
    const ada = await signUpWithPhone();
    const challenge = await challengeFor(ada.name);
    const other = await enrol(ada);
    expect((await confirm(ada, codeAt(other))).status).toBe(200);
    nextCode();
    expect(refusal(await answer(challenge, codeAt(other)))).toEqual([401, "InvalidChallenge"]);
  });
});

describe("what takes a recent login with the code (T4)", () => {
  const routes = ["POST /factors/totp", "POST /factors/totp/confirm", "DELETE /factors/totp", "POST /recovery-codes"];

  test("is refused without a login, with a challenge, and to a login with the password alone", async () => {
    const ada = await signUpWithPhone();
    const challenge = await challengeFor(ada.name);
    for (const route of routes) {
      expectProblem(await call(route), "NotAuthenticated");
      expectProblem(await call(route, { bearer: challenge }), "InvalidAccessToken");
    }
    const weak = await signUp();
    await write((db) => db.insert(totpSecrets).values(aSecretOf(weak)));
    for (const route of routes) expect(refusal(await call(route, { bearer: weak.accessToken }))).toEqual(needed);
  });

  test("is refused to a login of eleven minutes ago, until it steps up with a code", async () => {
    const ada = await signUpWithPhone();
    const isIt = eq(sessions.id, sessionOf(ada.accessToken));
    await write((db) =>
      db
        .update(sessions)
        .set({ createdAt: fromNow(-660) })
        .where(isIt),
    );
    for (const route of routes)
      expect(refusal(await call(route, { bearer: ada.accessToken }))).toEqual([403, "ForbiddenError"]);
    nextCode();
    const renewed = tokensOf(await answer(challengeIn(await stepUp(ada)), codeAt(ada.secret)));
    await expectDead(ada);
    expect((await call("POST /recovery-codes", { bearer: renewed.accessToken })).status).toBe(201);
  });
});

describe("a code", () => {
  test("is good once, for every purpose together: login and step-up (T1)", async () => {
    const ada = await signUpWithPhone();
    nextCode();
    const code = codeAt(ada.secret);
    const [first, second] = [await challengeFor(ada.name), await challengeFor(ada.name)];
    const login = tokensOf(await answer(first, code));
    expect(refusal(await answer(second, code))).toEqual(used);
    expect(refusal(await answer(challengeIn(await stepUp(login)), code))).toEqual(used);
    nextCode();
    expect((await answer(challengeIn(await stepUp(login)), codeAt(ada.secret))).status).toBe(200);
  });

  test("of 50 parallel requests with one code, each with a challenge of its own, one gets a session (T1)", async () => {
    const ada = await signUpWithPhone();
    nextCode();
    const challenges: string[] = [];
    for (let one = 0; one < 50; one += 1) challenges.push(await challengeFor(ada.name));
    const answers = await Promise.all(challenges.map((challenge) => answer(challenge, codeAt(ada.secret))));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  test("one before another that was used is spent with it", async () => {
    const ada = await signUpWithPhone();
    nextCode();
    const earlier = codeAt(ada.secret);
    nextCode();
    expect((await answer(await challengeFor(ada.name), codeAt(ada.secret))).status).toBe(200);
    expect(refusal(await answer(await challengeFor(ada.name), earlier))).toEqual(used);
  });

  test("in no order of codes and times is one step taken twice (T1)", async () => {
    const ada = await signUpWithPhone();
    const taken = new Set<number>();
    for (let round = 0; round < 40; round += 1) {
      if (round % 3 === 0) nextCode();
      const ms = clock.now + 30_000 * (((round * 7) % 5) - 2);
      const step = Math.floor(ms / 30_000);
      const { status } = await answer(await challengeFor(ada.name), codeAt(ada.secret, ms));
      await forgiveGuesses();
      if (status !== 200) continue;
      expect(taken.has(step)).toBe(false);
      taken.add(step);
    }
    expect(taken.size).toBeGreaterThan(5);
  });

  test("is six digits, with spaces or without; anything else is bad input and never a 500 (T14)", async () => {
    const ada = await signUpWithPhone();
    const challenge = await challengeFor(ada.name);
    const odd = [
      123456,
      [1, 2],
      null,
      {},
      true,
      "12345",
      "1234567",
      "12345a",
      "\uff11\uff12\uff13\uff14\uff15\uff16",
      "-12345",
      "1e5000",
      "+12345",
      "123\n456",
      "0x1234",
      "",
      " ",
      "1".repeat(10_000),
    ];
    for (const code of odd) expectProblem(await answer(challenge, code), "ValidationError", "code");
    nextCode();
    const [start, end] = [codeAt(ada.secret).slice(0, 3), codeAt(ada.secret).slice(3)];
    expect((await answer(challenge, ` ${start} ${end} `)).status).toBe(200);
  });

  test("is told apart from a used one only to who has proven the password (T15)", async () => {
    const ada = await signUpWithPhone();
    const code = codeAt(ada.secret);
    const forged = "x".repeat(43);
    for (const typed of [code, "000000"])
      expect(refusal(await answer(forged, typed))).toEqual([401, "InvalidChallenge"]);
  });

  test("that was right is not spent by a fault of the server (T10)", async () => {
    const ada = await signUpWithPhone();
    nextCode();
    const challenge = await challengeFor(ada.name);
    await duringOutage(async () => expectProblem(await answer(challenge, codeAt(ada.secret)), "ServiceUnavailable"));
    const [row] = await rowsOf(ada);
    const broken = createVault("something else").seal(Buffer.alloc(20), ada.id);
    await write((db) => db.update(totpSecrets).set({ sealed: broken }).where(isOf(ada)));
    for (let one = 0; one < 6; one += 1)
      expectProblem(await answer(challenge, codeAt(ada.secret)), "ServiceUnavailable");
    await write((db) =>
      db
        .update(totpSecrets)
        .set({ sealed: row?.sealed ?? null })
        .where(isOf(ada)),
    );
    expect((await answer(challenge, codeAt(ada.secret))).status).toBe(200);
  });
});

describe("at rest (T16)", () => {
  test("no secret and no code stands in the database or in an event", async () => {
    const ada = await signUpWithPhone();
    const pending = await enrol(ada);
    const stored = (await dumpDatabase()) + JSON.stringify(events);
    for (const secret of [ada.secret, pending]) {
      const [row] = await rowsOf(ada);
      const bytes = openSecret((secret === pending ? row?.pendingSealed : row?.sealed) ?? "", ada.id);
      expect(base32Of(bytes)).toBe(secret);
      for (const form of ["latin1", "hex", "base64", "base64url"] as const)
        expect(stored.includes(bytes.toString(form))).toBe(false);
      expect(stored.includes(secret)).toBe(false);
    }
  });

  test("a row that is copied to another user does not open there", async () => {
    const [ada, eve] = [await signUpWithPhone(), await signUpWithPhone()];
    const [row] = await rowsOf(eve);
    await write((db) =>
      db
        .update(totpSecrets)
        .set({ sealed: row?.sealed ?? null, lastStep: 0 })
        .where(isOf(ada)),
    );
    nextCode();
    expectProblem(await answer(await challengeFor(ada.name), codeAt(eve.secret)), "ServiceUnavailable");
  });

  test("auth:rekey walks along what is set and what waits", async () => {
    const ada = await signUpWithPhone();
    await enrol(ada);
    const names = (await rekey()).map(({ name }) => name);
    expect(names).toEqual(
      match.arrayContaining(["one-time password secrets", "one-time password secrets that wait to be confirmed"]),
    );
    await expectAlive(await logInWithPhone(ada));
  });
});

describe("removing", () => {
  test("takes the secret, what waits and the recovery codes; the password is enough again (T6)", async () => {
    const ada = await signUpWithPhone();
    await call("POST /recovery-codes", { bearer: ada.accessToken });
    await enrol(ada);
    expect((await call("DELETE /factors/totp", { bearer: ada.accessToken })).status).toBe(204);
    expect(await rowsOf(ada)).toEqual([]);
    const { body: left } = await call<object>("GET /factors", { bearer: ada.accessToken });
    expect(left).toEqual({ factors: [], recoveryCodes: 0 });
    expect((await call("POST /login", { body: credentials(ada.name) })).status).toBe(200);
    expectProblem(await call("DELETE /factors/totp", { bearer: ada.accessToken }), "NotFound");
  });

  test("a challenge of before is of no use afterwards", async () => {
    const ada = await signUpWithPhone();
    const challenge = await challengeFor(ada.name);
    await removeFactor(ada.id, totpKind, client);
    nextCode();
    expect(refusal(await answer(challenge, codeAt(ada.secret)))).toEqual(wrong);
  });

  test("goes with the account", async () => {
    const ada = await signUpWithPhone();
    expect((await call("DELETE /me", { bearer: ada.accessToken, body: { password } })).status).toBe(204);
    expect(await rowsOf(ada)).toEqual([]);
  });
});

test("GET /factors says since when, and when it was used", async () => {
  const ada = await signUpWithPhone();
  const bearer = (await logInWithPhone(ada)).accessToken;
  const { body: listed } = await call<object>("GET /factors", { bearer });
  const time = match.stringMatching(/^20.*Z$/);
  expect(listed).toEqual({ factors: [{ kind: "totp", createdAt: time, lastUsedAt: time }], recoveryCodes: 0 });
});

function stepUp({ accessToken: bearer }: Tokens): Promise<Answer> {
  return call("POST /reauthenticate", { bearer, body: { password } });
}

/** The status and the code of a refusal. */
function refusal({ status, body }: Answer): [number, string] {
  return [status, body.code];
}

async function amrOf({ accessToken: bearer }: Tokens): Promise<readonly string[]> {
  return (await call("GET /orders", { mount: "", bearer })).body.amr;
}

async function rowsOf(person: Person): Promise<(typeof totpSecrets.$inferSelect)[]> {
  return read((db) => db.select().from(totpSecrets).where(isOf(person)));
}

function isOf({ id }: Person) {
  return eq(totpSecrets.userId, id);
}

/** A secret that somebody has set, whatever it is. */
function aSecretOf({ id: userId }: Person) {
  return { userId, sealed: "x", lastStep: 0, setAt: fromNow(0) };
}

async function forgiveGuesses(): Promise<void> {
  await write((db) => db.delete(factorGuesses));
}
