import "./environment.js";
import { randomBytes } from "node:crypto";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addPasskey, deletePasskey, passkeyIdOf } from "../../../src/auth/passkeys/store.js";
import { fromNow, read, write } from "../../../src/db/client.js";
import { sessions } from "../../../src/db/schema/auth.js";
import { passkeyChallenges, passkeys } from "../../../src/db/schema/auth-passkeys.js";
import { call, events, expectProblem, logIn, type Person, sessionOf, signUp, startAuth, stopAuth } from "../client.js";
import {
  attestationObject,
  type Changes,
  created,
  type Entry,
  encode,
  flag,
  map,
  newPasskey,
  trusted,
} from "./authenticator.js";
import { expectRefusal, logInWith, loginChallenge, optionsFor, register, signUpWithKey } from "./people.js";

// Making passkeys, and keeping them in order. W1 to W19 are rules that WebAuthn servers are known to break.
beforeAll(startAuth, 60_000);
afterAll(stopAuth, 60_000);

describe("the options of a registration", () => {
  test("ask for a passkey that is found without a name, of a user that its authenticator knows (W1, W16)", async () => {
    const ada = await signUp();
    expect(await optionsFor(ada.accessToken)).toMatchObject({
      rp: { id: "shop.example", name: "auth-tests" },
      user: { name: ada.name, displayName: ada.name },
      authenticatorSelection: { residentKey: "required", requireResidentKey: true, userVerification: "required" },
      pubKeyCredParams: [-7, -257, -8].map((alg) => ({ type: "public-key", alg })),
      attestation: "none",
      timeout: 300_000,
      excludeCredentials: [],
    });
  });

  test("know the user by random bytes that are the same for every passkey, and no id or name (W10)", async () => {
    const ada = await signUpWithKey();
    const again = await optionsFor((await logInWith(ada.key)).body.accessToken);
    expect(again.user.id).toBe(ada.key.userHandle);
    expect(Buffer.from(again.user.id, "base64url")).toHaveLength(32);
    const other = await optionsFor((await signUp()).accessToken);
    expect(other.user.id).not.toBe(again.user.id);
  });

  test("list the user's own passkeys as ones that are there, with how to reach them (W17, W18)", async () => {
    const ada = await signUpWithKey();
    const { excludeCredentials } = await optionsFor((await logInWith(ada.key)).body.accessToken);
    const transports = ["hybrid", "internal"];
    expect(excludeCredentials).toEqual([{ type: "public-key", id: ada.passkey.credentialId, transports }]);
  });

  test("have a challenge of 32 bytes each, of which the hash is stored (W4)", async () => {
    const ada = await signUp();
    const [one, two] = [await optionsFor(ada.accessToken), await optionsFor(ada.accessToken)];
    expect(one.challenge).not.toBe(two.challenge);
    expect(Buffer.from(one.challenge, "base64url")).toHaveLength(32);
    const stored = await read((db) => db.select().from(passkeyChallenges));
    expect(JSON.stringify(stored)).not.toContain(one.challenge);
  });
});

describe("a passkey", () => {
  test.each(["ES256", "RS256", "EdDSA"] as const)(
    "of %s is added, told of, and logs its owner in (W16)",
    async (kind) => {
      const ada = await signUp();
      const { answer, key } = await register(ada.accessToken, { kind, name: "My laptop" });
      expect(answer.status).toBe(201);
      const credentialId = key.id.toString("base64url");
      expect(answer.body.passkey).toMatchObject({ credentialId, name: "My laptop", backedUp: false, lastUsedAt: null });
      expect(events).toContainEqual(expect.objectContaining({ event: "authn_passkey_added", userId: ada.id }));
      expect((await logInWith(key)).body.user.id).toBe(ada.id);
    },
  );

  test("whose authenticator has not verified its user, or met nobody, is none, also where it says so later (W1, W3)", async () => {
    for (const flags of [flag.present, flag.verified, 0]) {
      const ada = await signUp();
      const { answer, key } = await register(ada.accessToken, { flags });
      expectRefusal(answer, "InvalidPasskey");
      expectRefusal(await logInWith(key, { flags: trusted }), "UnknownPasskey");
    }
  });

  const origins = ["https://shop.example/", "https://shop.example:444", "http://shop.example", "https://evil.example"];
  const said: object[] = [
    { crossOrigin: true },
    { crossOrigin: "false" },
    { topOrigin: "https://shop.example" },
    { crossOrigin: true, topOrigin: "https://shop.example" },
    { type: "webauthn.get" },
    { type: undefined },
    { origin: ["https://shop.example"] },
    { origin: undefined },
    ...origins.map((origin) => ({ origin })),
  ];
  test.each(said.map((one) => [JSON.stringify(one), one] as const))(
    "that a page of others has asked for, or that was made for something else, is refused: %s (W6)",
    async (_name, clientData) => {
      const ada = await signUp();
      expectRefusal((await register(ada.accessToken, { clientData })).answer, "InvalidPasskey");
    },
  );

  test("is taken from every page of the settings, whatever the request says of its host (W5)", async () => {
    const ada = await signUp();
    const clientData = { origin: "https://login.shop.example" };
    expect((await register(ada.accessToken, { clientData })).answer.status).toBe(201);
    const bob = await signUp();
    const headers = { Host: "evil.example", Origin: "https://evil.example", "X-Forwarded-Host": "evil.example" };
    const options = await call("POST /passkeys/options", { bearer: bob.accessToken, headers });
    expect(options.text).not.toContain("evil");
    expectRefusal((await register(bob.accessToken, { rpId: "evil.example" })).answer, "InvalidPasskey");
  });

  test("is refused with a key of another algorithm, of the wrong kind, or that is none (W16)", async () => {
    const ada = await signUp();
    const x = randomBytes(32);
    const good = newPasskey("", "ES256").publicKey;
    const wrong: (readonly Entry[])[] = [
      [
        [1, 2],
        [3, -35],
        [-1, 2],
        [-2, randomBytes(48)],
        [-3, randomBytes(48)],
      ],
      [
        [1, 2],
        [3, -7],
        [-1, 2],
        [-2, x],
        [-3, x],
      ],
      [
        [1, 2],
        [3, -7],
        [-1, 1],
        [-2, x],
        [-3, x],
      ],
      [
        [1, 1],
        [3, -7],
        [-1, 6],
        [-2, x],
      ],
      [
        [1, 1],
        [3, -8],
        [-1, 7],
        [-2, x],
      ],
      [
        [1, 1],
        [3, -8],
        [-1, 6],
        [-2, x],
        [-4, x],
      ],
      [
        [1, 3],
        [3, -257],
        [-1, randomBytes(128)],
        [-2, Buffer.from([1, 0, 1])],
      ],
      [
        [1, 3],
        [3, -257],
        [-1, randomBytes(1024)],
        [-2, Buffer.from([1, 0, 1])],
      ],
      [
        [1, 3],
        [3, -257],
        [-1, Buffer.alloc(256, 255)],
        [-2, Buffer.from([3])],
      ],
      [
        [1, 7],
        [3, -48],
        [-1, randomBytes(64)],
      ],
      [],
    ];
    const keys = [...wrong.map(map), Buffer.concat([good, Buffer.from([0])]), good.subarray(1), encode("a key")];
    for (const publicKey of keys) {
      const key = { ...newPasskey(""), publicKey };
      const { challenge } = await challengeRow(ada);
      const answer = await call("POST /passkeys", {
        bearer: ada.accessToken,
        body: { passkey: created({ challenge }, key) },
      });
      expectRefusal(answer, "InvalidPasskey");
    }
    expect(await rowsOf(ada.id)).toEqual([]);
  });

  const deep = (levels: number): Buffer =>
    levels === 0 ? encode(1) : Buffer.concat([Buffer.from([0x81]), deep(levels - 1)]);
  const around = (statement: Buffer) => (authData: Buffer) =>
    Buffer.concat([
      Buffer.from("a3", "hex"),
      encode("fmt"),
      encode("packed"),
      encode("attStmt"),
      statement,
      encode("authData"),
      encode(authData),
    ]);
  const wrongBytes: [string, Changes][] = [
    ["nested too deeply", { attestation: around(deep(4)) }],
    ["of no definite length", { attestation: around(Buffer.from("bfff", "hex")) }],
    ["with a key twice", { attestation: around(Buffer.from("a2616101616102", "hex")) }],
    ["with a tag", { attestation: around(Buffer.from("c000", "hex")) }],
    ["with a fraction", { attestation: around(Buffer.from("f93c00", "hex")) }],
    ["with a text that is no UTF-8", { attestation: around(Buffer.from("61ff", "hex")) }],
    ["with a length beyond the end", { attestation: around(Buffer.from("5b0000000100000000", "hex")) }],
    ["with a length beyond all numbers", { attestation: around(Buffer.from("9bffffffffffffffff", "hex")) }],
    ["with bytes behind it", { attestation: (data) => Buffer.concat([attestationObject(data), Buffer.from([0])]) }],
    ["that is no map", { attestation: (data) => encode([data]) }],
    ["without data", { attestation: () => map([["fmt", "none"]]) }],
    ["that is cut off", { attestation: (data) => attestationObject(data).subarray(0, -1) }],
    ["whose data is cut off", { authData: (data) => data.subarray(0, 36) }],
    ["whose data has bytes behind it", { authData: (data) => Buffer.concat([data, Buffer.from([0])]) }],
    ["whose extensions are none", { flags: trusted | flag.extensions }],
    ["that is backed up, but may not be", { flags: trusted | flag.backedUp }],
    ["whose client data is no JSON", { clientDataText: "{" }],
  ];
  test.each(wrongBytes)("%s is refused, and no fault of the server (W15)", async (_name, changes) => {
    const ada = await signUp();
    const { answer } = await register(ada.accessToken, changes);
    expectRefusal(answer, "clientDataText" in changes ? "PasskeyChallengeOver" : "InvalidPasskey");
    expect(await rowsOf(ada.id)).toEqual([]);
  });

  test("with an attestation statement of any maker is added, and the statement not looked at (W16)", async () => {
    const ada = await signUp();
    const statement = map([
      ["alg", -7],
      ["sig", randomBytes(70)],
      ["x5c", [randomBytes(600), randomBytes(600)]],
    ]);
    const { answer } = await register(ada.accessToken, { attestation: around(statement) });
    expect(answer.status).toBe(201);
  });

  test("in another form than browsers send is refused as bad input, and measured first (W15)", async () => {
    const ada = await signUp();
    const passkey = created(await optionsFor(ada.accessToken), newPasskey(""));
    const { response } = passkey;
    const long = (bytes: number) => randomBytes(bytes).toString("base64url");
    const wrong: [unknown, string][] = [
      [null, "passkey"],
      ["text", "passkey"],
      [[], "passkey"],
      [{ ...passkey, type: "password" }, "passkey.type"],
      [{ ...passkey, id: `${passkey.id}=` }, "passkey.id"],
      [{ ...passkey, id: long(1024) }, "passkey.id"],
      [{ ...passkey, rawId: long(32) }, "passkey.rawId"],
      [{ ...passkey, response: 1 }, "passkey.response"],
      [{ ...passkey, response: { ...response, clientDataJSON: long(4097) } }, "passkey.response.clientDataJSON"],
      [
        { ...passkey, response: { ...response, attestationObject: long(16_385) } },
        "passkey.response.attestationObject",
      ],
      [{ ...passkey, response: { ...response, attestationObject: "+/+/" } }, "passkey.response.attestationObject"],
      [{ ...passkey, response: { ...response, attestationObject: "AB" } }, "passkey.response.attestationObject"],
      [{ ...passkey, response: { ...response, transports: "usb" } }, "passkey.response.transports"],
    ];
    for (const [sent, path] of wrong) {
      const answer = await call("POST /passkeys", { bearer: ada.accessToken, body: { passkey: sent } });
      expectProblem(answer, "ValidationError", path);
    }
    expect((await call("POST /passkeys", { bearer: ada.accessToken, body: { passkey } })).status).toBe(201);
  });

  test("keeps of how it is reached what browsers are known to say, and no more (W17)", async () => {
    const ada = await signUp();
    const passkey = created(await optionsFor(ada.accessToken), newPasskey(""));
    passkey.response.transports = ["usb", "telepathy", "nfc", "usb"];
    const answer = await call<{ passkey: { transports: string[] } }>("POST /passkeys", {
      bearer: ada.accessToken,
      body: { passkey },
    });
    expect(answer.body.passkey.transports).toEqual(["nfc", "usb"]);
  });

  test("belongs to its first owner: who else sends it hears 409, and it stays where it is (W11)", async () => {
    const ada = await signUpWithKey();
    const eve = await signUp();
    expectRefusal((await register(eve.accessToken, { key: ada.key })).answer, "PasskeyTaken", 409);
    expect((await logInWith(ada.key)).body.user.id).toBe(ada.id);
  });

  test("that many want at once is that of one (W11)", async () => {
    const people = await Promise.all(Array.from({ length: 10 }, () => signUp()));
    const key = newPasskey("");
    const answers = await Promise.all(people.map(({ accessToken }) => register(accessToken, { key })));
    expect(answers.map(({ answer }) => answer.status).sort()).toEqual([201, ...Array.from({ length: 9 }, () => 409)]);
  });
});

describe("the challenge of a registration", () => {
  test("is good once: of many answers to it one is added (W4, W18)", async () => {
    const ada = await signUpWithKey();
    const bearer = (await logInWith(ada.key)).body.accessToken;
    const options = await optionsFor(bearer);
    const bodies = Array.from({ length: 20 }, () => ({ passkey: created(options, newPasskey(options.user.id)) }));
    const answers = await Promise.all(bodies.map((body) => call("POST /passkeys", { bearer, body })));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    for (const answer of answers) if (answer.status !== 201) expectRefusal(answer, "PasskeyChallengeOver");
    expect(await rowsOf(ada.id)).toHaveLength(2);
  });

  test("is spent by an answer that was wrong, too (W4)", async () => {
    const ada = await signUp();
    const options = await optionsFor(ada.accessToken);
    const key = newPasskey(options.user.id);
    const send = (changes: Changes) =>
      call("POST /passkeys", { bearer: ada.accessToken, body: { passkey: created(options, key, changes) } });
    expectRefusal(await send({ flags: 0 }), "InvalidPasskey");
    expectRefusal(await send({}), "PasskeyChallengeOver");
  });

  test("is over after five minutes, and is of one user, and of one purpose (W4)", async () => {
    const [ada, bob] = [await signUp(), await signUp()];
    const options = await optionsFor(ada.accessToken);
    const body = { passkey: created(options, newPasskey("")) };
    expectRefusal(await call("POST /passkeys", { bearer: bob.accessToken, body }), "PasskeyChallengeOver");
    const login = { passkey: created(await loginChallenge(), newPasskey("")) };
    expectRefusal(await call("POST /passkeys", { bearer: ada.accessToken, body: login }), "PasskeyChallengeOver");
    const late = { passkey: created(await optionsFor(ada.accessToken), newPasskey("")) };
    await write((db) => db.update(passkeyChallenges).set({ expiresAt: fromNow(-1) }));
    expectRefusal(await call("POST /passkeys", { bearer: ada.accessToken, body: late }), "PasskeyChallengeOver");
    const madeUp = { passkey: created({ challenge: randomBytes(32).toString("base64url") }, newPasskey("")) };
    expectRefusal(await call("POST /passkeys", { bearer: ada.accessToken, body: madeUp }), "PasskeyChallengeOver");
  });
});

describe("making and removing a passkey", () => {
  const routes = ["POST /passkeys/options", "POST /passkeys", `DELETE /passkeys/${passkeyIdOf("x")}`];

  test.each(routes)("takes a login, and a recent one: %s (W12)", async (route) => {
    expectProblem(await call(route), "NotAuthenticated");
    const ada = await signUp();
    await startedAgo(ada, 11);
    const answer = await call(route, { bearer: ada.accessToken, body: route === "POST /passkeys" ? {} : undefined });
    expectRefusal(answer, "ForbiddenError");
    expect(answer.headers["www-authenticate"]).toContain("insufficient_user_authentication");
  });

  test.each(routes)("takes a passkey of whoever has one, the password is not enough: %s (W12)", async (route) => {
    const ada = await signUpWithKey();
    const { accessToken } = await logIn(ada.name);
    const answer = await call(route, { bearer: accessToken, body: route === "POST /passkeys" ? {} : undefined });
    expectRefusal(answer, "ForbiddenError");
    expect(answer.headers["www-authenticate"]).toBe('Bearer error="insufficient_user_authentication"');
    const withKey = (await logInWith(ada.key)).body.accessToken;
    expect((await call("POST /passkeys/options", { bearer: withKey })).status).toBe(200);
  });

  test("is nothing for whoever was logged out in between: no key that brings them back (W12)", async () => {
    const ada = await signUpWithKey();
    const caller = { userId: ada.id, sessionId: sessionOf((await logInWith(ada.key)).body.accessToken) };
    const { publicKey } = newPasskey("");
    const key = { id: "another", publicKey: publicKey.toString("base64url"), algorithm: -7 as const, counter: 0 };
    const credential = { ...key, isBackupEligible: false, isBackedUp: false };
    const added = { credential, userHandle: ada.key.userHandle, rpId: "shop.example", transports: [], name: "Eve's" };
    expect((await call("POST /logout-all", { bearer: ada.accessToken })).status).toBe(204);
    expect(await addPasskey(caller, added)).toBe("ended");
    expect(await deletePasskey(caller, ada.passkey.id)).toBe("ended");
    expect((await rowsOf(ada.id)).map(({ id }) => id)).toEqual([ada.passkey.id]);
  });

  test("is limited: thirty of a kind an hour", async () => {
    const ada = await signUp();
    const statuses = new Set<number>();
    for (let time = 0; time < 31; time += 1)
      statuses.add((await call("POST /passkeys/options", { bearer: ada.accessToken })).status);
    expect([...statuses]).toEqual([200, 429]);
  });
});

describe("the passkeys of a user", () => {
  test("are listed, named and removed by their owner", async () => {
    const ada = await signUpWithKey();
    const { id } = ada.passkey;
    const bearer = (await logInWith(ada.key)).body.accessToken;
    const named = await call(`PATCH /passkeys/${id}`, { bearer, body: { name: "Phone" } });
    expect(named.body).toMatchObject({ passkey: { id, name: "Phone" } });
    expect((await call("GET /passkeys", { bearer })).body).toMatchObject({ passkeys: [{ id, name: "Phone" }] });
    expect((await call(`GET /passkeys/${id}`, { bearer })).body).toMatchObject({ passkey: { id, name: "Phone" } });
    expect((await call(`DELETE /passkeys/${id}`, { bearer })).status).toBe(204);
    expect(events).toContainEqual(expect.objectContaining({ event: "authn_passkey_removed", userId: ada.id }));
    expectRefusal(await logInWith(ada.key), "UnknownPasskey");
    expectProblem(await call(`DELETE /passkeys/${id}`, { bearer }), "NotFound");
  });

  test("are seen, named and removed by nobody else (W11)", async () => {
    const [ada, eve] = [await signUpWithKey(), await signUpWithKey()];
    const bearer = (await logInWith(eve.key)).body.accessToken;
    for (const id of [ada.passkey.id, "x", "%00", `${ada.passkey.id}x`]) {
      expectProblem(await call(`GET /passkeys/${id}`, { bearer }), "NotFound");
      expectProblem(await call(`PATCH /passkeys/${id}`, { bearer, body: { name: "Mine" } }), "NotFound");
      expectProblem(await call(`DELETE /passkeys/${id}`, { bearer }), "NotFound");
    }
    expect((await call("GET /passkeys", { bearer })).text).not.toContain(ada.passkey.id);
    expect((await logInWith(ada.key)).status).toBe(200);
  });

  test("go with the account", async () => {
    const ada = await signUpWithKey();
    const body = { password: "nine blue herons wade" };
    expect((await call("DELETE /me", { bearer: ada.accessToken, body })).status).toBe(204);
    expect(await rowsOf(ada.id)).toEqual([]);
    expectRefusal(await logInWith(ada.key), "UnknownPasskey");
  });
});

async function challengeRow(ada: Person): Promise<{ challenge: string }> {
  await write((db) => db.delete(passkeyChallenges));
  return optionsFor(ada.accessToken);
}

async function rowsOf(userId: string) {
  return read((db) => db.select().from(passkeys).where(eq(passkeys.userId, userId)));
}

async function startedAgo({ accessToken }: Person, minutes: number): Promise<void> {
  const createdAt = fromNow(-60 * minutes);
  await write((db) =>
    db
      .update(sessions)
      .set({ createdAt })
      .where(eq(sessions.id, sessionOf(accessToken))),
  );
}
