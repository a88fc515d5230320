import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Answer } from "../support/api.js";
import { type Browser, openBrowser, signUpInBrowser } from "../support/browser.js";
import { password, tally, times, useCluster } from "../support/cluster.js";
import { type RunningApp, startApp } from "../support/compose.js";
import { type FreezableProxy, startProxy } from "../support/freezable-proxy.js";
import { unrun } from "../support/needs.js";
import { type PostgresServer, startPostgres } from "../support/postgres-server.js";
import { noRedis, type RedisServer, startRedis } from "../support/redis.js";
import { runShippedTests } from "../support/shipped-tests.js";

const cluster = useCluster();

const items = ["auth-cookies"];
const why = unrun(noRedis);

const name = (): string => `user-${randomBytes(8).toString("hex")}`;
const open = async (browser: Browser, { url }: RunningApp): Promise<number> =>
  (await browser.send(url, "GET", "/me-protected")).status;
const protectedRoutes = (browser: Browser, { url }: RunningApp): Promise<Answer[]> =>
  times(20, () => browser.send(url, "GET", "/me-protected"));

function expectUnavailable(answers: readonly Answer[]): void {
  expect(tally(answers)).toEqual({ 503: answers.length });
  for (const { headers, body } of answers)
    expect([headers.get("retry-after"), body.code]).toEqual(["1", "ServiceUnavailable"]);
}

// Mostly waiting, so two at a time.
describe.skipIf(noRedis).concurrent(`cookie sessions in an outage${why}`, () => {
  let postgres: PostgresServer;
  let dir: string;
  const running: RunningApp[] = [];
  const servers: RedisServer[] = [];
  const proxies: FreezableProxy[] = [];

  beforeAll(async () => {
    postgres = await startPostgres();
    const app = await cluster.compose("postgres", undefined, items);
    dir = app.dir;
    await app.command({ DATABASE_URL: postgres.url }, "migrate");
  });
  afterAll(async () => {
    await Promise.all(running.map((app) => app.kill()));
    for (const proxy of proxies) proxy.close();
    for (const redis of servers) await redis.close();
    await postgres.close();
  });

  async function freshRedis(): Promise<RedisServer> {
    const redis = await startRedis();
    servers.push(redis);
    return redis;
  }

  async function start(databaseUrl: string, redisUrl: string): Promise<RunningApp> {
    const app = await startApp(dir, { DATABASE_URL: databaseUrl, SESSION_REDIS_URL: redisUrl });
    running.push(app);
    return app;
  }

  async function through(url: string): Promise<{ proxy: FreezableProxy; url: string }> {
    const proxied = new URL(url);
    const proxy = await startProxy(Number(proxied.port));
    proxies.push(proxy);
    proxied.port = String(proxy.port);
    return { proxy, url: proxied.href };
  }

  test("Postgres that no longer answers: what Redis knows opens for ten seconds at most, then 503; then all is well", async () => {
    const { proxy, url } = await through(postgres.url);
    const redis = await freshRedis();
    const app = await start(url, redis.url);
    const elsewhere = await start(postgres.url, redis.url);
    const [browser, ended] = [await signUpInBrowser(app.url, name()), await signUpInBrowser(app.url, name())];
    const thief = openBrowser(ended.cookie());
    for (const one of [browser, thief]) expect(await open(one, app)).toBe(200);
    proxy.freeze();
    expect((await ended.send(elsewhere.url, "DELETE", "/api/auth/session")).status).toBe(204);
    await sleep(10_500);
    const answers = await Promise.all([browser, thief].map((one) => one.send(app.url, "GET", "/me-protected")));
    expectUnavailable(answers);
    proxy.thaw();
    await expect.poll(() => open(browser, app)).toBe(200);
    expect(await open(thief, app)).toBe(401);
  });

  test("Redis that is killed: 503, at once and never open, bearer tokens go on; back again, it heals by itself", async () => {
    const redis = await freshRedis();
    const app = await start(postgres.url, redis.url);
    const browser = await signUpInBrowser(app.url, name());
    const tokens = await fetch(`${app.url}/api/auth/signup`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ username: name(), password }),
    });
    const { accessToken } = (await tokens.json()) as { accessToken: string };
    expect(await open(browser, app)).toBe(200);
    for (let outage = 0; outage < 2; outage++) {
      await redis.kill();
      await sleep(50);
      const start = performance.now();
      expectUnavailable(await protectedRoutes(browser, app));
      expectUnavailable(await protectedRoutes(openBrowser(`sid-dev=${"A".repeat(43)}`), app));
      expect(performance.now() - start).toBeLessThan(1_500);
      const headers = { authorization: `Bearer ${accessToken}` };
      expect((await fetch(`${app.url}/me-protected`, { headers })).status).toBe(200);
      expect((await fetch(`${app.url}/bare`)).status).toBe(200);
      await redis.start();
      await expect.poll(() => open(browser, app)).toBe(200);
    }
  });

  test("a process that starts without Redis answers 503, and is well when Redis comes", async () => {
    const redis = await freshRedis();
    const first = await start(postgres.url, redis.url);
    const browser = await signUpInBrowser(first.url, name());
    await redis.kill();
    const app = await start(postgres.url, redis.url);
    expectUnavailable(await protectedRoutes(browser, app));
    await redis.start();
    await expect.poll(() => open(browser, app)).toBe(200);
  });

  test("Redis that no longer answers: 503 within a second, and well when it answers again", async () => {
    const { proxy, url } = await through((await freshRedis()).url);
    const app = await start(postgres.url, url);
    const browser = await signUpInBrowser(app.url, name());
    expect(await open(browser, app)).toBe(200);
    proxy.freeze();
    for (let second = 0; second < 3; second++) {
      const start = performance.now();
      expectUnavailable(await protectedRoutes(browser, app));
      expect(performance.now() - start).toBeLessThan(1_000);
      await sleep(300);
    }
    proxy.thaw();
    await expect.poll(() => open(browser, app)).toBe(200);
  });

  test("the shipped tests pass on a real Redis", async () => {
    const sqlite = await cluster.compose("sqlite", undefined, items);
    const env = { TEST_REDIS_URL: (await freshRedis()).url };
    const { exitCode, output } = await runShippedTests(sqlite.dir, env, ["test/auth/cookies", "--reporter=verbose"]);
    expect(exitCode, output).toBe(0);
    expect(output).toContain("what others write there opens nothing");
  });
});
