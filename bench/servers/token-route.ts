import { createHash, generateKeyPairSync, randomUUID } from "node:crypto";
import express from "express";
import jwt from "jsonwebtoken";
import { signAccessToken } from "../../templates/auth-basic/base/src/auth/access-token.js";
import { config } from "../../templates/auth-basic/base/src/auth/config.js";
import { insertUser } from "../../templates/auth-basic/base/src/auth/store.js";
import { migrateDatabase, transaction } from "../../templates/auth-basic/base/src/db/client.js";
import { migrations } from "../../templates/auth-basic/base/src/db/migrations/index.js";
import { tokenKinds } from "../../templates/auth-basic/base/src/middleware/authenticators.js";
import { protectedRoute } from "../../templates/auth-basic/base/src/middleware/jwt.js";
import { dpopToken } from "../../templates/auth-dpop/base/src/auth/dpop/authenticator.js";
import { confirmationOf } from "../../templates/auth-dpop/base/src/auth/dpop/bound-key.js";
import { dpopConfig } from "../../templates/auth-dpop/base/src/auth/dpop/config.js";
import { currentNonce } from "../../templates/auth-dpop/base/src/auth/dpop/nonces.js";
import { dpop } from "../../templates/auth-dpop/base/src/db/migrations/0061-dpop.js";
import { keypairToken } from "../../templates/auth-keypair/base/src/auth/keypair/authenticator.js";
import { issue } from "../../templates/auth-keypair/base/src/auth/keypair/tokens.js";
import { keypairTokens } from "../../templates/auth-keypair/base/src/db/migrations/0062-keypair-tokens.js";
import { answerQuestions, cpuTime } from "./answers.js";
import { listen } from "./listen.js";

type Headers = Record<string, string>;

const path = "/hello";
const lifeSeconds = 3600;
const kind = process.argv[2] ?? "none";

migrations.push(dpop, keypairTokens);
tokenKinds.push(dpopToken);
tokenKinds.push(keypairToken);

/** The headers of so many requests: the proofs of DPoP, which are each good once, are made here ahead of time. */
const headersOf: Record<string, (count: number) => Promise<Headers[]>> = {
  none: (count) => repeat({}, count),
  bearer: async (count) => repeat({ authorization: `Bearer ${await accessToken()}` }, count),
  dpop: boundRequests,
  keypair: async (count) => repeat({ authorization: `Bearer ${await tokenOfItsOwnKey()}` }, count),
};

const app = express();
app.get(path, ...(kind === "none" ? [] : [protectedRoute]), (_req, res) => {
  res.json({ hello: "world" });
});

function accessToken(): Promise<string> {
  const session = { id: "session", userId: "user", claims: { auth_time: new Date(), amr: "pwd" } };
  return signAccessToken(session, config.accessTokenSeconds);
}

async function tokenOfItsOwnKey(): Promise<string> {
  const id = randomUUID();
  const profile = { id, username: id, usernameCanonical: id, email: null, displayName: null };
  await transaction((tx) => insertUser(tx, { ...profile, passwordHash: "none", pepperId: "none" }));
  return (await issue({ userId: id, lifeSeconds })).token;
}

async function boundRequests(count: number): Promise<Headers[]> {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { kty, crv, x, y } = publicKey.export({ format: "jwk" });
  const thumbprint = createHash("sha256").update(JSON.stringify({ crv, kty, x, y })).digest("base64url");
  const header = { alg: "ES256", typ: "dpop+jwt", jwk: { kty, crv, x, y } } as const;
  const token = await bound(thumbprint);
  const ath = createHash("sha256").update(token).digest("base64url");
  return Array.from({ length: count }, () => {
    const claims = { jti: randomUUID(), htm: "GET", htu: dpopConfig.publicOrigin.origin + path, ath };
    const proof = jwt.sign({ ...claims, nonce: currentNonce() }, privateKey, { algorithm: "ES256", header });
    return { authorization: `DPoP ${token}`, dpop: proof };
  });
}

/** As the item has it, whose claim is in the list of claims. */
async function bound(thumbprint: string): Promise<string> {
  const claims = jwt.decode(await accessToken(), { json: true });
  const header = { alg: "HS256", typ: "at+jwt" } as const;
  return jwt.sign({ ...claims, cnf: confirmationOf(thumbprint) }, config.jwtSecretKey, { header });
}

async function repeat(headers: Headers, count: number): Promise<Headers[]> {
  return Array.from({ length: count }, () => headers);
}

answerQuestions({ listen: () => listen(app), prepare: migrateDatabase, headers: headersOf[kind]!, cpuTime });
