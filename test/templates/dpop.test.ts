import { createHash, randomBytes, randomUUID } from "node:crypto";
import { join } from "node:path";
import { generateProof, type KeyPair } from "dpop";
import fs from "fs-extra";
import * as oauth from "oauth4webapi";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { password, times, useCluster } from "../support/cluster.js";
import { type ComposedApp, composeApp, listens, type RunningApp, startApp } from "../support/compose.js";
import { noProxy, type ProxyName, placeForProxy, startProxy } from "../support/front-proxy.js";
import { unrun } from "../support/needs.js";
import { repo } from "../support/template-tree.js";

// Tokens that are bound to a key, in the hands of clients that others wrote, behind proxies, and in several processes.

/** Every item that starts sessions, or authenticates by other means. */
const items = ["auth-cookies", "auth-dpop", "auth-sudo", "auth-grace", "auth-jwks"];
const server = `import express from "express";
import { protectedRoute } from "./src/middleware/jwt.js";
import { requireRecentLogin } from "./src/middleware/recent-login.js";
import { authRouter } from "./src/routes/auth.js";

const app = express();
app.set("trust proxy", "loopback");
app.use("/api/auth", authRouter);
app.get("/orders", protectedRoute, (req, res) => void res.json({ auth: req.auth }));
app.get("/vault", protectedRoute, requireRecentLogin(), (req, res) => void res.json({ auth: req.auth }));
${listens}`;
const client: oauth.Client = { client_id: "any" };
const insecure = { [oauth.allowInsecureRequests]: true };
const ownPage = { "sec-fetch-site": "same-origin" };

let app: ComposedApp;
let running: RunningApp;
let pair: KeyPair;

beforeAll(async () => {
  app = await composeApp({ items, server });
  running = await startApp(app.dir);
  pair = (await oauth.generateKeyPair("ES256")) as KeyPair;
}, 60_000);
afterAll(async () => {
  await running?.stop();
  await app?.remove();
}, 60_000);

describe("clients that others wrote, as they are:", () => {
  test("oauth4webapi asks for a protected resource, and tries again with the nonce once", async () => {
    const { accessToken } = await signUp();
    const DPoP = oauth.DPoP(client, pair);
    const ask = () =>
      oauth.protectedResourceRequest(accessToken, "GET", new URL(`${running.url}/orders?page=1`), undefined, null, {
        DPoP,
        ...insecure,
      });
    const refused: unknown = await ask().catch((error: unknown) => error);
    expect(oauth.isDPoPNonceError(refused)).toBe(true);
    expect((await ask()).status).toBe(200);
    expect((await ask()).status).toBe(200);
    const other = oauth.DPoP(client, await oauth.generateKeyPair("ES256"));
    const asThief = () =>
      oauth.protectedResourceRequest(accessToken, "GET", new URL(`${running.url}/orders`), undefined, null, {
        DPoP: other,
        ...insecure,
      });
    expect(oauth.isDPoPNonceError(await asThief().catch((error: unknown) => error))).toBe(true);
    const found = await asThief().catch((error: unknown) => error);
    expect(found).toBeInstanceOf(oauth.WWWAuthenticateChallengeError);
    const [challenge] = (found as oauth.WWWAuthenticateChallengeError).cause;
    expect(challenge).toMatchObject({ scheme: "dpop", parameters: { error: "invalid_token", algs: "ES256" } });
  });

  test("the package dpop logs in, asks, refreshes and logs out", async () => {
    const client = proverAt(running.url, pair);
    const { accessToken, refreshToken } = await signUp(client);
    expect((await client("GET /orders", { token: accessToken })).status).toBe(200);
    const next = await client("POST /api/auth/refresh-token", { body: { refreshToken } });
    expect(next.body).toMatchObject({ tokenType: "DPoP" });
    expect((await client("POST /api/auth/logout", { token: next.body.accessToken })).status).toBe(204);
    expect((await client("GET /orders", { token: next.body.accessToken })).status).toBe(401);
  });
});

describe.each(["nginx", "caddy"] as const)("behind %s (D3)", (name) => {
  const why = noProxy(name);
  test.skipIf(why)(`proofs are for what the client sees, where it takes a path off too${unrun(why)}`, async () => {
    await Promise.all(["", "/shop"].map((path) => askThrough(name, path)));
  });
});

async function askThrough(name: ProxyName, path: string): Promise<void> {
  const place = await placeForProxy(path);
  const behind = await startApp(app.dir, { PUBLIC_ORIGIN: place.url });
  const proxy = await startProxy(name, place, behind.url);
  try {
    const outside = proverAt(place.url, pair);
    const { accessToken, refreshToken } = await signUp(outside);
    expect((await outside("GET /orders?page=1", { token: accessToken })).status).toBe(200);
    expect((await outside("POST /api/auth/refresh-token", { body: { refreshToken } })).status).toBe(200);
    const inside = proverAt(behind.url, pair);
    expect((await inside("GET /orders", { token: accessToken })).status).toBe(401);
  } finally {
    await proxy.close();
    await behind.kill();
  }
}

describe("with the other items", () => {
  test("a step-up keeps a session bound, and passes guards in a row with one proof", async () => {
    const client = proverAt(running.url, pair);
    const { accessToken } = await signUp(client);
    const stepped = await client("POST /api/auth/reauthenticate", { token: accessToken, body: { password } });
    expect(stepped.body).toMatchObject({ tokenType: "DPoP" });
    const token = stepped.body.accessToken;
    expect((await client("GET /vault", { token })).status).toBe(200);
    expect((await bearer("/vault", token)).status).toBe(401);
    expect((await client("GET /orders", { token: accessToken })).status).toBe(401);
    expect((await client("DELETE /api/auth/me", { token, body: { password } })).status).toBe(204);
  });

  test("an account that is restored with a proof has a bound session", async () => {
    const client = proverAt(running.url, pair);
    const { accessToken, username } = await signUp(client);
    expect((await client("DELETE /api/auth/me", { token: accessToken, body: { password } })).status).toBe(204);
    const restored = await client("POST /api/auth/account/restore", { body: { username, password } });
    expect(restored.body).toMatchObject({ tokenType: "DPoP" });
    expect((await client("GET /orders", { token: restored.body.accessToken })).status).toBe(200);
  });

  test("a session in a cookie is none of it: whoever asks for one gets it, with a proof or without", async () => {
    const { username } = await signUp();
    const client = proverAt(running.url, pair);
    for (const headers of [ownPage, { ...ownPage, "auth-session": "cookie" }]) {
      const route = headers === ownPage ? "POST /api/auth/session" : "POST /api/auth/login";
      const answer = await client(route, { body: { username, password }, headers });
      expect([answer.status, answer.body.accessToken]).toEqual([200, undefined]);
      const cookie = answer.headers.getSetCookie()[0]?.split(";")[0] ?? "";
      expect((await fetch(`${running.url}/orders`, { headers: { cookie } })).status).toBe(200);
    }
  });

  test("a bound token counts before any cookie, one of another login, of another site's page, or that is over", async () => {
    const client = proverAt(running.url, pair);
    const [ada, bob] = [await signUp(client), await signUp()];
    const body = { username: bob.username, password };
    const { headers } = await post(running, "/session", body, ownPage);
    const live = headers.getSetCookie().map((line) => line.split(";")[0] ?? "");
    for (const cookie of [...live, `sid-dev=${"A".repeat(43)}`, "sid-dev=x"]) {
      const asked = await client("GET /orders", { token: ada.accessToken, headers: { cookie } });
      expect([asked.status, asked.body.auth?.sessionId]).toEqual([200, sessionOf(ada.accessToken)]);
      const stepped = { token: ada.accessToken, headers: { cookie, "sec-fetch-site": "cross-site" } };
      expect((await client("POST /api/auth/validate", stepped)).status).toBe(204);
    }
    expect((await bearer("/orders", ada.accessToken)).status).toBe(401);
  });

  test("a bound token opens nothing as a bearer or in a cookie, on a route that several guards share (D1)", async () => {
    const { accessToken } = await signUp();
    for (const path of ["/orders", "/vault", "/api/auth/me"]) {
      expect((await bearer(path, accessToken)).status).toBe(401);
      for (const name of ["sid-dev", "__Host-sid", "token"]) {
        const headers = { cookie: `${name}=${accessToken}` };
        expect((await fetch(running.url + path, { headers })).status).toBe(401);
      }
    }
  });
});

describe("DPOP_REQUIRED=on", () => {
  test("every login takes a proof but that of a cookie session, and what was not bound is not refreshed", async () => {
    const data = { AUTH_DATABASE_URL: `file:${join(app.dir, "required.db")}` };
    const before = await startApp(app.dir, data);
    const plain = await post(before, "/signup", { username: newName(), password });
    await before.stop();
    const after = await startApp(app.dir, { ...data, DPOP_REQUIRED: "on" });
    try {
      const client = proverAt(after.url, pair);
      const { username } = await signUp(client);
      const refused = await post(after, "/login", { username, password });
      expect([refused.status, refused.body.error]).toEqual([400, "invalid_dpop_proof"]);
      expect((await client("POST /api/auth/login", { body: { username, password } })).status).toBe(200);
      expect(
        (await post(after, "/login", { username, password }, { ...ownPage, "auth-session": "cookie" })).status,
      ).toBe(200);
      const { refreshToken } = plain.body;
      expect((await post(after, "/refresh-token", { refreshToken })).status).toBe(403);
      expect((await client("POST /api/auth/refresh-token", { body: { refreshToken } })).status).toBe(403);
    } finally {
      await after.stop();
    }
  });
});

describe("DPOP_NONCES=off and DPOP_REPLAYS=memory", () => {
  test("a proof is good by its time, once, and no nonce is asked for or offered", async () => {
    const other = await startApp(app.dir, { DPOP_NONCES: "off", DPOP_REPLAYS: "memory" });
    try {
      const client = proverAt(other.url, pair);
      const { accessToken } = await signUp(client);
      const seconds = Math.floor(Date.now() / 1000);
      const proofAt = (iat: number) => proofWith({ htm: "GET", htu: `${other.url}/orders`, iat }, accessToken);
      const statusAt = async (iat: number): Promise<number> =>
        (await client("GET /orders", { token: accessToken, proof: await proofAt(iat) })).status;
      for (const good of [seconds - 50, seconds + 3]) expect(await statusAt(good)).toBe(200);
      for (const bad of [seconds - 3_600, seconds - 70, seconds + 30, seconds + 3_600])
        expect(await statusAt(bad)).toBe(401);
      const answer = await client("GET /orders", { token: accessToken });
      expect([answer.status, answer.headers.get("dpop-nonce")]).toEqual([200, null]);
      const proof = await proofAt(seconds);
      const answers = await times(50, () => client("GET /orders", { token: accessToken, proof }));
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    } finally {
      await other.stop();
    }
  });
});

describe("DPOP_REPLAYS=memory", () => {
  test("a proof that was used before a restart is not good after it, and one retry is enough", async () => {
    const PUBLIC_ORIGIN = "https://shop.example";
    const env = { PUBLIC_ORIGIN, DPOP_REPLAYS: "memory", AUTH_DATABASE_URL: `file:${join(app.dir, "memory.db")}` };
    const before = await startApp(app.dir, env);
    const client = proverAt(before.url, pair, PUBLIC_ORIGIN);
    const { accessToken: token } = await signUp(client);
    const used = await client("GET /orders", { token });
    expect(used.status).toBe(200);
    await before.stop();
    const after = await startApp(app.dir, env);
    try {
      const again = proverAt(after.url, pair, PUBLIC_ORIGIN);
      const replayed = await again("GET /orders", { token, proof: used.proof });
      expect([replayed.status, replayed.body.error]).toEqual([401, "use_dpop_nonce"]);
      expect((await again("GET /orders", { token })).status).toBe(200);
    } finally {
      await after.stop();
    }
  });
});

describe("two processes on one Postgres", () => {
  const cluster = useCluster();
  const PUBLIC_ORIGIN = "https://shop.example";
  const env = { PUBLIC_ORIGIN, DATABASE_POOL_SIZE: "20" };
  cluster.beginForAll({ database: "postgres", processes: 2, items: ["auth-dpop"], env });

  test("let one of 50 uses of a proof through, round after round (D9)", async () => {
    const { accessToken, clients } = await bound();
    for (let round = 1; round <= 20; round += 1) {
      const proof = await clients[0]!.proof("GET", "/me-protected", accessToken);
      const answers = await times(50, (at) => clients[at % 2]!.open(accessToken, proof));
      expect(answers.filter((status) => status === 200)).toHaveLength(1);
      expect(answers.filter((status) => status === 401)).toHaveLength(49);
    }
  });

  test("take the nonce of each other, and one refresh of many", async () => {
    const { accessToken, refreshToken, clients } = await bound();
    for (const client of [...clients, ...clients]) {
      const proof = await client.proof("GET", "/me-protected", accessToken);
      expect(await client.open(accessToken, proof)).toBe(200);
    }
    const statuses = await times(20, (at) => clients[at % 2]!.refresh(refreshToken));
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
  });

  test("let one of 50 logins with one proof through", async () => {
    const { username, clients } = await bound();
    const proof = await clients[0]!.proof("POST", "/api/auth/login");
    const statuses = await times(50, (at) => clients[at % 2]!.logIn(username, proof));
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(statuses.filter((status) => status === 400)).toHaveLength(49);
  });

  /** Somebody with a session that is bound to `pair`, and a client of each process. */
  async function bound() {
    const username = newName();
    let nonce = "";
    const proof = (htm: string, path: string, token?: string) =>
      generateProof(pair, PUBLIC_ORIGIN + path, htm, nonce || undefined, token);
    const send = async (url: string, path: string, DPoP: string, body?: object, token?: string): Promise<Response> => {
      const headers = {
        DPoP,
        "content-type": "application/json",
        ...(token ? { authorization: `DPoP ${token}` } : {}),
      };
      const init = body ? { method: "POST", body: JSON.stringify(body) } : {};
      const answer = await fetch(url + path, { headers, ...init });
      nonce = answer.headers.get("dpop-nonce") ?? nonce;
      return answer;
    };
    const clients = cluster.apps.map(({ url }) => ({
      proof,
      open: async (token: string, DPoP: string) => (await send(url, "/me-protected", DPoP, undefined, token)).status,
      logIn: async (name: string, DPoP: string) =>
        (await send(url, "/api/auth/login", DPoP, { username: name, password })).status,
      refresh: async (refreshToken: string) => {
        const DPoP = await proof("POST", "/api/auth/refresh-token");
        return (await send(url, "/api/auth/refresh-token", DPoP, { refreshToken })).status;
      },
    }));
    const signup = async () =>
      send(cluster.apps[0]!.url, "/api/auth/signup", await proof("POST", "/api/auth/signup"), { username, password });
    expect((await signup()).status).toBe(400);
    const { accessToken, refreshToken } = (await (await signup()).json()) as Tokens;
    return { username, accessToken, refreshToken, clients };
  }
});

describe("the examples of RFC 9449", () => {
  const { proofs, thumbprint, accessToken } = fs.readJsonSync(join(repo, "test/vectors/rfc9449-proofs.json"));
  // biome-ignore lint/suspicious/noExplicitAny: modules of the composed tree
  const modules = {} as { proof: any; refusals: any };
  beforeAll(async () => {
    for (const name of ["JWT_SECRET_KEY", "PASSWORD_PEPPER", "JWT_ISSUER"])
      vi.stubEnv(name, `${name} of these tests, long`);
    vi.stubEnv("NODE_ENV", "development");
    vi.stubEnv("PUBLIC_ORIGIN", "https://server.example.com");
    vi.stubEnv("DPOP_NONCES", "off");
    for (const name of ["proof", "refusals"] as const)
      modules[name] = await import(join(app.dir, `src/auth/dpop/${name}.ts`));
  });
  afterAll(() => void vi.unstubAllEnvs());

  test.each(proofs as Example[])("of $from are good at their time, and no other", (one) => {
    const { compact, method, url, issuedAt, ath } = one;
    const { origin, pathname: path } = new URL(url);
    const read = (text = compact, target = { method, origin, path }) =>
      modules.proof.readProof([text], target, modules.refusals.onRoutes);
    vi.useFakeTimers({ toFake: ["Date"], now: new Date(issuedAt * 1000) });
    try {
      expect(read()).toMatchObject({ thumbprint, ath: ath ?? undefined });
      expect(() => read(compact, { method: "PUT", origin, path })).toThrow();
      expect(() => read(compact.replace(/.{9}$/, "A".repeat(9)))).toThrow();
      vi.setSystemTime((issuedAt + 61) * 1000);
      expect(() => read()).toThrow();
    } finally {
      vi.useRealTimers();
    }
    expect(modules.proof.hashOfToken(accessToken)).toBe(proofs[1].ath);
  });
});

interface Example {
  readonly from: string;
  readonly method: string;
  readonly url: string;
  readonly issuedAt: number;
  readonly ath: string | null;
  readonly compact: string;
}

interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
}

interface Sent {
  readonly body?: object;
  readonly token?: string;
  readonly headers?: Record<string, string>;
  /** In place of one for the request. */
  readonly proof?: string;
}

/** A client that proves a key with the package dpop, and sends a request once more where a nonce is asked for. */
function proverAt(url: string, key: KeyPair, origin = url) {
  let nonce = "";
  let last = "";
  return async (route: string, { body, token, headers, proof }: Sent = {}) => {
    const [method = "", path = ""] = route.split(" ");
    const ask = async (): Promise<Response> => {
      const htu = origin + path.replace(/\?.*/, "");
      const DPoP = proof ?? (await generateProof(key, htu, method, nonce || undefined, token));
      last = DPoP;
      const answer = await fetch(url + path, {
        method,
        headers: {
          DPoP,
          "content-type": "application/json",
          ...(token === undefined ? {} : { authorization: `DPoP ${token}` }),
          ...headers,
        },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
      nonce = answer.headers.get("dpop-nonce") ?? nonce;
      return answer;
    };
    let answer = await ask();
    const text = await answer.clone().text();
    if (text.includes("use_dpop_nonce")) answer = await ask();
    const content = await answer.text();
    return { status: answer.status, headers: answer.headers, body: content ? JSON.parse(content) : {}, proof: last };
  };
}

/** A proof that the package dpop does not make: with another time. */
async function proofWith(claims: object, token: string): Promise<string> {
  const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", pair.publicKey);
  const ath = createHash("sha256").update(token).digest("base64url");
  const parts = [
    { typ: "dpop+jwt", alg: "ES256", jwk: { kty, crv, x, y } },
    { jti: randomUUID(), ath, ...claims },
  ];
  const text = parts.map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
  const signed = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, pair.privateKey, Buffer.from(text));
  return `${text}.${Buffer.from(signed).toString("base64url")}`;
}

async function signUp(client = proverAt(running.url, pair)): Promise<Tokens & { username: string }> {
  const username = newName();
  const { status, body } = await client("POST /api/auth/signup", { body: { username, password } });
  expect([status, body.tokenType]).toEqual([201, "DPoP"]);
  return { ...body, username };
}

async function bearer(path: string, token: string): Promise<Response> {
  return fetch(running.url + path, { headers: { authorization: `Bearer ${token}` } });
}

async function post({ url }: RunningApp, path: string, body: object, headers: Record<string, string> = {}) {
  const init = {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  };
  const answer = await fetch(`${url}/api/auth${path}`, init);
  return { status: answer.status, headers: answer.headers, body: await answer.json() };
}

function sessionOf(token: string): string {
  return JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8")).sid;
}

function newName(): string {
  return `ada-${randomBytes(6).toString("hex")}`;
}
