import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Api } from "../support/api.js";
import { logIn, open, signUp, useCluster } from "../support/cluster.js";
import { listens } from "../support/compose.js";
import { startProxy } from "../support/freezable-proxy.js";

/** The usual server, with a clock that can be put forward. */
const server = `import express from "express";
import { protectedRoute } from "./src/middleware/jwt.js";
import { authRouter } from "./src/routes/auth.js";

const real = performance.now.bind(performance);
let aheadMs = 0;
performance.now = () => real() + aheadMs;

const app = express();
app.post("/forward/:ms", (req, res) => void res.json((aheadMs += Number(req.params.ms))));
app.use("/api/auth", authRouter);
app.get("/me-protected", protectedRoute, (req, res) => void res.json({ auth: req.auth }));
${listens}`;
const items = ["auth-events", "auth-email", "auth-jwks"];

const cluster = useCluster();
let here: Api;
let there: Api;
/** What both processes have sent to the database. */
const asked: string[] = [];
let delivered = 0;
const cleanUp: (() => unknown)[] = [];

cluster.beginForAll(async () => {
  const receiver = createServer((req, res) => {
    delivered += 1;
    req.resume().on("end", () => res.writeHead(204).end());
  }).listen(0, "127.0.0.1");
  await once(receiver, "listening");
  cleanUp.push(() => void receiver.close().closeAllConnections());
  const webhook = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  const secret = "a key of the tests, 32 bytes all";
  const env = {
    AUTH_WEBHOOK_URL: webhook,
    AUTH_WEBHOOK_SECRET: secret,
    AUTH_MAIL: "outbox:mail",
    AUTH_RATE_LIMIT: "on",
  };
  return { database: "postgres", processes: 0, items, env, server };
});
beforeAll(async () => {
  const url = new URL(cluster.env["DATABASE_URL"]!);
  const proxy = await startProxy(Number(url.port), (sent) => asked.push(sent.toString("latin1")));
  cleanUp.push(() => proxy.close());
  url.port = String(proxy.port);
  await Promise.all([1, 2].map(() => cluster.start({ DATABASE_URL: url.href })));
  [here, there] = cluster.clients as [Api, Api];
});
afterAll(async () => {
  for (const undo of cleanUp.reverse()) await undo();
});

/** Nothing waits, and no request has come for more than a minute. */
async function fallAsleep(): Promise<void> {
  const outboxes = "select id::text from auth_webhook_outbox union all select id from auth_mail_outbox";
  await expect.poll(() => cluster.sql(outboxes)).toEqual([]);
  for (const client of cluster.clients) await client.post("/forward/61000");
  await sleep(2_500);
  asked.length = 0;
}

test("without traffic no process asks the database anything, and a health check wakes none", async () => {
  const user = await signUp(here);
  for (const client of [here, there]) expect(await open(client, user.accessToken)).toBe(200);
  await here.post("/api/auth/password/forgot", { username: user.username });
  // The first request of a process tells that it has started, whatever it is.
  expect((await there.get("/api/auth/me", user.accessToken)).status).toBe(200);
  await fallAsleep();
  await sleep(3_000);
  expect(asked).toEqual([]);
  for (const client of [here, there]) expect((await client.get("/api/auth/health")).status).toBe(204);
  await sleep(1_500);
  const questions = asked.join().match(/(select|with|insert|update|delete|begin) [^\0]*/gi);
  expect(questions).toEqual(Array(2).fill(expect.stringMatching(/^select [^;]* from "auth_users" .*limit \$1$/)));
});

test("the first request after that hears of a logout elsewhere, and sends what a dead process has left", async () => {
  const user = await signUp(here);
  for (const client of [here, there]) expect(await open(client, user.accessToken)).toBe(200);
  await fallAsleep();
  expect((await here.post("/api/auth/logout", { refreshToken: user.refreshToken })).status).toBe(204);
  expect(await open(there, user.accessToken)).toBe(401);
  await fallAsleep();
  const before = delivered;
  await cluster.sql(`insert into auth_webhook_outbox (message_id, payload, created_at, next_attempt_at, leased_until)
    values ('msg_left', '{}', now(), now(), now() + interval '1 second')`);
  await cluster.sql(`insert into auth_mail_outbox (id, purpose, user_id, address, attempts, due_at, created_at)
    values ('left', 'password-changed', '${user.userId}', 'ada@example.org', 0, now(), now())`);
  expect((await there.post("/api/auth/validate", {})).status).toBe(401);
  await expect.poll(() => delivered).toBe(before + 1);
  await expect.poll(() => cluster.sql("select 1 from auth_mail_outbox")).toEqual([]);
});

test("counters of the throttle that are long over go beside the next one", async () => {
  const user = await signUp(here);
  await cluster.sql("insert into auth_rate_limits (key, points, expire) values ('over', 1, 1), ('not over', 1, 9e12)");
  await here.post("/forward/301000");
  expect((await logIn(here, user.username)).status).toBe(200);
  const left = "select key from auth_rate_limits where key like '%over'";
  await expect.poll(() => cluster.sql(left)).toEqual([{ key: "not over" }]);
});
