import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Answer, type Api, api } from "../support/api.js";
import { logIn, open, refresh, signUp, tally, times, useCluster } from "../support/cluster.js";
import { type RunningApp, startApp } from "../support/compose.js";
import { startProxy } from "../support/freezable-proxy.js";
import { type PostgresServer, startPostgres } from "../support/postgres-server.js";

const cluster = useCluster();

let server: PostgresServer;
let dir: string;
const running: RunningApp[] = [];

beforeAll(async () => {
  server = await startPostgres();
  const app = await cluster.compose("postgres");
  dir = app.dir;
  await app.command({ DATABASE_URL: server.url }, "migrate");
});

afterAll(async () => {
  await Promise.all(running.map((app) => app.kill()));
  await server.close();
});

async function start(url: string): Promise<{ app: RunningApp; client: Api }> {
  const app = await startApp(dir, { DATABASE_URL: url });
  running.push(app);
  return { app, client: api(app.url) };
}

function expectUnavailable(answers: readonly Answer[]): void {
  expect(tally(answers)).toEqual({ 503: answers.length });
  for (const { headers, body } of answers) {
    expect(headers.get("content-type")).toContain("application/problem+json");
    expect(body.code).toBe("ServiceUnavailable");
  }
}

/** Holds the row of a user, so that logins stand still in the middle of their transaction. */
async function lockUser(username: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: server.url });
  client.on("error", () => {});
  await client.connect();
  await client.query("begin");
  await client.query("select 1 from auth_users where username = $1 for update", [username]);
  return client;
}

test("Postgres stopped in the middle of logins: 503 in between, never another answer, then well, in the same process", async () => {
  const { client } = await start(server.url);
  const user = await signUp(client);
  const spare = await signUp(client);
  expect(await open(client, user.accessToken)).toBe(200);
  for (let outage = 0; outage < 2; outage++) {
    await lockUser(user.username);
    const inFlight = times(12, () => logIn(client, user.username));
    await sleep(500);
    await server.stop();
    // One that gets the lock from the holder as both are thrown out may still succeed.
    expectUnavailable((await inFlight).filter(({ status }) => status !== 200));
    expectUnavailable(
      await Promise.all([
        logIn(client, user.username),
        refresh(client, user.refreshToken),
        client.post("/api/auth/signup", { username: "in-between", password: "a-lantern-in-the-rain" }),
        client.post("/api/auth/logout", { refreshToken: user.refreshToken }),
        client.post("/api/auth/logout", {}, user.accessToken),
        client.post("/api/auth/logout-all", {}, user.accessToken),
        client.post("/api/auth/validate", { refreshToken: user.refreshToken }),
        client.get("/api/auth/me", user.accessToken),
        client.get("/api/auth/sessions", user.accessToken),
        client.get("/api/auth/health"),
      ]),
    );
    expect((await client.get("/bare")).status).toBe(200);
    await server.start();
    await expect.poll(async () => (await client.get("/api/auth/health")).status).toBe(204);
    expect(tally(await times(24, () => logIn(client, user.username)))).toEqual({ 200: 24 });
  }
  expect((await refresh(client, spare.refreshToken)).status).toBe(200);
});

test("Postgres that no longer answers: open for ten seconds at most, then 503; afterwards no connection is lost", async () => {
  const proxy = await startProxy(Number(new URL(server.url).port));
  const url = new URL(server.url);
  url.port = String(proxy.port);
  const { client } = await start(url.href);
  const { client: elsewhere } = await start(server.url);
  const user = await signUp(client);
  const ended = await signUp(client);
  for (const { accessToken } of [user, ended]) expect(await open(client, accessToken)).toBe(200);

  // A pool of 10 idle connections, each of which is to begin a transaction that hears nothing.
  const others = await times(10, () => signUp(client));
  for (const { accessToken } of others) expect(await open(client, accessToken)).toBe(200);
  proxy.freeze();
  expect((await elsewhere.post("/api/auth/logout", { refreshToken: ended.refreshToken })).status).toBe(204);
  expectUnavailable(
    await Promise.all(others.map(({ accessToken }) => client.post("/api/auth/logout-all", {}, accessToken))),
  );
  await sleep(4_000);
  const statuses = await Promise.all([user, ended].map(({ accessToken }) => open(client, accessToken)));
  expect(statuses).toEqual([503, 503]);
  expect((await client.get("/bare")).status).toBe(200);

  proxy.thaw();
  await expect.poll(async () => (await client.get("/api/auth/health")).status).toBe(204);
  expect(await open(client, user.accessToken)).toBe(200);
  expect(await open(client, ended.accessToken)).toBe(401);
  const answers = await times(30, () => logIn(client, user.username));
  expect(tally(answers)).toEqual({ 200: 30 });
  for (const { body } of answers) expect((await refresh(elsewhere, body.refreshToken)).status).toBe(200);
  proxy.close();
});
