import "../test-environment.js";
import { createHmac, createPublicKey, generateKeyPairSync, hkdfSync, type JsonWebKey, sign } from "node:crypto";
import { request } from "node:http";
import express from "express";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { nonceOf, slotNow } from "../../../src/auth/dpop/nonces.js";
import { isFresh } from "../../../src/auth/dpop/proof.js";
import { readProofKey } from "../../../src/auth/dpop/proof-key.js";
import { targetAt } from "../../../src/auth/dpop/target.js";
import { protectedRoute } from "../../../src/middleware/jwt.js";
import { authRouter } from "../../../src/routes/auth.js";
import { call, credentials, expectProblem, newName, signUp, startAuth, stopAuth } from "../client.js";
import { duringOutage } from "../database.js";
import type { Answer } from "../shapes.js";
import { environment } from "../test-environment.js";
import {
  type BoundPerson,
  type Changes,
  callBound,
  newProver,
  origin,
  prove,
  sendProof,
  signed,
  signUpBound,
} from "./prover.js";

// What a proof must be (RFC 9449, section 4.3). D1 to D15 are rules that servers are known to break.

const route = "GET /me";
const url = `${origin}/api/auth/me`;
const hourSeconds = 3_600;

let ada: BoundPerson;

beforeAll(async () => {
  await startAuth();
  ada = await signUpBound();
}, 60_000);
afterAll(stopAuth, 60_000);

describe("a proof of the key, for the request and the token,", () => {
  test("opens a protected route, in the module and outside", async () => {
    expect((await callBound(ada, route)).status).toBe(200);
    expect((await callBound(ada, "GET /orders", { mount: "" })).status).toBe(200);
  });

  test("is taken in any case of the header's name and of the scheme (D6)", async () => {
    const authorizations = ["DPoP", "dpop", "DPOP"];
    for (const [at, name] of ["DPoP", "dpop", "DPOP"].entries()) {
      const proof = prove(ada.prover, "GET /api/auth/me", ada.accessToken);
      const headers = { Authorization: `${authorizations[at]} ${ada.accessToken}`, [name]: proof };
      expect((await call(route, { headers })).status).toBe(200);
    }
  });

  test.each([
    ["with a query and a fragment", `${url}?a=b#c`],
    ["with the scheme and host in capitals", url.replace("http://localhost", "HTTP://LocalHost")],
    ["with the port that goes without saying", url.replace("localhost", "localhost:80")],
  ])("may name the URL %s (D4)", async (_how, htu) => {
    expect((await callBound(ada, route, { changes: { claims: { htu } } })).status).toBe(200);
  });

  test("ignores the query of the request (D4)", async () => {
    const answer = await callBound(ada, "GET /me?page=2", { changes: { claims: { htu: url } } });
    expect(answer.status).toBe(200);
  });

  test("may have more in its jwk than the key, and exp and nbf that hold (D8, D10)", async () => {
    const jwk = { ...ada.prover.jwk, alg: "ES256", use: "sig", kid: "mine", ext: true, key_ops: ["verify"] };
    const now = Math.floor(Date.now() / 1000);
    const claims = { exp: now + 60, nbf: now - 60 };
    expect((await callBound(ada, route, { changes: { header: { jwk }, claims } })).status).toBe(200);
  });

  test("is one for HEAD where HEAD is asked (D14)", async () => {
    expect((await callBound(ada, "HEAD /me")).status).toBe(200);
    expect((await callBound(ada, "HEAD /me", { changes: { claims: { htm: "GET" } } })).status).toBe(401);
  });
});

describe("refused with 401 (the 25 negative cases) is", () => {
  const now = () => Math.floor(Date.now() / 1000);
  const without = (name: string): Changes => ({ claims: { [name]: undefined } });
  const cases: [string, Changes][] = [
    ["D5 a proof without htm", without("htm")],
    ["D3 a proof without htu", without("htu")],
    ["D9 a proof without jti", without("jti")],
    ["D10 a proof without iat", without("iat")],
    ["D11 a proof without ath", without("ath")],
    ["D7 a proof without typ", { header: { typ: undefined } }],
    ["D7 a proof without alg", { header: { alg: undefined } }],
    ["D8 a proof without jwk", { header: { jwk: undefined } }],
    ["D7 another typ", { header: { typ: "JWT" } }],
    ["D7 a typ that has its media type's name", { header: { typ: "application/dpop+jwt" } }],
    ["D7 alg none", { header: { alg: "none" } }],
    ["D7 alg RS256", { header: { alg: "RS256" } }],
    ["D7 alg ES512 with a key of P-256", { header: { alg: "ES512" } }],
    ["D7 a header member that must be understood", { header: { crit: ["b64"], b64: true } }],
    ["D5 another htm", { claims: { htm: "POST" } }],
    ["D5 the method in small letters", { claims: { htm: "get" } }],
    ["D4 another path", { claims: { htu: `${origin}/api/auth/sessions` } }],
    ["D4 the path with a slash more", { claims: { htu: `${url}/` } }],
    ["D4 the path in capitals", { claims: { htu: `${origin}/api/auth/ME` } }],
    ["D4 a path that would come to the same", { claims: { htu: `${origin}/api/auth/x/../me` } }],
    ["D4 a path that is spelled with a %", { claims: { htu: `${origin}/api/auth/%6De` } }],
    ["D3 another host", { claims: { htu: "http://localhost.example/api/auth/me" } }],
    ["D3 another port", { claims: { htu: "http://localhost:8080/api/auth/me" } }],
    ["D3 another scheme", { claims: { htu: "https://localhost/api/auth/me" } }],
    ["D3 a user in the URL", { claims: { htu: "http://localhost@evil.example/api/auth/me" } }],
    ["D3 a backslash in the URL", { claims: { htu: "http://localhost\\.evil.example/api/auth/me" } }],
    ["D3 a relative URL", { claims: { htu: "/api/auth/me" } }],
    ["D11 another ath", { claims: { ath: "x".repeat(43) } }],
    ["D11 an ath with padding", { claims: { ath: `${"x".repeat(43)}=` } }],
    ["D9 a jti of seven bytes", { claims: { jti: "1234567" } }],
    ["D9 a jti of 257 bytes", { claims: { jti: "x".repeat(257) } }],
    ["D9 a jti of 129 characters in 258 bytes", { claims: { jti: "ä".repeat(129) } }],
    ["D9 a jti that is a number", { claims: { jti: 123456789 } }],
    ["D10 an iat in text", { claims: { iat: "now" } }],
    ["D10 an exp that is over", { claims: { exp: now() - 1 } }],
    ["D10 an exp in text", { claims: { exp: "never" } }],
    ["D10 an nbf to come", { claims: { nbf: now() + hourSeconds } }],
    ["D6 a proof of more than 4 KB", { claims: { more: "x".repeat(4096) } }],
  ];
  test.each(cases)("%s", async (_name, changes) => {
    expectRefused(await callBound(ada, route, { changes }));
  });

  test("D6 no proof, two proofs, and one that is no JWT", async () => {
    const headers = { Authorization: `DPoP ${ada.accessToken}` };
    expectRefused(await call(route, { headers }));
    const [one, two] = [1, 2].map(() => prove(ada.prover, "GET /api/auth/me", ada.accessToken));
    expectRefused(await callBound(ada, route, { proof: `${one}, ${two}` }));
    const [head, body, signature] = String(one).split(".");
    for (const proof of ["", "x", "a.b", "a.b.c", `${one}.x`, `${head}.${body}.`, `${head}..${signature}`, "."])
      expectRefused(await callBound(ada, route, { proof }));
    expect(await statusOfTwo([String(two), prove(ada.prover, "GET /api/auth/me", ada.accessToken)])).toBe(401);
    expect(await statusOfTwo([String(two)])).toBe(200);
  });

  test("D7 a signature that is not good: of another key, of other bytes, in DER, with another length", async () => {
    const proof = prove(ada.prover, "GET /api/auth/me", ada.accessToken);
    const [head = "", body = "", signature = ""] = proof.split(".");
    const other = prove(newProver(), "GET /api/auth/me", ada.accessToken, { header: { jwk: ada.prover.jwk } });
    const der = sign("sha256", Buffer.from(`${head}.${body}`), ada.prover.privateKey).toString("base64url");
    const bytes = Buffer.from(signature, "base64url");
    const longer = Buffer.concat([bytes, Buffer.alloc(1)]).toString("base64url");
    const zeros = Buffer.alloc(64).toString("base64url");
    for (const bad of [der, longer, zeros, bytes.subarray(1).toString("base64url"), `${signature}=`])
      expectRefused(await callBound(ada, route, { proof: `${head}.${body}.${bad}` }));
    expectRefused(await callBound(ada, route, { proof: other }));
    expect((await callBound(ada, route, { proof })).status).toBe(200);
  });

  test("D7 a MAC with the public key for its secret, and a JWT of RSA", async () => {
    const text = [
      { typ: "dpop+jwt", alg: "HS256", jwk: ada.prover.jwk },
      { htm: "GET", htu: url },
    ]
      .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
      .join(".");
    const pem = createPublicKey({ key: ada.prover.jwk as JsonWebKey, format: "jwk" }).export({
      type: "spki",
      format: "pem",
    });
    const mac = createHmac("sha256", pem).update(text).digest("base64url");
    expectRefused(await callBound(ada, route, { proof: `${text}.${mac}` }));
    const rsa = generateKeyPairSync("rsa", { modulusLength: 1024 });
    const jwk = rsa.publicKey.export({ format: "jwk" });
    for (const alg of ["RS256", "ES256"])
      expectRefused(await callBound(ada, route, { changes: { header: { alg, jwk } } }));
  });

  test("D8 a jwk with a private member, whatever that holds", async () => {
    const { d } = ada.prover.privateKey.export({ format: "jwk" });
    for (const [name, value] of [
      ["d", d],
      ["d", ""],
      ["d", null],
      ["p", "x"],
      ["k", "x"],
      ["oth", []],
    ] as const) {
      const jwk = { ...ada.prover.jwk, [name]: value };
      expectRefused(await callBound(ada, route, { changes: { header: { jwk } } }));
    }
  });

  test("D8 a jwk of another kind, in another spelling, or whose point is not on the curve", async () => {
    const { x, y } = ada.prover.jwk as { x: string; y: string };
    const zero = Buffer.alloc(32).toString("base64url");
    const changed = [
      { x: `${x}=` },
      { x: `${x}A` },
      { x: x.slice(1) },
      { x: zero, y: zero },
      { x: y, y: x },
      { y: undefined },
    ];
    const kinds = [
      { kty: "OKP", crv: "Ed25519" },
      { crv: "P-384" },
      { crv: "secp256k1" },
      { alg: "ES384" },
      { use: "enc" },
    ];
    for (const change of [...changed, ...kinds])
      expectRefused(await callBound(ada, route, { changes: { header: { jwk: { ...ada.prover.jwk, ...change } } } }));
    for (const jwk of [null, "key", [], 1])
      expectRefused(await callBound(ada, route, { changes: { header: { jwk } } }));
    expect(readProofKey({ ...ada.prover.jwk, y: `${y.slice(0, -1)}${y.endsWith("_") ? "-" : "_"}` })).toBeNull();
  });

  test("D7 a header that says something twice, or is no object", async () => {
    const claims = { jti: "12345678", htm: "GET", htu: url, iat: now() };
    const jwk = JSON.stringify(ada.prover.jwk);
    const headers = [`{"typ":"dpop+jwt","alg":"none","alg":"ES256","jwk":${jwk}}`, "null", "[]", "{}", `"text"`, "{"];
    for (const header of headers)
      expectRefused(await callBound(ada, route, { proof: signed(ada.prover, header, JSON.stringify(claims)) }));
    const header = JSON.stringify({ typ: "dpop+jwt", alg: "ES256", jwk: ada.prover.jwk });
    for (const payload of ["null", "[]", "text", "1", `{"htm":"GET","htm":"POST"}`])
      expectRefused(await callBound(ada, route, { proof: signed(ada.prover, header, payload) }));
  });

  test("D1 a proof of another key, a bound token as bearer, and a token that is bound to none with a proof", async () => {
    const stranger = newProver();
    const thief = await callBound({ ...ada, prover: stranger }, route);
    expectInvalidToken(thief);
    expectProblem(await call(route, { bearer: ada.accessToken }), "InvalidAccessToken");
    const proof = prove(ada.prover, "GET /api/auth/me", ada.accessToken);
    const headers = { Authorization: `Bearer ${ada.accessToken}`, DPoP: proof };
    expectProblem(await call(route, { headers }), "InvalidAccessToken");
    const unbound = await signUp();
    expectInvalidToken(await callBound({ ...unbound, prover: stranger }, route));
    expect((await call(route, { bearer: unbound.accessToken })).status).toBe(200);
  });

  test("D9 a proof that was used before, for the same and for another URL", async () => {
    const proof = prove(ada.prover, "GET /api/auth/me", ada.accessToken);
    expect((await callBound(ada, route, { proof })).status).toBe(200);
    expectRefused(await callBound(ada, route, { proof }));
    const jti = "the same jti";
    expect((await callBound(ada, route, { changes: { claims: { jti } } })).status).toBe(200);
    expectRefused(await callBound(ada, route, { changes: { claims: { jti } } }));
    expectRefused(await callBound(ada, "GET /sessions", { changes: { claims: { jti } } }));
    const bob = await signUpBound();
    expect((await callBound(bob, route, { changes: { claims: { jti } } })).status).toBe(200);
  });
});

describe("without a nonce", () => {
  test("iat must be of the last minute, or five seconds ahead (D10)", () => {
    const now = Date.now() / 1000;
    expect([0, -59, 4].map((seconds) => isFresh(now + seconds, now))).toEqual([true, true, true]);
    expect([-61, 6, -hourSeconds, hourSeconds].map((seconds) => isFresh(now + seconds, now))).toEqual(
      Array(4).fill(false),
    );
    expect([Number.NaN, Infinity, -Infinity].map((iat) => isFresh(iat, now))).toEqual([false, false, false]);
  });

  test("a route answers 401 use_dpop_nonce with one, and a login 400; one retry is enough (D12)", async () => {
    const changes = { claims: { nonce: undefined } };
    const refused = await callBound(ada, route, { changes });
    expect(refused.status).toBe(401);
    expect(refused.headers["www-authenticate"]).toBe('DPoP error="use_dpop_nonce", algs="ES256", Bearer');
    const nonce = refused.headers["dpop-nonce"];
    expect((await callBound(ada, route, { changes: { claims: { nonce } } })).status).toBe(200);
    const body = credentials(ada.name);
    const login = await sendProof("POST /login", ada.prover, body, changes);
    expect(login.status).toBe(400);
    expect(login.body).toMatchObject({ code: "DpopNonceRequiredForTokens", error: "use_dpop_nonce" });
    const again = { claims: { nonce: login.headers["dpop-nonce"] } };
    expect((await sendProof("POST /login", ada.prover, body, again)).status).toBe(200);
  });

  test("a refresh answers 400, and the token is as good as before (D2, D12)", async () => {
    const { prover, refreshToken } = await signUpBound();
    const refused = await sendProof("POST /refresh-token", prover, { refreshToken }, { claims: { nonce: undefined } });
    expect(refused.body).toMatchObject({ status: 400, error: "use_dpop_nonce" });
    const claims = { nonce: refused.headers["dpop-nonce"] };
    expect((await sendProof("POST /refresh-token", prover, { refreshToken }, { claims })).status).toBe(200);
  });
});

describe("a nonce", () => {
  test("comes fresh with every answer to a proof, good or not, which no cache keeps (D12, D14)", async () => {
    await withinSlot(async (slot) => {
      for (const answer of [await callBound(ada, route), await callBound(ada, "GET /orders", { mount: "" })]) {
        expect(answer.headers["dpop-nonce"]).toBe(nonceOf(slot));
        expect(answer.headers["cache-control"]).toBe("no-store");
      }
      const refused = await callBound(ada, route, { changes: { claims: { htm: "PUT" } } });
      expect(refused.headers["dpop-nonce"]).toBe(nonceOf(slot));
    });
    expect((await call(route, { bearer: ada.accessToken })).headers).not.toHaveProperty("dpop-nonce");
  });

  test("of now or the slot before is good, one that is older, to come, or made up is not (D12)", async () => {
    const statusOf = async (nonce: unknown) => (await callBound(ada, route, { changes: { claims: { nonce } } })).status;
    const [before, label] = [String(environment.JWT_SECRET_KEY_PREVIOUS), "authwright dpop nonce v1"];
    const keyOfBefore = Buffer.from(hkdfSync("sha256", before, environment.JWT_ISSUER, label, 32));
    await withinSlot(async (slot) => {
      expect([await statusOf(nonceOf(slot)), await statusOf(nonceOf(slot - 1))]).toEqual([200, 200]);
      for (const bad of [nonceOf(slot - 2), nonceOf(slot + 1), "", "x", `${nonceOf(slot)}=`, 1, null])
        expect(await statusOf(bad)).toBe(401);
      expect(await statusOf(nonceOf(slot, Buffer.alloc(32)))).toBe(401);
      expect(await statusOf(nonceOf(slot, keyOfBefore))).toBe(200);
    });
  });

  test("makes the client's clock not matter (D10)", async () => {
    const now = Math.floor(Date.now() / 1000);
    for (const iat of [now - hourSeconds, now + hourSeconds, 0])
      expect((await callBound(ada, route, { changes: { claims: { iat } } })).status).toBe(200);
  });
});

describe("the URL of a request", () => {
  test("is PUBLIC_ORIGIN and the path as it came, wherever the router is; Host says nothing (D3)", async () => {
    const app = express();
    app.use("/deep/down", authRouter);
    app.use(
      "/shop",
      express.Router().get("/orders", protectedRoute, (_req, res) => void res.json({})),
    );
    const of = (mount: string, headers = {}) => ({ app, mount, headers });
    expect((await callBound(ada, route, of("/deep/down"))).status).toBe(200);
    expect((await callBound(ada, "GET /orders", of("/shop"))).status).toBe(200);
    const htu = "http://evil.example/deep/down/me";
    for (const headers of [{ Host: "evil.example" }, { "X-Forwarded-Host": "evil.example" }]) {
      const answer = await callBound(ada, route, { ...of("/deep/down", headers), changes: { claims: { htu } } });
      expectRefused(answer);
      expect((await callBound(ada, route, of("/deep/down", headers))).status).toBe(200);
    }
  });

  test("is read in one way: what browsers make the same of a host, and the path as it stands (D4)", () => {
    const target = targetAt("GET", "HTTPS://Shop.Example:443/a/../b?c#d");
    expect(target).toEqual({ method: "GET", origin: "https://shop.example", path: "/a/../b" });
    expect(targetAt("GET", "https://shop.example")).toMatchObject({ path: "/" });
    expect(targetAt("GET", "https://[2001:db8::1]:8443/x")).toMatchObject({ origin: "https://[2001:db8::1]:8443" });
    for (const bad of [
      "",
      "/x",
      "ftp://h/x",
      "https://u:p@h/x",
      "https:///x",
      "https://h\\x/y",
      "https://h/a b",
      "http://h:99999/",
    ])
      expect(targetAt("GET", bad)).toBeNull();
  });
});

describe("a request that another server than Node's has made up, from nothing but its headers,", () => {
  test("is proven like any, with one proof (D6)", async () => {
    const app = express();
    app.use((req, _res, next) => {
      Object.defineProperty(req, "headersDistinct", { value: {} });
      next();
    }, authRouter);
    expect((await callBound(ada, route, { app, mount: "" })).status).toBe(200);
    const [one, two] = [1, 2].map(() => prove(ada.prover, "GET /me", ada.accessToken));
    expectRefused(await callBound(ada, route, { app, mount: "", proof: `${one}, ${two}` }));
    expectRefused(await call(route, { app, mount: "", headers: { Authorization: `DPoP ${ada.accessToken}` } }));
  });
});

describe("a failure", () => {
  test("says what is wrong in the challenge and the body, beside the bearer scheme (D13)", async () => {
    const refused = await callBound(ada, route, { changes: { claims: { htm: "PUT" } } });
    expect(refused.headers["content-type"]).toMatch(/^application\/problem\+json/);
    expect(refused.body).toMatchObject({ code: "InvalidDpopProof", error: "invalid_dpop_proof" });
    const nothing = await call(route);
    expect(nothing.headers["www-authenticate"]).toBe('Bearer, DPoP algs="ES256"');
    const bearer = await call(route, { bearer: ada.accessToken });
    expect(bearer.headers["www-authenticate"]).toBe('Bearer error="invalid_token", DPoP algs="ES256"');
  });

  test("can be read by pages of other origins: the nonce and the challenge are exposed, beside what was (D13)", async () => {
    const app = express();
    app.use((_req, res, next) => {
      res.setHeader("Access-Control-Expose-Headers", "X-Total");
      next();
    }, authRouter);
    const headers = { Origin: "https://app.example" };
    const good = await callBound(ada, route, { app, mount: "", headers });
    expect(good.headers["access-control-expose-headers"]).toBe("X-Total, DPoP-Nonce, WWW-Authenticate");
    const bad = await callBound(ada, route, { headers, changes: { claims: { htm: "PUT" } } });
    expect(bad.headers["access-control-expose-headers"]).toBe("DPoP-Nonce, WWW-Authenticate");
    const login = await sendFrom(headers);
    expect(login.headers["access-control-expose-headers"]).toBe("DPoP-Nonce, WWW-Authenticate");
    expect((await callBound(ada, route)).headers).not.toHaveProperty("access-control-expose-headers");
  });

  test("to remember a proof is 503, and opens nothing (D9)", async () => {
    const { accessToken, prover } = await signUpBound();
    expect((await callBound({ accessToken, prover }, "GET /orders", { mount: "" })).status).toBe(200);
    await duringOutage(async () => {
      expectProblem(await callBound({ accessToken, prover }, "GET /orders", { mount: "" }), "ServiceUnavailable");
    });
  });
});

/** Checks what holds for one slot of a nonce; once more where the next one has begun meanwhile. */
async function withinSlot(check: (slot: number) => Promise<void>): Promise<void> {
  const slot = slotNow();
  try {
    await check(slot);
  } catch (error) {
    if (slotNow() === slot) throw error;
    await check(slotNow());
  }
}

async function sendFrom(headers: Record<string, string>): Promise<Answer> {
  const prover = newProver();
  const DPoP = prove(prover, "POST /api/auth/signup");
  return call("POST /signup", { body: credentials(newName()), headers: { ...headers, DPoP } });
}

/** A request with several headers of one name: `fetch` and supertest make one of them. */
async function statusOfTwo(proofs: string[]): Promise<number | undefined> {
  const app = express().use("/api/auth", authRouter);
  const server = app.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as { port: number };
  const headers = { authorization: `DPoP ${ada.accessToken}`, dpop: proofs };
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const sent = request({ port, host: "127.0.0.1", path: "/api/auth/me", headers }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    sent.on("error", reject).end();
  });
  await new Promise((resolve) => server.close(resolve));
  return status;
}

function expectRefused({ status, headers }: Answer): void {
  expect(status).toBe(401);
  expect(headers["www-authenticate"]).toMatch(
    /^DPoP error="(invalid_dpop_proof|use_dpop_nonce)", algs="ES256", Bearer$/,
  );
  expect(headers["www-authenticate"]).toContain("invalid_dpop_proof");
}

function expectInvalidToken({ status, headers }: Answer): void {
  expect([401, 403]).toContain(status);
  expect(headers["www-authenticate"]).toBe('DPoP error="invalid_token", algs="ES256", Bearer');
}
