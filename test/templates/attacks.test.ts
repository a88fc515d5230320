import { setTimeout as sleep } from "node:timers/promises";
import jwt from "jsonwebtoken";
import { describe, expect, test } from "vitest";
import type { Api } from "../support/api.js";
import { logIn, open, password, refresh, signUp, tally, times, useCluster } from "../support/cluster.js";
import { appEnv, closes, listens } from "../support/compose.js";

const cluster = useCluster();

const days = (count: number): string => (count / 86_400).toFixed(12);

describe.each(["postgres", "sqlite"] as const)("%s", (database) => {
  test("a logout answered with 204 is felt at once, also where another process had ended the session before", async () => {
    await cluster.begin({ database, processes: 2 });
    const [here, there] = cluster.clients as [Api, Api];
    for (let round = 0; round < 5; round++) {
      const { accessToken, refreshToken } = await signUp(here);
      expect(await open(there, accessToken)).toBe(200);
      const token = round % 2 === 0 ? { refreshToken } : {};
      const bearer = round % 2 === 0 ? undefined : accessToken;
      expect((await here.post("/api/auth/logout", token, bearer)).status).toBe(204);
      expect((await there.post("/api/auth/logout", token, bearer)).status).toBe(204);
      expect(await open(there, accessToken)).toBe(401);
    }
  });

  test("a login whose refresh token ran out can still be logged out: its access token opens nothing more", async () => {
    await cluster.begin({ database, processes: 1, env: { REFRESH_TOKEN_DAYS: days(1) } });
    const [client] = cluster.clients as [Api];
    const { accessToken, refreshToken } = await signUp(client);
    await sleep(1_300);
    expect((await refresh(client, refreshToken)).status).toBe(403);
    expect((await client.post("/api/auth/logout", {}, accessToken)).status).toBe(204);
    expect(await open(client, accessToken)).toBe(401);
  });

  test("a change of address that was checked against the old password does not come after PUT /password", async () => {
    await cluster.begin({ database, processes: 2, env: { BCRYPT_COST: "10" } });
    const [thiefs, owners] = cluster.clients as [Api, Api];
    const user = await signUp(owners);
    const email = { email: "thief@example.org", currentPassword: password };
    // The check is read, and then waits behind other hashes.
    const crowd = times(40, () => logIn(thiefs, "nobody-of-this-name"));
    await sleep(100);
    const change = thiefs.patch("/api/auth/me", email, user.accessToken);
    await sleep(300);
    const passwords = { currentPassword: password, newPassword: "another-lantern-in-the-rain" };
    expect((await owners.put("/api/auth/password", passwords, user.accessToken)).status).toBe(200);
    const { status } = await change;
    expect(status).toBe(401);
    expect((await cluster.sql("select email from auth_users"))[0]!["email"]).toBeNull();
    await crowd;
  });

  test("60 parallel guesses at one password from one address: ten are looked at, the others hear 429", async () => {
    await cluster.begin({ database, processes: 1, env: { AUTH_RATE_LIMIT: "on" } });
    const [client] = cluster.clients as [Api];
    const { username } = await signUp(client);
    const answers = await times(60, (index) => logIn(client, username, `guess number ${index} of a password`));
    expect(tally(answers)).toEqual({ 401: 10, 429: 50 });
    expect((await logIn(client, username)).status).toBe(429);
  });
});

test("a revoked session stays dead for a token that was signed late, or by a clock that is ahead", async () => {
  await cluster.begin({ database: "sqlite", processes: 1, server: serverWithClock });
  const [client] = cluster.clients as [Api];
  const { accessToken } = await signUp(client);
  const late = signedAhead(accessToken, 5);
  expect(await open(client, late)).toBe(200);
  expect((await client.post("/api/auth/logout", {}, accessToken)).status).toBe(204);
  await cluster.sql("update auth_sessions set revoked_at = revoked_at - 901 * 1000");
  await client.post("/advance", { seconds: 901 });
  await sleep(2_300);
  expect(await open(client, late)).toBe(401);
});

test("a refused login of an account whose hash is from a cheaper day costs what an unknown name costs", async () => {
  await cluster.begin({ database: "sqlite", processes: 1, server: meteredServer });
  const [known, barred, without] = await times(3, () => signUp(cluster.clients[0]!));
  await cluster.sql(`update auth_users set disabled_at = 1 where username = '${barred!.username}'`);
  const noPassword = `$2b$04$${"c".repeat(21)}u${"c".repeat(31)}`;
  await cluster.sql(`update auth_users set password_hash = '${noPassword}' where username = '${without!.username}'`);
  await cluster.start({ BCRYPT_COST: "10" });
  const today = cluster.clients[1]!;
  const attempts = [
    { name: "nobody-of-this-name", secret: password, spent: [] as number[] },
    { name: known!.username, secret: "a wrong password", spent: [] },
    { name: barred!.username, secret: password, spent: [] },
    { name: without!.username, secret: password, spent: [] },
  ];
  for (let time = 0; time < 12; time++) {
    for (const { name, secret, spent } of attempts) {
      await today.get("/cpu");
      expect((await logIn(today, name, secret)).status).toBe(401);
      spent.push(((await today.get("/cpu")).body as { milliseconds: number }).milliseconds);
    }
  }
  // The least of each: what else the process does only adds to the others.
  const [unknown, ...others] = attempts.map(({ spent }) => Math.min(...spent));
  for (const one of others) {
    expect(one / unknown!).toBeGreaterThan(0.5);
    expect(one / unknown!).toBeLessThan(2);
  }
});

test("a refresh token of anybody's own costs a login the same queries, whether there is such an account or not", async () => {
  await cluster.begin({
    database: "sqlite",
    processes: 1,
    env: { AUTH_RATE_LIMIT: "on" },
    server: countingServer,
  });
  const client = cluster.clients[0]!;
  const [known, mallory] = await times(2, () => signUp(client));
  const queries = async (username: string): Promise<number> => {
    await client.get("/queries");
    const body = { username, password: "a wrong password", refreshToken: mallory!.refreshToken };
    expect((await client.post("/api/auth/login", body)).status).toBe(401);
    return ((await client.get("/queries")).body as { count: number }).count;
  };
  expect(await queries(known!.username)).toBe(await queries("nobody-of-this-name"));
});

test("300 logins at once: every one is answered, the excess with Retry-After, and other routes stay quick", async () => {
  await cluster.begin({ database: "postgres", processes: 1, env: { BCRYPT_COST: "8" } });
  const [client] = cluster.clients as [Api];
  const { username, accessToken } = await signUp(client);
  expect(await open(client, accessToken)).toBe(200);
  let busy = true;
  const logins = times(300, () => logIn(client, username)).finally(() => {
    busy = false;
  });
  await sleep(300);
  const delays: number[] = [];
  while (busy) {
    const asked = performance.now();
    expect(await open(client, accessToken)).toBe(200);
    delays.push(performance.now() - asked);
    await sleep(25);
  }
  const answers = await logins;
  const { 200: letIn = 0, 503: sentAway = 0 } = tally(answers);
  expect(letIn + sentAway).toBe(300);
  expect(letIn).toBeGreaterThan(200);
  for (const { headers } of answers.filter(({ status }) => status === 503))
    expect(headers.get("retry-after")).toBe("5");
  expect(delays.length).toBeGreaterThan(5);
  expect(delays.sort((a, b) => a - b)[Math.floor(delays.length * 0.9)]).toBeLessThan(200);
  expect((await logIn(client, username)).status).toBe(200);
});

/** Lets 15 minutes go by: in the database by the row's time, in the process by its clock. */
const serverWithClock = `import express from "express";
import { protectedRoute } from "./src/middleware/jwt.js";
import { authRouter } from "./src/routes/auth.js";

const app = express();
app.use("/api/auth", authRouter);
app.get("/me-protected", protectedRoute, (_req, res) => void res.json({}));
const { now } = Date;
app.post("/advance", express.json(), (req, res) => {
  Date.now = () => now() + req.body.seconds * 1000;
  res.json({});
});
${listens}`;

/** The same token as a process would sign it whose clock is ahead. */
function signedAhead(accessToken: string, by: number): string {
  const { iat, exp, ...claims } = jwt.decode(accessToken) as jwt.JwtPayload;
  const secret = appEnv(cluster.dir)["JWT_SECRET_KEY"]!;
  const header = { alg: "HS256", typ: "at+jwt" } as const;
  return jwt.sign({ ...claims, iat: iat! + by, exp: exp! + by }, secret, { algorithm: "HS256", header });
}

/** Says how many queries have been made since it was asked last. */
/** Tells the processor time of all its threads since it was last asked: what else the machine does is not in it. */
const meteredServer = `import express from "express";
import { authRouter, closeAuth } from "./src/routes/auth.js";

const app = express();
let since = process.cpuUsage();
app.use("/api/auth", authRouter);
app.get("/cpu", (_req, res) => {
  const { user, system } = process.cpuUsage(since);
  since = process.cpuUsage();
  res.json({ milliseconds: (user + system) / 1_000 });
});
${listens}${closes}`;

const countingServer = `import { createClient } from "@libsql/client";
import express from "express";

const client = Object.getPrototypeOf(createClient({ url: ":memory:" }));
const execute = client.execute;
let count = 0;
client.execute = function (...args) {
  count += 1;
  return execute.apply(this, args);
};
const { authRouter, closeAuth } = await import("./src/routes/auth.js");
const app = express();
app.use("/api/auth", authRouter);
app.get("/queries", (_req, res) => {
  res.json({ count });
  count = 0;
});
${listens}${closes}`;
