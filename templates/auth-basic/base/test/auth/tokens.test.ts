import "./test-environment.js";
import { createHash, createHmac, generateKeyPairSync, hkdfSync, randomBytes } from "node:crypto";
import { runInNewContext } from "node:vm";
import { eq } from "drizzle-orm";
import express from "express";
import jwt from "jsonwebtoken";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { checkClaims, claim } from "../../src/auth/access-claims.js";
import { signAccessToken, verifyAccessToken } from "../../src/auth/access-token.js";
import { type AccessTokenSigner, accessTokenSigners } from "../../src/auth/access-token-signers.js";
import { type AuthError, toProblem } from "../../src/auth/errors.js";
import { issueRefreshToken, newFamily, parseRefreshToken } from "../../src/auth/refresh-token.js";
import { findCredentials, insertSession } from "../../src/auth/store.js";
import { read } from "../../src/db/client.js";
import { sessions, users } from "../../src/db/schema/auth.js";
import { type Auth, type Authenticator, authenticators } from "../../src/middleware/authenticators.js";
import { protectedRoute } from "../../src/middleware/jwt.js";
import {
  call,
  expectAlive,
  expectProblem,
  logIn,
  type Person,
  refresh,
  sessionOf,
  signUp,
  startAuth,
  stopAuth,
} from "./client.js";
import { authShape, claimsShape, match, someAuth, storedClaims, tokensOf, withRefreshToken } from "./shapes.js";
import { environment } from "./test-environment.js";

// What opens a door, and everything that looks like it.

const { JWT_SECRET_KEY: key, JWT_SECRET_KEY_PREVIOUS: previousKey, JWT_ISSUER: issuer } = environment;
const lifetime = 15 * 60;

let ada: Person;

beforeAll(async () => {
  await startAuth();
  ada = await signUp();
}, 60_000);
afterAll(stopAuth, 60_000);

describe("an access token", () => {
  test("has the header and the claims of RFC 9068, and nothing else", () => {
    const { header, payload } = jwt.decode(ada.accessToken, { complete: true }) ?? {};
    const { kid, ...rest } = header ?? {};
    expect(rest).toEqual({ alg: accessTokenSigners.at(-1)?.alg, typ: "at+jwt" });
    expect(["string", "undefined"]).toContain(typeof kid);
    expect(payload).toEqual(claimsShape({ sub: ada.id, sid: sessionOf(ada.accessToken) }));
  });

  test("can be made by whoever holds the key: so what follows is refused for what is wrong with it", async () => {
    await expectOpens(forge());
    await expectOpens(forge({ header: { kid: "2026" } }));
    await expectOpens(forge({ claims: { iat: seconds() + 3, exp: seconds() + 60 } }));
  });

  test("of the previous key is good while the key is being replaced", async () => {
    await expectOpens(forge({ key: previousKey }));
  });

  for (const [what, header] of Object.entries(wrongHeaders())) {
    test(`is refused when its header has ${what}`, () => expectRefused(forge({ header })));
  }

  for (const [what, claims] of Object.entries(wrongClaims())) {
    test(`is refused when ${what}`, () => expectRefused(forge({ claims })));
  }

  for (const [what, payload] of Object.entries({ array: [], string: "sub", number: 1, null: null })) {
    test(`is refused when its payload is JSON's ${what}`, () => expectRefused(forge({ payload })));
  }

  for (const [what, spelling] of Object.entries(wrongSpellings())) {
    test(`is refused when it is ${what}`, () => expectRefused(spelling(forge())));
  }

  test("is refused when its signature was made in another way", async () => {
    const claims = jwt.decode(ada.accessToken) as object;
    const header = (alg: string) => ({ alg, typ: "at+jwt" });
    const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
    await expectRefused(forge({ key: randomBytes(32).toString("base64") }));
    await expectRefused(forge({ key: "" }));
    await expectRefused(forge({ key: pem }));
    await expectRefused(jwt.sign(claims, privateKey, { algorithm: "RS256", header: header("RS256") }));
    await expectRefused(jwt.sign(claims, key, { algorithm: "HS384", header: header("HS384") }));
    await expectRefused(jwt.sign(claims, key, { algorithm: "HS512", header: header("HS512") }));
    await expectRefused(jwt.sign(claims, "", { algorithm: "none", header: header("none") }));
    await expectRefused(
      `${forge({ header: { alg: "none" } })
        .split(".")
        .slice(0, 2)
        .join(".")}.AA`,
    );
  });

  test("is refused when a part of it was written in another way before it was signed", async () => {
    const [, body = ""] = ada.accessToken.split(".");
    for (const kid of ["1", "12", "123"]) {
      const head = encode({ alg: "HS256", typ: "at+jwt", kid });
      await expectOpens(seal(head, body, key));
      await expectRefused(seal(`${head}=`, body, key));
      await expectRefused(seal(head, `${body}=`, key));
      if (head.length % 4 > 0) await expectRefused(seal(head.replace(/.$/, nextLetter), body, key));
    }
  });

  test("is refused when its header or its payload says something twice, however it is spelled", async () => {
    const [, body = ""] = forge().split(".");
    const head = encode({ alg: "HS256", typ: "at+jwt" });
    const text = Buffer.from(body, "base64url").toString("utf8");
    for (const again of ['"sub":"somebody"', '"s\\u0075b":"somebody"', '"x":{"y":1,"y":2}', '"x":[{"y":1,"y":1}]']) {
      await expectRefused(seal(head, encodeText(text.replace("{", `{${again},`)), key));
    }
    for (const twice of [
      '{"alg":"none","alg":"HS256","typ":"at+jwt"}',
      '{"typ":"JWT","alg":"HS256","\\u0074yp":"at+jwt"}',
    ]) {
      await expectRefused(seal(encodeText(twice), body, key));
    }
    const nested = '"x":{"y":1,"z":{"y":1}},"y":[{"y":"\\"y\\":"}],"z":"y"';
    await expectOpens(seal(head, encodeText(text.replace("{", `{${nested},`)), key));
  });

  test("is refused over 4 KB, genuine or not", async () => {
    await expectOpens(forge({ claims: { padding: "x".repeat(1_000) } }));
    await expectRefused(forge({ claims: { padding: "x".repeat(4_000) } }));
  });

  test("can't be told apart from the first time when it is shown again, and nobody can change who it speaks for", async () => {
    const token = forge();
    const verified = await verifyAccessToken(token);
    expect(verified).toMatchObject({ userId: ada.id, sessionId: sessionOf(ada.accessToken), amr: ["pwd"] });
    expect(Object.isFrozen(verified)).toBe(true);
    expect(Object.isFrozen(verified?.amr)).toBe(true);
    expect(await verifyAccessToken(token)).toBe(verified);
  });

  test("does not work as a refresh token, nor a refresh token as an access token", async () => {
    expectProblem(await refresh(ada.accessToken), "ForbiddenError");
    await expectRefused(ada.refreshToken);
    await expectAlive(ada);
  });
});

describe("a protected route", () => {
  test("knows who is asking", async () => {
    const { body } = await call("GET /orders", { mount: "", bearer: ada.accessToken });
    const { jti, exp, auth_time: authTime } = claimsOf(ada.accessToken);
    const known = { userId: ada.id, sessionId: sessionOf(ada.accessToken), tokenId: jti, expiresAt: exp, authTime };
    expect(body).toEqual(authShape(known));
  });

  test("answers with a problem of the module, wherever it stands", async () => {
    expectProblem(await call("GET /orders", { mount: "" }), "NotAuthenticated");
    expectProblem(await call("GET /orders", { mount: "", bearer: "x" }), "InvalidAccessToken");
  });

  test("takes the scheme in any case, and no other scheme", async () => {
    const withHeader = (Authorization: string) => call("GET /me", { headers: { Authorization } });
    expect((await withHeader(`bearer ${ada.accessToken}`)).status).toBe(200);
    expect((await withHeader(`BEARER  ${ada.accessToken}`)).status).toBe(200);
    expectProblem(await withHeader(`Basic ${ada.accessToken}`), "NotAuthenticated");
    expectProblem(await withHeader(`Bearers ${ada.accessToken}`), "NotAuthenticated");
    expectProblem(await withHeader(ada.accessToken), "NotAuthenticated");
    expectProblem(await withHeader("Bearer"), "InvalidAccessToken");
    expectProblem(await withHeader(`Bearer ${ada.accessToken}, Bearer ${ada.accessToken}`), "InvalidAccessToken");
  });

  test("does not look for a token in the address, a cookie or the body", async () => {
    const { accessToken } = ada;
    expectProblem(await call(`GET /me?access_token=${accessToken}`), "NotAuthenticated");
    expectProblem(await call("GET /me", { headers: { Cookie: `access_token=${accessToken}` } }), "NotAuthenticated");
    expectProblem(
      await call("POST /validate", { body: { accessToken, access_token: accessToken } }),
      "NotAuthenticated",
    );
  });

  test("does not trust a req.auth that something else has set", async () => {
    const app = express();
    app.use((req, _res, next) => {
      req.auth = { ...someAuth, userId: ada.id };
      next();
    });
    app.get("/orders", protectedRoute, (req, res) => {
      res.json(req.auth);
    });
    expectProblem(await call("GET /orders", { app, mount: "" }), "NotAuthenticated");
    const { body } = await call("GET /orders", { app, mount: "", bearer: ada.accessToken });
    expect(body.sessionId).toBe(sessionOf(ada.accessToken));
  });

  test("gives every request an object of its own", async () => {
    const seen = new Set<Auth | undefined>();
    const app = express();
    app.get("/orders", protectedRoute, (req, res) => {
      seen.add(req.auth);
      res.end();
    });
    for (let time = 1; time <= 2; time += 1) await call("GET /orders", { app, mount: "", bearer: ada.accessToken });
    expect(seen.size).toBe(2);
  });

  test("asks an authenticator that was added when there is no bearer token", async () => {
    const bob = { ...someAuth, userId: "bob" };
    authenticators.push((req) => Promise.resolve(req.get("X-Api-Key") === "bob's" ? bob : null));
    try {
      const answer = await call("GET /orders", { mount: "", headers: { "X-Api-Key": "bob's" } });
      expect(answer.body).toEqual(bob);
      expectProblem(await call("GET /orders", { mount: "", headers: { "X-Api-Key": "x" } }), "NotAuthenticated");
    } finally {
      authenticators.pop();
    }
  });

  test("takes nothing for somebody that is none, whatever an authenticator answers", async () => {
    for (const answer of [undefined, false, 0, ""]) {
      for (const authenticator of [() => answer, () => Promise.resolve(answer)]) {
        authenticators.unshift(authenticator as unknown as Authenticator);
        try {
          expectProblem(await call("GET /orders", { mount: "" }), "NotAuthenticated");
        } finally {
          authenticators.shift();
        }
      }
    }
  });

  test("waits for an authenticator's promise, also for one that comes from another realm, as under test runners", async () => {
    authenticators.unshift(() => runInNewContext("Promise.resolve(null)") as Promise<null>);
    try {
      expectProblem(await call("GET /orders", { mount: "" }), "NotAuthenticated");
    } finally {
      authenticators.shift();
    }
  });
});

describe("a login", () => {
  test("happened when its session was stored, by the database's clock, and each of its tokens says so", async () => {
    const bob = await signUp();
    const [session] = await read((db) =>
      db
        .select({ createdAt: sessions.createdAt })
        .from(sessions)
        .where(eq(sessions.id, sessionOf(bob.accessToken))),
    );
    const authTime = Math.floor((session?.createdAt.getTime() ?? 0) / 1000);
    expect(claimsOf(bob.accessToken)["auth_time"]).toBe(authTime);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    const refreshed = tokensOf(await refresh(bob.refreshToken));
    expect(claimsOf(refreshed.accessToken)).toMatchObject({ auth_time: authTime, amr: ["pwd"] });
    const { body: auth } = await call("GET /orders", { mount: "", bearer: refreshed.accessToken });
    expect(auth).toMatchObject({ authTime, amr: ["pwd"] });
    const again = await logIn(bob.name);
    expect(claimsOf(again.accessToken)["auth_time"]).toBeGreaterThan(authTime);
  });

  test("by other means than a password says so in its tokens, and after a refresh", async () => {
    const bob = await signUp();
    const credentials = await findCredentials({ id: bob.id });
    if (!credentials) throw new Error("There is no such user.");
    const family = newFamily();
    const row = { id: family.sessionId, ip: null, userAgent: null };
    const opened = await insertSession(row, { ...credentials, amr: ["pwd", "otp"] });
    if (!opened) throw new Error("No session was stored.");
    expect(claimsOf(await signAccessToken(opened.session, 60))["amr"]).toEqual(["pwd", "otp"]);
    const refreshed = tokensOf(await refresh(issueRefreshToken(family)));
    expect(claimsOf(refreshed.accessToken)["amr"]).toEqual(["pwd", "otp"]);
  });
});

describe("signing", () => {
  const subject = { id: "session", userId: "somebody", claims: storedClaims };

  test("fails for a token that would be refused for its length, and says why to the log, not to the client", async () => {
    const longest = { ...subject, claims: { ...subject.claims, amr: "x".repeat(2_500) } };
    expect(await verifyAccessToken(await signAccessToken(longest, 60))).not.toBeNull();
    const tooLong = { ...subject, claims: { ...subject.claims, amr: "x".repeat(3_000) } };
    const failure = await signAccessToken(tooLong, 60).catch((error: unknown) => error as AuthError);
    expect(failure).toMatchObject({ code: "InternalError", message: match.stringMatching(/more than 4096/) });
    expect(toProblem(failure as AuthError).detail).not.toMatch(/4096/);
  });

  test("fails for a claim that is not what it says", async () => {
    const nothing = { ...subject, claims: { ...subject.claims, amr: "" } };
    await expect(signAccessToken(nothing, 60)).rejects.toMatchObject({
      code: "InternalError",
      message: match.stringMatching(/of amr/),
    });
  });
});

describe("another signer", () => {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
  /** Knows its keys by their names, and only after a while, as if it had to fetch them. */
  const es256: AccessTokenSigner = {
    alg: "ES256",
    sign: (claims, typ) =>
      jwt.sign(claims, privateKey, { algorithm: "ES256", header: { alg: "ES256", typ, kid: "1" } }),
    verify: async (token, kid) => {
      await new Promise((resolve) => setImmediate(resolve));
      if (kid !== "1") return null;
      try {
        return jwt.verify(token, publicKey, { algorithms: ["ES256"] });
      } catch {
        return null;
      }
    },
  };
  const head = (token: string) => jwt.decode(token, { complete: true })?.header;

  async function whileItSigns(work: () => Promise<void>): Promise<void> {
    accessTokenSigners.push(es256);
    try {
      await work();
    } finally {
      accessTokenSigners.splice(accessTokenSigners.indexOf(es256), 1);
    }
  }

  test("takes over from the one before it, whose tokens stay good", async () => {
    const old = forge();
    await whileItSigns(async () => {
      const bob = await signUp();
      expect(head(bob.accessToken)).toEqual({ alg: "ES256", typ: "at+jwt", kid: "1" });
      await expectAlive(bob);
      await expectOpens(old);
      const refreshed = tokensOf(await refresh(bob.refreshToken));
      expect(head(refreshed.accessToken)).toMatchObject({ alg: "ES256" });
    });
  });

  test("is asked for its own algorithm only, and nobody's public key is a secret", async () => {
    const unseen = jwt.sign(claimsOf(forge()), privateKey, {
      algorithm: "ES256",
      header: { alg: "ES256", typ: "at+jwt" },
    });
    await whileItSigns(async () => {
      await expectRefused(forge({ key: pem }));
      await expectRefused(forge({ key: pem, header: { kid: "1" } }));
      await expectRefused(forge({ header: { alg: "ES256", kid: "1" } }));
      await expectRefused(unseen);
    });
  });

  test("leaves nothing that opens a door when it is gone", async () => {
    const tokens: string[] = [];
    await whileItSigns(async () => void tokens.push((await signUp()).accessToken));
    await expectRefused(tokens[0] ?? "");
  });

  test("says which tokens are still taken, of others too, and those that were seen lately", async () => {
    const [old, older] = [forge(), forge()];
    await expectOpens(old);
    const asked: unknown[] = [];
    const answers = [true, Promise.resolve(true), false, Promise.resolve(false)];
    const trusts: AccessTokenSigner["trusts"] = (signedWith) => {
      asked.push(signedWith);
      return answers[asked.length - 1] ?? false;
    };
    Object.assign(es256, { trusts });
    try {
      await whileItSigns(async () => {
        const verified = [1, 2, 3, 4].map(() => verifyAccessToken(old));
        const opened: boolean[] = [];
        for (const token of verified) opened.push((await token) !== null);
        expect(opened).toEqual([true, true, false, false]);
        expect(asked).toEqual(Array(4).fill({ alg: "HS256", typ: "at+jwt" }));
        expect(verified[0]).not.toBeInstanceOf(Promise);
        await expectRefused(older);
      });
    } finally {
      Reflect.deleteProperty(es256, "trusts");
    }
    await expectOpens(old);
    await expectOpens(older);
  });

  test("signs for what the module checks: its claims are held to the same rules", async () => {
    const signed = (claims: object) => es256.sign({ ...claimsOf(forge()), ...claims }, "at+jwt");
    await whileItSigns(async () => {
      await expectOpens(await signed({}));
      await expectRefused(await signed({ aud: "somebody-else:client" }));
      await expectRefused(await signed({ iat: seconds() - 120, exp: seconds() - 1 }));
      await expectRefused(await signed({ nbf: seconds() + 600 }));
      await expectRefused(await signed({ amr: [] }));
    });
  });
});

describe("a claim of access-claims.ts", () => {
  const free = { name: "plan", from: users.role, type: z.string(), onAuth: "plan", endsSessions: true };

  test("may be any that nobody has taken", () => {
    expect(() => checkClaims([free, { ...free, name: "cnf", onAuth: "proof", standard: "RFC 7800" }])).not.toThrow();
    expect(claim(free)).toBe(free);
  });

  test.each([
    ["of the module", { name: "sub" }, "there already"],
    ["of a standard", { name: "scope" }, "registered"],
    ["of every object", { name: "__proto__" }, "named like that"],
    ["whose place on req.auth is taken", { onAuth: "userId" }, "taken"],
    ["that is said to end sessions, and is of the session", { from: sessions.ip }, "ends no sessions"],
  ])("is refused at start when it is one %s", (_, members, reason) => {
    expect(() => checkClaims([{ ...free, ...members }])).toThrow(reason);
    expect(() => checkClaims([free, free])).toThrow("there already");
  });
});

describe("a refresh token", () => {
  test("is fid, generation and MAC; the session's public id is the hash of fid", () => {
    const { familyId, generation, sessionId } = genuine(ada.refreshToken);
    expect(ada.refreshToken).toHaveLength(72);
    expect(generation).toBe(0);
    expect(sessionId).toBe(createHash("sha256").update(familyId).digest("base64url"));
    expect(sessionId).toBe(sessionOf(ada.accessToken));
    expect(makeRefreshToken(familyId, 0, key)).toBe(ada.refreshToken);
  });

  test("is a new one for each family, and the same one for the same generation", () => {
    const family = newFamily();
    expect(newFamily().familyId).not.toEqual(family.familyId);
    expect(issueRefreshToken(family)).toBe(issueRefreshToken(family));
    expect(genuine(issueRefreshToken({ ...family, generation: 2 ** 47 })).generation).toBe(2 ** 47);
  });

  test("of the previous key is good while the key is being replaced, and its successor is of the new one", async () => {
    const bob = await signUp();
    const { familyId } = genuine(bob.refreshToken);
    const answer = await refresh(makeRefreshToken(familyId, 0, previousKey));
    expect(tokensOf(answer).refreshToken).toBe(makeRefreshToken(familyId, 1, key));
  });

  test("is refused in any other spelling, and that ends nothing", async () => {
    const token = ada.refreshToken;
    const bytes = Buffer.from(token, "base64url");
    const flipped = Array.from(bytes.keys(), (at) => Buffer.from(bytes.map((byte, i) => (i === at ? byte ^ 1 : byte))));
    const spellings = [
      ...flipped.map((changed) => changed.toString("base64url")),
      ...[` ${token}`, `${token} `, `${token}=`, `${token}\n`, `${token}A`, `${token}AAAA`, token.slice(0, -1)],
      ...[token.slice(4), token.toUpperCase(), `${token.slice(0, -1)}\u0000`, "", "\ud800", "x".repeat(72)],
      bytes.toString("hex"),
      makeRefreshToken(randomBytes(32), 0, randomBytes(32).toString("base64")),
    ];
    for (const spelling of spellings) expectProblem(await refresh(spelling), "ForbiddenError");
    await expectAlive(ada);
  });

  test("of a family that never was is refused", async () => {
    expectProblem(await refresh(issueRefreshToken(newFamily())), "ForbiddenError");
    expect((await call("POST /logout", withRefreshToken(issueRefreshToken(newFamily())))).status).toBe(204);
  });
});

function wrongHeaders(): Record<string, object> {
  return {
    "no typ": { typ: undefined },
    "typ JWT": { typ: "JWT" },
    "typ AT+JWT": { typ: "AT+JWT" },
    "a typ that is no text": { typ: ["at+jwt"] },
    "no alg": { alg: undefined },
    "alg none": { alg: "none" },
    "alg NONE": { alg: "NONE" },
    "alg hs256": { alg: "hs256" },
    "alg HS512": { alg: "HS512" },
    "an alg that is no text": { alg: ["HS256"] },
    crit: { crit: ["exp"] },
    b64: { b64: false },
    zip: { zip: "DEF" },
    cty: { cty: "JWT" },
    jwk: { jwk: { kty: "oct", k: "c2VjcmV0" } },
    jku: { jku: "https://attacker.example/keys" },
    x5u: { x5u: "https://attacker.example/cert" },
    x5c: { x5c: ["MIIB"] },
    "a kid that is no text": { kid: { $ne: null } },
    "an unknown member": { extra: "x" },
  };
}

function wrongClaims(): Record<string, object> {
  const names = ["iss", "aud", "client_id", "sub", "sid", "iat", "exp", "jti", "auth_time", "amr"];
  const missing = names.map((name): [string, object] => [`${name} is missing`, { [name]: undefined }]);
  const nothing = names.map((name): [string, object] => [`${name} is null`, { [name]: null }]);
  return {
    ...Object.fromEntries<object>([...missing, ...nothing]),
    "iss is another": { iss: "somebody-else" },
    "iss is a list": { iss: [issuer] },
    "aud is another": { aud: "somebody-else:client" },
    "aud is a list with ours in it": { aud: [`${issuer}:client`, "somebody-else:client"] },
    "client_id is another": { client_id: "somebody-else:client" },
    "client_id is a list": { client_id: [`${issuer}:client`] },
    "sub is a number": { sub: 1 },
    "sub is empty": { sub: "" },
    "sid is an object": { sid: { $gt: "" } },
    "jti is a number": { jti: 1 },
    "auth_time is a text": { auth_time: String(seconds()) },
    "auth_time is a fraction": { auth_time: seconds() - 0.5 },
    "auth_time is negative": { auth_time: -1 },
    "amr is a text": { amr: "pwd" },
    "amr is empty": { amr: [] },
    "amr holds a number": { amr: ["pwd", 1] },
    "it is bound to a key": { cnf: { jkt: "x".repeat(43) } },
    "cnf is null": { cnf: null },
    "amr holds an empty text": { amr: ["pwd", ""] },
    "exp is a text": { exp: String(seconds() + 60) },
    "exp is a fraction": { exp: seconds() + 60.5 },
    "exp is past": { iat: seconds() - 120, exp: seconds() - 1 },
    "exp is negative": { exp: -1 },
    "exp is beyond all numbers": { exp: 1e300 },
    "exp is before iat": { iat: seconds() + 4, exp: seconds() - 4 },
    "iat is a text": { iat: String(seconds()) },
    "iat is a fraction": { iat: seconds() - 0.5 },
    "iat is in the future": { iat: seconds() + 600, exp: seconds() + 660 },
    "nbf is in the future": { nbf: seconds() + 600 },
    "nbf is a text": { nbf: String(seconds()) },
    "it lives longer than configured": { exp: seconds() + lifetime + 600 },
    "it was made to live longer than configured": { iat: seconds() - lifetime, exp: seconds() + 600 },
  };
}

/** Ways to write a token that decode to the same bytes, or nearly. */
function wrongSpellings(): Record<string, (token: string) => string> {
  return {
    "padded with =": (token) => `${token}=`,
    "padded in the middle": (token) => token.replace(".", "=."),
    "in the alphabet of plain base64": (token) => token.replace(/-/g, "+").replace(/_/g, "/").replace(/$/, "="),
    "ended by another letter of the same bits": (token) => token.replace(/.$/, (last) => nextLetter(last)),
    "cut short": (token) => token.slice(0, -1),
    "without its signature": (token) => token.replace(/[^.]+$/, ""),
    "of two parts": (token) => token.replace(/\.[^.]+$/, ""),
    "of four parts": (token) => `${token}.x`,
    "of no parts": () => "..",
    "broken by a space": (token) => token.replace(".", ". "),
    "in another case": (token) => token.toLowerCase(),
    "not JSON": (token) => token.replace(/^[^.]+/, Buffer.from("{alg}").toString("base64url")),
  };
}

function claimsOf(token: string): jwt.JwtPayload & { auth_time: number } {
  return jwt.decode(token) as ReturnType<typeof claimsOf>;
}

/** The last letter of a signature holds four bits of it, and two that a loose decoder drops. */
function nextLetter(letter: string): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return alphabet[alphabet.indexOf(letter) + 1] ?? "";
}

interface Forgery {
  header?: object;
  claims?: object;
  payload?: unknown;
  key?: string;
}

/** A token as an attacker with the key would make it: Ada's, but for what is given. `undefined` leaves a member out. */
function forge({ header, claims, payload, key: secret = key }: Forgery = {}): string {
  const genuineClaims = { ...(jwt.decode(ada.accessToken) as object), jti: randomBytes(8).toString("hex") };
  const head = encode({ alg: "HS256", typ: "at+jwt", ...header });
  const body = encode(payload === undefined ? { ...genuineClaims, ...claims } : payload);
  return seal(head, body, secret);
}

function seal(head: string, body: string, secret: string): string {
  return `${head}.${body}.${createHmac("sha256", secret).update(`${head}.${body}`).digest("base64url")}`;
}

function encode(value: unknown): string {
  return encodeText(JSON.stringify(value));
}

function encodeText(text: string): string {
  return Buffer.from(text).toString("base64url");
}

async function expectOpens(token: string): Promise<void> {
  expect((await call("GET /me", { bearer: token })).status).toBe(200);
}

async function expectRefused(token: string): Promise<void> {
  expectProblem(await call("GET /me", { bearer: token }), "InvalidAccessToken");
  expectProblem(await call("POST /validate", { bearer: token }), "InvalidAccessToken");
}

function genuine(refreshToken: string) {
  const token = parseRefreshToken(refreshToken);
  if (!token) throw new Error("The refresh token is not genuine.");
  return token;
}

/** The token's bytes as they are documented. */
function makeRefreshToken(familyId: Buffer, generation: number, secret: string): string {
  const label = "authwright refresh token v1";
  const body = Buffer.concat([familyId, Buffer.alloc(6)]);
  body.writeUIntBE(generation, 32, 6);
  const macKey = Buffer.from(hkdfSync("sha256", secret, "", label, 32));
  const mac = createHmac("sha256", macKey).update(label).update(body).digest().subarray(0, 16);
  return Buffer.concat([body, mac]).toString("base64url");
}

function seconds(): number {
  return Math.floor(Date.now() / 1000);
}
