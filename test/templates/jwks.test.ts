import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { createRemoteJWKSet, jwtVerify } from "jose";
import * as oauth from "oauth4webapi";
import { beforeAll, expect, test } from "vitest";
import type { Api } from "../support/api.js";
import { type Login, logIn, open, refresh, signUp, useCluster } from "../support/cluster.js";
import { listens } from "../support/compose.js";
import { unrun } from "../support/needs.js";

// Other services verify our tokens with nothing but the address of the key set.

/** The usual server, whose keys have a clock that can be put forward. */
const server = `import express from "express";
import { rotateKeys } from "./src/auth/jwks/key-changes.js";
import { useClock } from "./src/auth/jwks/store.js";
import { protectedRoute } from "./src/middleware/jwt.js";
import { authRouter } from "./src/routes/auth.js";
import { jwksRouter } from "./src/routes/jwks.js";

let aheadMs = 0;
useClock((time) => new Date(time.getTime() + aheadMs));

const app = express();
app.post("/forward/:seconds", (req, res) => void res.json((aheadMs += 1000 * Number(req.params.seconds))));
app.post("/rotate", (_req, res, next) => void rotateKeys().then(() => res.json({}), next));
app.use("/api/auth", authRouter);
app.use(jwksRouter);
app.get("/me-protected", protectedRoute, (req, res) => void res.json({ auth: req.auth }));
${listens}`;

const issuer = "https://shop.example";
const audience = `${issuer}:client`;
/** Debian's own has its packages, whatever other one comes first in PATH. */
const python = existsSync("/usr/bin/python3") ? "/usr/bin/python3" : "python3";
const noJwcrypto =
  process.env["CI"] || spawnSync(python, ["-c", "import jwcrypto.jwt"]).status === 0 ? null : "no python3-jwcrypto";

const cluster = useCluster();
let keySetUrl: URL;
let here: Api;
let there: Api;

cluster.beginForAll({ database: "postgres", processes: 2, items: ["auth-jwks"], env: { JWT_ISSUER: issuer }, server });
beforeAll(() => {
  [here, there] = cluster.clients as [Api, Api];
  keySetUrl = new URL("/.well-known/jwks.json", cluster.apps[0]!.url);
});

test("jose's createRemoteJWKSet takes each token of two processes through rotations under load, without one failure", async () => {
  // Its five minutes and thirty seconds, as everything here, are seconds.
  const keys = createRemoteJWKSet(keySetUrl, { cacheMaxAge: 1_000, cooldownDuration: 100 });
  const check = { issuer, audience, typ: "at+jwt", algorithms: ["ES256"] };
  const kids = new Set<string | undefined>();
  const failures: unknown[] = [];
  let isOver = false;
  let verified = 0;
  const use = async (user: Login): Promise<void> => {
    let newest = user.refreshToken;
    while (!isOver) {
      const client = cluster.next();
      const { status, body } = await refresh(client, newest);
      expect(status).toBe(200);
      newest = body.refreshToken;
      const token = await jwtVerify(body.accessToken, keys, check).catch((error: unknown) => void failures.push(error));
      if (token) kids.add(token.protectedHeader.kid);
      for (const other of [here, there]) if ((await open(other, body.accessToken)) !== 200) failures.push("refused");
      verified += 1;
    }
  };
  const users = await Promise.all(Array.from({ length: 6 }, () => signUp(cluster.next())));
  const working = Promise.all(users.map(use));
  for (let rotation = 1; rotation <= 3; rotation += 1) {
    // The next key is published for longer than anybody keeps the set, and the last token of the one before is dead.
    await forward(1_200);
    await sleep(1_500);
    expect((await here.post("/rotate")).status).toBe(200);
    await sleep(2_500);
  }
  isOver = true;
  await working;
  expect(failures).toEqual([]);
  expect(verified).toBeGreaterThan(100);
  expect(kids.size).toBe(4);
}, 60_000);

test("oauth4webapi's validateJwtAccessToken takes them as what RFC 9068 says they are, and none for another audience", async () => {
  const { accessToken } = await signUp(here);
  const as = { issuer, jwks_uri: keySetUrl.href };
  const request = () =>
    new Request("https://api.example/orders", { headers: { authorization: `Bearer ${accessToken}` } });
  const options = { [oauth.allowInsecureRequests]: true };
  const claims = await oauth.validateJwtAccessToken(as, request(), audience, options);
  expect(claims).toMatchObject({ iss: issuer, client_id: audience });
  await expect(oauth.validateJwtAccessToken(as, request(), issuer, options)).rejects.toThrow();
});

test.skipIf(noJwcrypto)(`python's jwcrypto takes them, and none that was changed${unrun(noJwcrypto)}`, async () => {
  const { accessToken } = await signUp(there);
  const keySet = await (await fetch(keySetUrl)).text();
  const script = `import sys
from jwcrypto.jwk import JWKSet
from jwcrypto.jwt import JWT
claims = {"iss": "${issuer}", "aud": "${audience}", "exp": None}
print(JWT(jwt=sys.argv[2], key=JWKSet.from_json(sys.argv[1]), algs=["ES256"], check_claims=claims).claims)`;
  const run = (token: string) => spawnSync(python, ["-c", script, keySet, token], { encoding: "utf8" });
  const taken = run(accessToken);
  expect(taken.stderr).toBe("");
  expect(JSON.parse(taken.stdout)).toMatchObject({ iss: issuer, aud: audience });
  const [head, body = "", signature] = accessToken.split(".");
  const other = Buffer.from(Buffer.from(body, "base64url").toString().replace('"sub":"', '"sub":"x')).toString(
    "base64url",
  );
  expect(run(`${head}.${other}.${signature}`).status).not.toBe(0);
});

test("whether the login still lives is for /validate to say: the key set can't", async () => {
  const user = await signUp(here);
  const keys = createRemoteJWKSet(keySetUrl);
  expect((await there.post("/api/auth/validate", {}, user.accessToken)).status).toBe(204);
  await here.post("/api/auth/logout", { refreshToken: user.refreshToken });
  expect((await jwtVerify(user.accessToken, keys, { issuer, audience })).payload.sub).toBe(user.userId);
  expect((await here.post("/api/auth/validate", {}, user.accessToken)).status).toBe(401);
  expect((await logIn(here, user.username)).status).toBe(200);
});

async function forward(seconds: number): Promise<void> {
  for (const client of cluster.clients) expect((await client.post(`/forward/${seconds}`)).status).toBe(200);
}
