import "./environment.js";
import { randomBytes } from "node:crypto";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { passkeyConfig } from "../../../src/auth/passkeys/config.js";
import { noPassword } from "../../../src/auth/passwords.js";
import { purge } from "../../../src/auth/purge.js";
import { fromNow, now, read, write } from "../../../src/db/client.js";
import { users } from "../../../src/db/schema/auth.js";
import { passkeyChallenges, passkeys } from "../../../src/db/schema/auth-passkeys.js";
import {
  call,
  events,
  expectAlive,
  expectDead,
  expectProblem,
  newAddress,
  password,
  sessionOf,
  startAuth,
  stopAuth,
  whileChecksRefuse,
} from "../client.js";
import { duringOutage } from "../database.js";
import { loginShape, tokensOf, tokensShape } from "../shapes.js";
import { asserted, type Changes, flag, newPasskey, type SoftPasskey, trusted } from "./authenticator.js";
import {
  expectRefusal,
  logInWith,
  loginChallenge,
  type Owner,
  optionsFor,
  type RequestOptions,
  register,
  signUpWithKey,
} from "./people.js";

// Logging in with a passkey, and proving again who is there.
beforeAll(startAuth, 60_000);
afterAll(stopAuth, 60_000);

const synced = trusted | flag.backupEligible | flag.backedUp;

describe("the options of a login", () => {
  test("are the same for everybody, and name nobody's passkeys (W1, W14)", async () => {
    await signUpWithKey();
    const [one, two] = [await loginChallenge(), await loginChallenge()];
    const shape = { rpId: "shop.example", allowCredentials: [], userVerification: "required", timeout: 300_000 };
    expect(one).toEqual({ ...shape, challenge: one.challenge });
    expect(two).toEqual({ ...shape, challenge: two.challenge });
    expect(one.challenge).not.toBe(two.challenge);
    expect(Buffer.from(one.challenge, "base64url")).toHaveLength(32);
  });

  test("take no more of a network than logins do", async () => {
    const from = newAddress();
    const ask = () => call("POST /passkeys/login/options", { from });
    const answers = await Promise.all(Array.from({ length: 301 }, ask));
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(1);
  });
});

describe("a login with a passkey", () => {
  test("starts a session of its owner that says how it was proven, and counts as two factors (W3)", async () => {
    const ada = await signUpWithKey();
    const answer = await logInWith(ada.key);
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual(loginShape({ id: ada.id }, tokensShape()));
    await expectAlive(tokensOf(answer));
    const { body } = await call("GET /orders", { mount: "", bearer: answer.body.accessToken });
    expect(body.amr).toEqual(["pop", "user", "mfa"]);
    const [row] = await rowsOf(ada);
    expect(row?.lastUsedAt).toBeInstanceOf(Date);
    expect(events).toContainEqual(expect.objectContaining({ event: "authn_login_success", userId: ada.id }));
  });

  const wrong: [string, Changes][] = [
    ["without user verification (W1)", { flags: flag.present }],
    ["without user presence (W2)", { flags: flag.verified }],
    ["framed by a page of others (W6)", { clientData: { crossOrigin: true } }],
    ["with a top origin (W6)", { clientData: { topOrigin: "https://shop.example" } }],
    ["of a page of others (W6)", { clientData: { origin: "https://evil.example" } }],
    ["with a slash behind the origin (W6)", { clientData: { origin: "https://shop.example/" } }],
    ["of a registration (W6)", { clientData: { type: "webauthn.create" } }],
    ["for another domain (W5)", { rpId: "evil.example" }],
    ["with another user's handle (W10)", { userHandle: randomBytes(32).toString("base64url") }],
    ["without a handle (W10)", { userHandle: null }],
    ["with a signature over something else", { signature: (bytes) => Buffer.from(bytes.map((byte) => byte ^ 1)) }],
    ["with bytes behind the signature (W15)", { signature: (bytes) => Buffer.concat([bytes, Buffer.from([0])]) }],
    ["with bytes behind its data (W15)", { authData: (data) => Buffer.concat([data, Buffer.from([0])]) }],
    ["backed up, but not eligible for that (W8)", { flags: trusted | flag.backedUp }],
  ];
  test.each(wrong)("is refused %s, and the challenge is spent (W4)", async (_name, changes) => {
    const ada = await signUpWithKey();
    const options = await loginChallenge();
    const send = (changed: Changes) =>
      call("POST /passkeys/login", { body: { passkey: asserted(options, ada.key, changed) } });
    expectRefusal(await send(changes), "InvalidPasskey");
    // Whatever can be seen without asking the database spends nothing.
    if (changes.userHandle !== null) expectRefusal(await send({}), "PasskeyChallengeOver");
  });

  test("with an unknown passkey has a code of its own, and the status of a wrong signature (W9)", async () => {
    const stranger = newPasskey(randomBytes(32).toString("base64url"));
    const unknown = await logInWith(stranger);
    expectRefusal(unknown, "UnknownPasskey");
    const ada = await signUpWithKey();
    const badly = await logInWith(ada.key, { signature: () => randomBytes(70) });
    expect(badly.status).toBe(unknown.status);
    expect(Object.keys(badly.body)).toEqual(Object.keys(unknown.body));
  });

  test("does the same work for an unknown passkey as for a wrong signature (W9)", async () => {
    const ada = await signUpWithKey();
    const stranger = { ...ada.key, id: randomBytes(32) };
    const known = await checksDuring(() => logInWith(ada.key, { signature: wrongly }));
    const unknown = await checksDuring(() => logInWith(stranger, { signature: wrongly }));
    expect([known, unknown]).toEqual([1, 1]);
  });

  test("is refused in another form than browsers send, as bad input (W15)", async () => {
    const ada = await signUpWithKey();
    const passkey = asserted(await loginChallenge(), ada.key);
    const { response } = passkey;
    const long = (bytes: number) => randomBytes(bytes).toString("base64url");
    const inputs: [unknown, string][] = [
      [undefined, "passkey"],
      [1, "passkey"],
      [{ ...passkey, id: "=" }, "passkey.id"],
      [{ ...passkey, response: { ...response, signature: long(1025) } }, "passkey.response.signature"],
      [{ ...passkey, response: { ...response, signature: ["x"] } }, "passkey.response.signature"],
      [{ ...passkey, response: { ...response, authenticatorData: long(4097) } }, "passkey.response.authenticatorData"],
      [{ ...passkey, response: { ...response, clientDataJSON: "" } }, "passkey.response.clientDataJSON"],
      [{ ...passkey, response: { ...response, userHandle: long(65) } }, "passkey.response.userHandle"],
    ];
    for (const [sent, path] of inputs)
      expectProblem(await call("POST /passkeys/login", { body: { passkey: sent } }), "ValidationError", path);
    expect((await call("POST /passkeys/login", { body: { passkey } })).status).toBe(200);
  });

  test("is one session, however often its answer is sent at once (W4)", async () => {
    const ada = await signUpWithKey();
    const body = { passkey: asserted(await loginChallenge(), ada.key) };
    const answers = await Promise.all(Array.from({ length: 50 }, () => call("POST /passkeys/login", { body })));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    for (const answer of answers) if (answer.status !== 200) expectRefusal(answer, "PasskeyChallengeOver");
  });

  test("takes a challenge of a login, of the last five minutes (W4)", async () => {
    const ada = await signUpWithKey();
    const bearer = (await logInWith(ada.key)).body.accessToken;
    const stepUp = (await call<RequestOptions>("POST /reauthenticate/passkey/options", { bearer })).body.publicKey;
    const others = [await optionsFor(bearer), stepUp, { challenge: randomBytes(32).toString("base64url") }];
    for (const options of others) expectRefusal(await sendLogin(asserted(options, ada.key)), "PasskeyChallengeOver");
    const late = await loginChallenge();
    await write((db) => db.update(passkeyChallenges).set({ expiresAt: fromNow(-1) }));
    expectRefusal(await sendLogin(asserted(late, ada.key)), "PasskeyChallengeOver");
    expect((await purge()).deleted["passkey challenges"]).toBeGreaterThan(0);
    expect(await read((db) => db.select().from(passkeyChallenges))).toEqual([]);
  });

  test("is refused to whoever is disabled, or whom a login check refuses", async () => {
    const ada = await signUpWithKey();
    await whileChecksRefuse(async () => expectProblem(await logInWith(ada.key), "ForbiddenError"));
    await write((db) => db.update(users).set({ disabledAt: now }).where(eq(users.id, ada.id)));
    expectRefusal(await logInWith(ada.key), "InvalidPasskey");
  });

  test("is refused with a passkey of a domain of before (W5)", async () => {
    const ada = await signUpWithKey();
    await write((db) => db.update(passkeys).set({ rpId: "old.example" }).where(eq(passkeys.userId, ada.id)));
    expectRefusal(await logInWith(ada.key), "UnknownPasskey");
    await write((db) => db.update(passkeys).set({ rpId: passkeyConfig.rpId }).where(eq(passkeys.userId, ada.id)));
    expect((await logInWith(ada.key)).status).toBe(200);
  });

  test("while the database is away is 503, and no session", async () => {
    const ada = await signUpWithKey();
    const body = { passkey: asserted(await loginChallenge(), ada.key) };
    await duringOutage(async () => expectProblem(await call("POST /passkeys/login", { body }), "ServiceUnavailable"));
    expect((await call("POST /passkeys/login", { body })).status).toBe(200);
  });
});

describe("the counter of a passkey", () => {
  test("of one device must rise: where it does not, somebody may have copied it, and its owner is told (W7)", async () => {
    const ada = await signUpWithKey();
    expect((await logInWith(ada.key, { counter: 5 })).status).toBe(200);
    for (const counter of [5, 4, 0]) expectRefusal(await logInWith(ada.key, { counter }), "InvalidPasskey");
    const told = events.filter(({ event, userId }) => event === "authn_passkey_copied" && userId === ada.id);
    expect(told).toHaveLength(3);
    expect((await logInWith(ada.key, { counter: 6 })).status).toBe(200);
    expect((await rowsOf(ada))[0]?.counter).toBe(6);
  });

  test("is looked at only where the signature is right: a forged answer looks like no copy, and moves nothing (W7)", async () => {
    const ada = await signUpWithKey();
    expect((await logInWith(ada.key, { counter: 5 })).status).toBe(200);
    for (const counter of [1, 900])
      expectRefusal(await logInWith(ada.key, { counter, signature: wrongly }), "InvalidPasskey");
    expect(events.filter(({ event, userId }) => event === "authn_passkey_copied" && userId === ada.id)).toEqual([]);
    expect((await rowsOf(ada))[0]?.counter).toBe(5);
  });

  test("may stay at 0 for ever, and do anything where the key is on many devices (W7)", async () => {
    const ada = await signUpWithKey();
    for (let time = 0; time < 3; time += 1) expect((await logInWith(ada.key, { counter: 0 })).status).toBe(200);
    const bob = await signUpWithKey("ES256", synced);
    for (const counter of [7, 7, 3, 0]) expect((await logInWith(bob.key, { counter })).status).toBe(200);
  });

  test("that is sent by many at once lets one of them in (W7)", async () => {
    const ada = await signUpWithKey();
    const challenges = await Promise.all(Array.from({ length: 20 }, loginChallenge));
    const answers = await Promise.all(
      challenges.map((options) => sendLogin(asserted(options, ada.key, { counter: 8 }))),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });
});

describe("whether a passkey may be copied", () => {
  test("never changes: whose password manager has changed it reads why (W8)", async () => {
    for (const [before, after] of [
      [trusted, trusted | flag.backupEligible],
      [synced, trusted],
    ] as const) {
      const ada = await signUpWithKey("ES256", before);
      const answer = await logInWith(ada.key, { flags: after });
      expectRefusal(answer, "PasskeyBackupChanged");
      expect(answer.body.detail).toMatch(/make a new one/);
    }
  });

  test("is no matter of whether it is copied: that is noted as it changes (W8)", async () => {
    const ada = await signUpWithKey("ES256", trusted | flag.backupEligible);
    expect(ada.passkey.backedUp).toBe(false);
    expect((await logInWith(ada.key, { flags: synced })).status).toBe(200);
    expect((await rowsOf(ada))[0]?.backedUp).toBe(1);
  });
});

describe("a passkey that is removed", () => {
  test("opens nothing from then on, whatever was in flight", async () => {
    const ada = await signUpWithKey();
    const bearer = (await logInWith(ada.key)).body.accessToken;
    const bodies = await Promise.all(
      Array.from({ length: 20 }, async () => ({ passkey: asserted(await loginChallenge(), ada.key) })),
    );
    const logins = bodies.map((body) => call("POST /passkeys/login", { body }));
    const [removed, ...answers] = await Promise.all([
      call(`DELETE /passkeys/${ada.passkey.id}`, { bearer }),
      ...logins,
    ]);
    expect(removed.status).toBe(204);
    for (const { status } of answers) expect([200, 403]).toContain(status);
    expectRefusal(await logInWith(ada.key), "UnknownPasskey");
  });

  test("is not the last way in: an account without a password keeps its last one, of many requests too (W13)", async () => {
    const { key, bearer } = await signUpWithout();
    const second = await register(bearer);
    expect(second.answer.status).toBe(201);
    const ids = [...(await listed(bearer))];
    expect(ids).toHaveLength(2);
    const answers = await Promise.all(ids.map((id) => call(`DELETE /passkeys/${id}`, { bearer })));
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 409]);
    const [left = ""] = await listed(bearer);
    expectRefusal(await call(`DELETE /passkeys/${left}`, { bearer }), "LastWayIn", 409);
    const alive = await Promise.all([key, second.key].map((one) => logInWith(one)));
    expect(alive.map(({ status }) => status).sort()).toEqual([200, 403]);
  });

  test("may be the last one where there is a password (W13)", async () => {
    const ada = await signUpWithKey();
    const bearer = (await logInWith(ada.key)).body.accessToken;
    expect((await call(`DELETE /passkeys/${ada.passkey.id}`, { bearer })).status).toBe(204);
    expect(await listed(bearer)).toEqual([]);
    expect((await register(ada.accessToken)).answer.status).toBe(201);
  });
});

describe("a step-up with a passkey", () => {
  test("moves the login to a new session that counts as two factors", async () => {
    const ada = await signUpWithKey();
    const options = await stepUpOptions(ada.accessToken);
    const transports = ["hybrid", "internal"];
    expect(options.allowCredentials).toEqual([{ type: "public-key", id: ada.passkey.credentialId, transports }]);
    const answer = await sendStepUp(ada.accessToken, asserted(options, ada.key));
    expect(answer.status).toBe(200);
    await expectDead(ada);
    const bearer = answer.body.accessToken;
    expect(sessionOf(bearer)).not.toBe(sessionOf(ada.accessToken));
    expect((await call("GET /orders", { mount: "", bearer })).body.amr).toEqual(["pop", "user", "mfa"]);
    expect((await call("POST /passkeys/options", { bearer })).status).toBe(200);
  });

  test("takes a challenge that was made for that, for this user, and one of their passkeys (W4)", async () => {
    const [ada, eve] = [await signUpWithKey(), await signUpWithKey()];
    const forLogin = asserted(await loginChallenge(), ada.key);
    expectRefusal(await sendStepUp(ada.accessToken, forLogin), "PasskeyChallengeOver");
    const ofEve = asserted(await stepUpOptions(eve.accessToken), ada.key);
    expectRefusal(await sendStepUp(ada.accessToken, ofEve), "PasskeyChallengeOver");
    const byEve = asserted(await stepUpOptions(ada.accessToken), eve.key);
    expectRefusal(await sendStepUp(ada.accessToken, byEve), "InvalidPasskey");
    const handle = asserted(await stepUpOptions(ada.accessToken), { ...eve.key, userHandle: ada.key.userHandle });
    expectRefusal(await sendStepUp(ada.accessToken, handle), "InvalidPasskey");
    await expectAlive(ada);
  });

  test("needs no handle, since it is known whose it is (W10)", async () => {
    const ada = await signUpWithKey();
    const passkey = asserted(await stepUpOptions(ada.accessToken), ada.key, { userHandle: null });
    expect((await sendStepUp(ada.accessToken, passkey)).status).toBe(200);
  });

  test("takes the password as before", async () => {
    const ada = await signUpWithKey();
    expect((await call("POST /reauthenticate", { bearer: ada.accessToken, body: { password } })).status).toBe(200);
  });
});

async function signUpWithout(): Promise<{ key: SoftPasskey; bearer: string }> {
  const ada = await signUpWithKey();
  await write((db) => db.update(users).set(noPassword).where(eq(users.id, ada.id)));
  return { key: ada.key, bearer: (await logInWith(ada.key)).body.accessToken };
}

async function listed(bearer: string): Promise<string[]> {
  const { body } = await call<{ passkeys: { id: string }[] }>("GET /passkeys", { bearer });
  return body.passkeys.map(({ id }) => id);
}

async function stepUpOptions(bearer: string): Promise<RequestOptions["publicKey"]> {
  return (await call<RequestOptions>("POST /reauthenticate/passkey/options", { bearer })).body.publicKey;
}

function sendStepUp(bearer: string, passkey: object) {
  return call("POST /reauthenticate", { bearer, body: { passkey } });
}

function sendLogin(passkey: object) {
  return call("POST /passkeys/login", { body: { passkey } });
}

function rowsOf({ id }: Owner) {
  return read((db) => db.select().from(passkeys).where(eq(passkeys.userId, id)));
}

function wrongly(signature: Buffer): Buffer {
  return Buffer.from(signature.map((byte, at) => (at === signature.length - 1 ? byte ^ 1 : byte)));
}

/** How many signatures are checked while `work` runs. */
async function checksDuring(work: () => Promise<unknown>): Promise<number> {
  const { subtle } = globalThis.crypto;
  const verify = subtle.verify.bind(subtle);
  let checks = 0;
  subtle.verify = (...of) => {
    checks += 1;
    return verify(...of);
  };
  try {
    await work();
  } finally {
    subtle.verify = verify;
  }
  return checks;
}
