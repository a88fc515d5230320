import "../test-environment.js";
import { createHmac, hkdfSync } from "node:crypto";
import { eq } from "drizzle-orm";
import jwt from "jsonwebtoken";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { verifyAccessToken } from "../../../src/auth/access-token.js";
import { bindToKey, keyBinder } from "../../../src/auth/dpop/binder.js";
import { findBinding } from "../../../src/auth/dpop/bindings.js";
import { fromBound, toBound } from "../../../src/auth/dpop/bound-refresh-token.js";
import { readDpopConfig } from "../../../src/auth/dpop/config.js";
import { databaseReplays, purgeUsedProofs } from "../../../src/auth/dpop/database-replays.js";
import { memoryReplays } from "../../../src/auth/dpop/memory-replays.js";
import { errorTable } from "../../../src/auth/errors.js";
import { purge } from "../../../src/auth/purge.js";
import { parseRefreshToken } from "../../../src/auth/refresh-token.js";
import { rotate } from "../../../src/auth/sessions.js";
import { fromNow, read, write } from "../../../src/db/client.js";
import { sessions } from "../../../src/db/schema/auth.js";
import { keyBindings, usedProofs } from "../../../src/db/schema/auth-dpop.js";
import { authenticators, tokenBinders } from "../../../src/middleware/authenticators.js";
import {
  call,
  credentials,
  expectAlive,
  expectProblem,
  newName,
  password,
  refresh,
  sessionOf,
  signUp,
  startAuth,
  stopAuth,
  underAttack,
} from "../client.js";
import { type Answer, match, tokensOf, tokensShape, withRefreshToken } from "../shapes.js";
import { environment } from "../test-environment.js";
import { callBound, newProver, origin, prove, sendProof, signUpBound } from "./prover.js";

// The life of a session that is bound to a key, from its login on.

const newPassword = "ten grey geese waddle";

beforeAll(startAuth, 60_000);
afterAll(stopAuth, 60_000);

describe("a login with a proof", () => {
  test("gives tokens of the type DPoP, whose access token names the key", async () => {
    const prover = newProver();
    const name = newName();
    const signedUp = await sendProof("POST /signup", prover, credentials(name));
    const loggedIn = await sendProof("POST /login", prover, credentials(name));
    expect([signedUp.status, loggedIn.status]).toEqual([201, 200]);
    for (const { body } of [signedUp, loggedIn]) {
      expect(body).toMatchObject({ ...tokensShape(), tokenType: "DPoP" });
      expect(jwt.decode(body.accessToken)).toMatchObject({ cnf: { jkt: prover.thumbprint } });
      expect(await findBinding(sessionOf(body.accessToken))).toBe(prover.thumbprint);
    }
  });

  test("and without one gives what it always gave", async () => {
    const ada = await signUp();
    expect(jwt.decode(ada.accessToken)).not.toHaveProperty("cnf");
    await expectAlive(ada);
    const { status, body } = await refresh(ada.refreshToken);
    expect([status, body]).toEqual([200, tokensShape()]);
  });

  test("whose proof is not good is refused with 400 before the password is looked at", async () => {
    const changes = { claims: { htm: "GET" } };
    const answer = await sendProof("POST /login", newProver(), credentials(newName()), changes);
    expect(answer.body).toMatchObject({ status: 400, code: "InvalidDpopProofForTokens", error: "invalid_dpop_proof" });
    expect(answer.headers).not.toHaveProperty("www-authenticate");
  });

  test("takes each proof for one login (D9)", async () => {
    const { name, prover } = await signUpBound();
    const DPoP = prove(prover, "POST /api/auth/login");
    const logIn = () => call("POST /login", { body: credentials(name), headers: { DPoP } });
    const answers = await inParallel(8, logIn);
    const codes = answers.map(({ status, body }) => (status === 200 ? status : body.code));
    expect(codes.sort()).toEqual([200, ...Array<string>(7).fill("InvalidDpopProofForTokens")]);
    const { accessToken } = tokensOf(answers.find(({ status }) => status === 200) as Answer);
    const { body } = await callBound({ prover, accessToken }, "GET /sessions");
    expect(body.sessions).toHaveLength(2);
  });

  test("whose password is wrong leaves no proof behind: who can't log in fills no memory (D9)", async () => {
    const { name } = await signUp();
    await write((db) => db.delete(usedProofs));
    const { status: refused } = errorTable.InvalidLoginCredentials;
    expect((await sendProof("POST /login", newProver(), credentials(name, "a wrong password"))).status).toBe(refused);
    expect((await sendProof("POST /login", newProver(), credentials(newName()))).status).toBe(refused);
    expect((await sendProof("POST /signup", newProver(), credentials(name))).status).toBe(409);
    expect(await read((db) => db.select().from(usedProofs))).toEqual([]);
  });

  test("that fails leaves no binding", async () => {
    const before = await bindings();
    const { name } = await signUp();
    await sendProof("POST /login", newProver(), credentials(name, "a wrong password"));
    await sendProof("POST /signup", newProver(), credentials(name));
    expect(await bindings()).toBe(before);
  });
});

describe("a bound session (D2)", () => {
  test("is refreshed with a proof of its key, and stays bound to it", async () => {
    const ada = await signUpBound();
    const { prover } = ada;
    let newest = ada.refreshToken;
    for (let time = 1; time <= 3; time += 1) {
      const { status, body } = await sendProof("POST /refresh-token", prover, { refreshToken: newest });
      expect([status, body]).toEqual([200, { ...tokensShape(), tokenType: "DPoP" }]);
      expect(jwt.decode(body.accessToken)).toMatchObject({ cnf: { jkt: prover.thumbprint } });
      expect((await callBound({ prover, accessToken: body.accessToken }, "GET /me")).status).toBe(200);
      newest = body.refreshToken;
    }
  });

  test("is not refreshed without one, or with another key's, and neither spends the token nor counts as reuse", async () => {
    const ada = await signUpBound();
    const body = { refreshToken: ada.refreshToken };
    for (let time = 1; time <= 2; time += 1) {
      expectRefused(await refresh(ada.refreshToken));
      expectRefused(await sendProof("POST /refresh-token", newProver(), body));
      expectRefused(await sendProof("POST /refresh-token", ada.prover, body, { claims: { htm: "GET" } }));
    }
    const next = await sendProof("POST /refresh-token", ada.prover, body);
    expect(next.status).toBe(200);
    expectRefused(await refresh(ada.refreshToken));
    const now = { ...ada, ...tokensOf(next) };
    expect((await callBound(now, "GET /me")).status).toBe(200);
    expect(await findBinding(sessionOf(now.accessToken))).toBe(ada.prover.thumbprint);
  });

  test("ends where its spent token comes back with a proof of its key", async () => {
    const ada = await signUpBound();
    const body = { refreshToken: ada.refreshToken };
    const next = tokensOf(await sendProof("POST /refresh-token", ada.prover, body));
    expectProblem(await sendProof("POST /refresh-token", ada.prover, body), "ForbiddenError");
    const again = await sendProof("POST /refresh-token", ada.prover, { refreshToken: next.refreshToken });
    expectProblem(again, "ForbiddenError");
    expect((await callBound({ ...ada, ...next }, "GET /me")).headers["www-authenticate"]).toContain("invalid_token");
  });

  test("is refreshed once where 20 requests try, each with a proof of its own", async () => {
    const ada = await signUpBound();
    const body = { refreshToken: ada.refreshToken };
    const answers = await inParallel(20, () => sendProof("POST /refresh-token", ada.prover, body));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  test("has a refresh token that is forged to whoever knows of no keys: another version, or a route of one's own", async () => {
    const { refreshToken, prover } = await signUpBound();
    const next = tokensOf(await sendProof("POST /refresh-token", prover, { refreshToken }));
    for (const token of [refreshToken, next.refreshToken]) {
      expect(parseRefreshToken(token)).toBeNull();
      await expect(rotate(token, {} as never)).rejects.toMatchObject({ code: "ForbiddenError" });
    }
    const { status } = await sendProof("POST /refresh-token", prover, { refreshToken: next.refreshToken });
    expect(status).toBe(200);
  });

  test("has one spelling of its refresh token, and none of another kind", async () => {
    const { refreshToken } = await signUpBound();
    expect(fromBound(refreshToken)).not.toBeNull();
    const others = [
      `${refreshToken}=`,
      ` ${refreshToken}`,
      refreshToken.slice(1),
      toBound(refreshToken),
      "",
      "x",
      "-_",
    ];
    const spelled = refreshToken.replace(/[-_]/, (sign) => (sign === "-" ? "+" : "/"));
    if (spelled !== refreshToken) others.push(spelled);
    for (const other of [...others, (await signUp()).refreshToken]) expect(fromBound(other)).toBeNull();
  });

  test("is refreshed with a token of the secret before, while that is JWT_SECRET_KEY_PREVIOUS, and gets one of today's", async () => {
    const { refreshToken, prover } = await signUpBound();
    const body = Buffer.from(refreshToken, "base64url").subarray(0, -16);
    const macOf = (label: string, info: [salt: string, label: string]) =>
      createHmac("sha256", Buffer.from(hkdfSync("sha256", String(environment.JWT_SECRET_KEY_PREVIOUS), ...info, 32)))
        .update(label)
        .update(body)
        .digest()
        .subarray(0, 16);
    const [plain, bound] = ["authwright refresh token v1", "authwright dpop refresh token v1"];
    const mask = macOf(bound, [environment.JWT_ISSUER, bound]);
    const mac = macOf(plain, ["", plain]).map((byte, at) => byte ^ Number(mask[at]));
    const ofBefore = Buffer.concat([body, mac]).toString("base64url");
    const next = await sendProof("POST /refresh-token", prover, { refreshToken: ofBefore });
    expect(next.status).toBe(200);
    const { refreshToken: ofToday } = tokensOf(next);
    expect((await sendProof("POST /refresh-token", prover, { refreshToken: ofToday })).status).toBe(200);
  });

  test("names its owner's device at a login by its refresh token and a proof of its key, and not without", async () => {
    const { name, prover, refreshToken } = await signUpBound();
    const device = { ...credentials(name), refreshToken };
    await underAttack(name);
    expectProblem(await call("POST /login", { body: device }), "TooManyRequests");
    expectProblem(await sendProof("POST /login", newProver(), device), "TooManyRequests");
    expect((await sendProof("POST /login", prover, device)).status).toBe(200);
    expect((await sendProof("POST /refresh-token", prover, { refreshToken })).status).toBe(200);
  });

  test("is not made of one that is not bound: a proof at its refresh is not asked for, and binds nothing", async () => {
    const { refreshToken } = await signUp();
    const answer = await sendProof("POST /refresh-token", newProver(), { refreshToken });
    expect([answer.status, answer.body]).toEqual([200, tokensShape()]);
    expect(await findBinding(sessionOf(answer.body.accessToken))).toBeNull();
  });

  test("hands its key on to the session that a change of the password starts", async () => {
    const ada = await signUpBound();
    const body = { currentPassword: password, newPassword };
    const changed = await callBound(ada, "PUT /password", { body });
    expect([changed.status, changed.body]).toEqual([200, { ...tokensShape(), tokenType: "DPoP" }]);
    const now = { ...ada, ...tokensOf(changed) };
    expect((await callBound(now, "GET /me")).status).toBe(200);
    expectProblem(await call("GET /me", { bearer: now.accessToken }), "InvalidAccessToken");
    expectRefused(await refresh(now.refreshToken));
  });

  test("may take the place of one that is not bound, where a new session starts anyway", async () => {
    const { accessToken } = await signUp();
    const prover = newProver();
    const headers = { Authorization: `Bearer ${accessToken}`, DPoP: prove(prover, "PUT /api/auth/password") };
    const changed = await call("PUT /password", { headers, body: { currentPassword: password, newPassword } });
    expect(changed.body).toMatchObject({ tokenType: "DPoP" });
    expect((await callBound({ ...tokensOf(changed), prover }, "GET /me")).status).toBe(200);
  });

  test("ends by its access token and a proof, by its refresh token alone, and not by the access token alone (D1)", async () => {
    const [ada, bob] = [await signUpBound(), await signUpBound()];
    expectProblem(await call("POST /logout", { bearer: ada.accessToken }), "InvalidAccessToken");
    expect((await callBound({ ...ada, prover: newProver() }, "POST /logout")).status).toBeGreaterThan(400);
    expect((await callBound(ada, "GET /me")).status).toBe(200);
    expect((await callBound(ada, "POST /logout")).status).toBe(204);
    expect((await callBound(ada, "GET /me")).headers["www-authenticate"]).toContain("invalid_token");
    expect((await call("POST /logout", withRefreshToken(bob.refreshToken))).status).toBe(204);
    expect((await callBound(bob, "GET /me")).headers["www-authenticate"]).toContain("invalid_token");
  });

  test("is listed, and ended by another one of its owner, like any", async () => {
    const ada = await signUpBound();
    const other = tokensOf(await call("POST /login", { body: credentials(ada.name) }));
    const id = sessionOf(ada.accessToken);
    const { body } = await callBound(ada, "GET /sessions");
    expect(body.sessions.map((session) => session.id).sort()).toEqual([id, sessionOf(other.accessToken)].sort());
    expect((await call(`DELETE /sessions/${id}`, { bearer: other.accessToken })).status).toBe(204);
    expect((await callBound(ada, "GET /me")).headers["www-authenticate"]).toContain("invalid_token");
  });
});

describe("a bound access token", () => {
  test("is nobody's to whoever verifies it without the key, as an authenticator of one's own would (D1)", async () => {
    const { accessToken, prover } = await signUpBound();
    expect(await verifyAccessToken(accessToken, { jkt: prover.thumbprint })).not.toBeNull();
    for (const confirmed of [undefined, {}, { jkt: newProver().thumbprint }, { jkt: "" }, { kid: prover.thumbprint }])
      expect(await verifyAccessToken(accessToken, confirmed)).toBeNull();
    const fromCookie: (typeof authenticators)[number] = async (req) =>
      verifyAccessToken(req.get("cookie")?.replace("token=", "") ?? "");
    authenticators.push(fromCookie);
    const headers = { Cookie: `token=${accessToken}` };
    const [bound, unbound] = [
      await call("GET /me", { headers }),
      await call("GET /me", { headers: { Cookie: `token=${(await signUp()).accessToken}` } }),
    ];
    authenticators.splice(authenticators.indexOf(fromCookie), 1);
    expect([bound.status, unbound.status]).toEqual([401, 200]);
  });

  test("with a proof passes several guards of one request, and counts as one use", async () => {
    const ada = await signUpBound();
    const [own, other] = [await callBound(ada, "POST /validate"), await callBound(ada, "POST /logout-all")];
    expect([own.status, other.status]).toEqual([204, 204]);
  });
});

describe("DPOP_REQUIRED", () => {
  test("refuses a login without a proof with 400, a nonce, and nothing done", async () => {
    const { name } = await signUp();
    const required = keyBinder(true);
    const at = tokenBinders.indexOf(bindToKey);
    tokenBinders[at] = required;
    const refused = await call("POST /login", { body: credentials(name) });
    const taken = await sendProof("POST /login", newProver(), credentials(name));
    tokenBinders[at] = bindToKey;
    expect(refused.body).toMatchObject({ status: 400, error: "invalid_dpop_proof" });
    expect(refused.headers["dpop-nonce"]).toEqual(match.any(String));
    expect(taken.body).toMatchObject({ tokenType: "DPoP" });
  });
});

describe("POST /validate (D15)", () => {
  const theirs = "https://orders.example/orders/7";
  const forwarded = { method: "PUT", url: `${theirs}?full=yes` };
  const proofOfTheirs = (ada: { prover: ReturnType<typeof newProver>; accessToken: string }, claims = {}) =>
    prove(ada.prover, "PUT /x", ada.accessToken, { claims: { htu: theirs, ...claims } });

  test("says whether a proof is good for the request that another service names, once", async () => {
    const ada = await signUpBound();
    const proof = proofOfTheirs(ada);
    const ask = (body: object) => callBound(ada, "POST /validate", { proof, body });
    for (const [body, status] of [
      [{ ...forwarded, method: "GET" }, 401],
      [{ ...forwarded, url: "https://other.example/orders/7" }, 401],
      [forwarded, 204],
      [forwarded, 401],
    ] as const)
      expect((await ask(body)).status).toBe(status);
  });

  test("takes no header for what was asked, and needs both the method and the URL", async () => {
    const ada = await signUpBound();
    const headers = { "X-Forwarded-Host": "orders.example", "X-Forwarded-Method": "PUT", "X-Original-URL": theirs };
    expectUnproven(await callBound(ada, "POST /validate", { proof: proofOfTheirs(ada), headers }));
    for (const body of [
      { method: "PUT" },
      { url: theirs },
      { method: "PUT", url: "ftp://orders.example/orders/7" },
      { method: 1 },
    ])
      expectProblem(await callBound(ada, "POST /validate", { proof: proofOfTheirs(ada), body }), "ValidationError");
  });

  test("knows a bound token by no other means: not as a bearer, whatever is named", async () => {
    const ada = await signUpBound();
    expectProblem(await call("POST /validate", { bearer: ada.accessToken, body: forwarded }), "InvalidAccessToken");
    expectUnproven(await callBound({ ...ada, prover: newProver() }, "POST /validate", { body: forwarded }));
  });

  test("takes a refresh token of a bound session with a proof of its key alone", async () => {
    const ada = await signUpBound();
    const body = { refreshToken: ada.refreshToken };
    expectRefused(await call("POST /validate", { body }));
    expectRefused(await sendProof("POST /validate", newProver(), body));
    expect((await sendProof("POST /validate", ada.prover, body)).status).toBe(204);
  });
});

describe("a proof that 50 requests use at once (D9)", () => {
  test("opens one of them", async () => {
    const ada = await signUpBound();
    const proof = prove(ada.prover, "GET /api/auth/me", ada.accessToken);
    const answers = await inParallel(50, () => callBound(ada, "GET /me", { proof }));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(49);
  });

  test.each([
    ["the database", databaseReplays(180)],
    ["memory", memoryReplays(120)],
  ])("is remembered once in %s", async (_where, replays) => {
    const id = `${newName()}-and-something-that-is-long-enough`;
    const uses = await inParallel(50, async () => replays.isFirstUse(id));
    expect(uses.filter(Boolean)).toHaveLength(1);
  });
});

describe("proofs in memory", () => {
  const idOf = (number: number) => Buffer.alloc(32, String(number).padStart(8, "0")).toString("base64url");

  test("are remembered for as long as they are good, and for twice that at most", () => {
    let seconds = 0;
    const replays = memoryReplays(120, 1_000, () => seconds * 1_000);
    for (let at = 0; at < 1_200; at += 1) {
      seconds = at;
      expect(replays.isFirstUse(idOf(at))).toBe(true);
      if (at >= 119) expect(replays.isFirstUse(idOf(at - 119))).toBe(false);
    }
    seconds += 240;
    expect(replays.isFirstUse(idOf(1_199))).toBe(true);
  });

  test("are refused with 503 where there are more than it holds, and none is forgotten for that", () => {
    const replays = memoryReplays(120, 10, () => 0);
    for (let at = 0; at < 10; at += 1) expect(replays.isFirstUse(idOf(at))).toBe(true);
    expect(() => replays.isFirstUse(idOf(10))).toThrow(match.objectContaining({ code: "ServiceUnavailable" }));
    for (let at = 0; at < 10; at += 1) expect(replays.isFirstUse(idOf(at))).toBe(false);
  });
});

describe("auth:purge", () => {
  test("deletes proofs that are no longer good, and no others", async () => {
    await write((db) => db.delete(usedProofs));
    const ada = await signUpBound();
    await write((db) => db.update(usedProofs).set({ expiresAt: fromNow(-1) }));
    const proof = prove(ada.prover, "GET /api/auth/me", ada.accessToken);
    expect((await callBound(ada, "GET /me", { proof })).status).toBe(200);
    expect((await purge()).deleted).toHaveProperty([purgeUsedProofs.name]);
    expect(await read((db) => db.select().from(usedProofs))).toHaveLength(1);
    expect((await callBound(ada, "GET /me", { proof })).status).toBe(401);
  });

  test("deletes what sessions were bound to that are gone, and of no other", async () => {
    const [ada, bob] = [await signUpBound(), await signUpBound()];
    const gone = sessionOf(ada.accessToken);
    await write((db) => db.delete(sessions).where(eq(sessions.id, gone)));
    expect((await purge()).deleted["key bindings"]).toBe(1);
    expect(await findBinding(gone)).toBeNull();
    expect(await findBinding(sessionOf(bob.accessToken))).toBe(bob.prover.thumbprint);
  });
});

describe("the environment", () => {
  const at = (PUBLIC_ORIGIN: string, more = {}) => readDpopConfig({ PUBLIC_ORIGIN, ...more }).publicOrigin;

  test("says where clients find the application: an origin, and the path that a proxy takes off (D3)", () => {
    expect(at("https://Shop.Example:443")).toEqual({ origin: "https://shop.example", path: "" });
    expect(at("https://shop.example/back/")).toEqual({ origin: "https://shop.example", path: "/back" });
    expect(at("http://localhost:3000", { NODE_ENV: "production" })).toMatchObject({ origin: "http://localhost:3000" });
  });

  test("is refused by name where it says nothing, or something else", () => {
    const refused = match.objectContaining({ message: match.stringContaining("PUBLIC_ORIGIN") });
    for (const bad of ["", "shop.example", "ftp://shop.example", "https://u:p@shop.example", "https://*.example"])
      expect(() => at(bad)).toThrow(refused);
    for (const bad of ["https://shop.example/?a", "https://shop.example/#b"]) expect(() => at(bad)).toThrow(refused);
    expect(() => at("http://shop.example", { NODE_ENV: "production" })).toThrow(refused);
    for (const name of ["DPOP_REQUIRED", "DPOP_NONCES", "DPOP_REPLAYS"])
      expect(() => at(origin, { [name]: "perhaps" })).toThrow(
        match.objectContaining({ message: match.stringContaining(name) }),
      );
  });
});

async function bindings(): Promise<number> {
  return (await read((db) => db.select().from(keyBindings))).length;
}

function inParallel<T>(times: number, work: () => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: times }, work));
}

/** Where tokens are handed out. */
function expectRefused({ status, body }: Answer): void {
  expect(status).toBe(400);
  expect(body).toMatchObject({ code: "InvalidDpopProofForTokens", error: "invalid_dpop_proof" });
}

function expectUnproven({ status, headers }: Answer): void {
  expect(status).toBe(401);
  expect(headers["www-authenticate"]).toMatch(/^DPoP error="(invalid_dpop_proof|invalid_token)"/);
}
