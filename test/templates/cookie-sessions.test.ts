import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Browser, openBrowser, signUpInBrowser } from "../support/browser.js";
import { password, tally, times, useCluster } from "../support/cluster.js";
import { type RunningApp, startApp } from "../support/compose.js";
import { unrun } from "../support/needs.js";
import { noRedis, type RedisServer, startRedis } from "../support/redis.js";

const cluster = useCluster();

const items = ["auth-cookies"];

/** How long a session that has ended in one process may still open another: one poll of the feed, and a bit. */
const deadWithinMs = 1_400;

const name = (): string => `user-${randomBytes(8).toString("hex")}`;
const open = async (browser: Browser, { url }: RunningApp): Promise<number> =>
  (await browser.send(url, "GET", "/me-protected")).status;

/** How long after `start` every app refuses the browser. */
async function deadAfter(browser: Browser, apps: readonly RunningApp[]): Promise<number> {
  const start = performance.now();
  for (const app of apps)
    while ((await open(browser, app)) !== 401 && performance.now() - start < 5_000) await sleep(20);
  return performance.now() - start;
}

describe("in production", () => {
  let app: RunningApp;

  beforeAll(async () => {
    const { dir } = await cluster.compose("sqlite", undefined, items);
    app = await startApp(dir, { NODE_ENV: "production", BCRYPT_COST: "10" });
  });
  afterAll(() => app.kill());

  test("without `trust proxy`, a request that isn't https gets no cookie and no account, and is told why", async () => {
    const username = name();
    const browser = openBrowser();
    const refused = [
      await browser.send(app.url, "POST", "/api/auth/signup", { username, password }),
      await browser.send(app.url, "POST", "/api/auth/session", { username, password }),
      await browser.send(app.url, "DELETE", "/api/auth/session"),
    ];
    for (const { status, body } of refused)
      expect([status, body.detail]).toEqual([403, expect.stringContaining("trust proxy")]);
    expect(browser.cookie()).toBe("");
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify({ username, password });
    expect((await fetch(`${app.url}/api/auth/signup`, { method: "POST", headers, body })).status).toBe(201);
  });

  test("a cookie of either name is not accepted over plain http", async () => {
    for (const cookie of ["sid-dev", "__Host-sid"]) {
      const browser = openBrowser(`${cookie}=${"A".repeat(43)}`);
      const { status, body } = await browser.send(app.url, "GET", "/me-protected");
      expect([status, body.detail]).toEqual([401, "Log in first."]);
    }
  });
});

test("with an idle life of two seconds, a session that is in use lives on, and one that isn't is over", async () => {
  const { dir } = await cluster.compose("sqlite", undefined, items);
  const app = await startApp(dir, { REFRESH_TOKEN_DAYS: String(2 / 86_400) });
  try {
    const browser = await signUpInBrowser(app.url, name());
    for (let use = 0; use < 15; use++) {
      expect(await open(browser, app)).toBe(200);
      await sleep(200);
    }
    await sleep(2_000);
    expect(await open(browser, app)).toBe(401);
  } finally {
    await app.kill();
  }
});

test.skipIf(noRedis)(
  `two applications with one secret share a Redis: a cookie of one is nothing in the other${unrun(noRedis)}`,
  async () => {
    const { dir } = await cluster.compose("sqlite", undefined, items);
    const redis = await startRedis();
    const startNamed = (issuer: string) =>
      startApp(dir, {
        JWT_ISSUER: issuer,
        DATABASE_URL: `file:${join(dir, `${issuer}.db`)}`,
        SESSION_REDIS_URL: redis.url,
      });
    const [shop, blog] = [await startNamed("shop"), await startNamed("blog")];
    try {
      const browser = await signUpInBrowser(shop.url, name());
      expect(await open(browser, shop)).toBe(200);
      expect(await open(browser, blog)).toBe(401);
    } finally {
      await Promise.all([shop.kill(), blog.kill()]);
      await redis.close();
    }
  },
);

for (const cache of ["memory", "Redis"] as const) {
  const why = cache === "Redis" ? unrun(noRedis) : "";

  describe.skipIf(why)(`two processes on one Postgres, with ${cache}${why}`, () => {
    let redis: RedisServer | undefined;

    afterAll(() => redis?.close());
    cluster.beginForAll(async () => {
      if (cache === "Redis") redis = await startRedis();
      return {
        database: "postgres",
        processes: 2,
        items,
        env: redis ? { SESSION_REDIS_URL: redis.url } : {},
      };
    });

    const [here, there] = [() => cluster.apps[0]!, () => cluster.apps[1]!];

    test("a session of one opens the other; its end in one is its end in the other within a second", async () => {
      for (const end of ["DELETE /api/auth/session", "POST /api/auth/logout-all"]) {
        const browser = await signUpInBrowser(here().url, name());
        const thief = openBrowser(browser.cookie());
        for (const app of [here(), there(), here()]) expect(await open(browser, app)).toBe(200);
        const [method = "", path = ""] = end.split(" ");
        expect((await browser.send(here().url, method, path)).status).toBe(204);
        expect(await open(thief, here())).toBe(401);
        expect(await deadAfter(thief, [there()])).toBeLessThan(deadWithinMs);
      }
    });

    test("a new password in one: the old cookie is dead in both, the new one opens both", async () => {
      const browser = await signUpInBrowser(here().url, name());
      const thief = openBrowser(browser.cookie());
      for (const app of [here(), there()]) expect(await open(thief, app)).toBe(200);
      const change = { currentPassword: password, newPassword: "a-second-lantern-in-the-rain" };
      expect((await browser.send(here().url, "PUT", "/api/auth/password", change)).status).toBe(200);
      for (const app of [here(), there()]) expect(await open(browser, app)).toBe(200);
      expect(await deadAfter(thief, [here(), there()])).toBeLessThan(deadWithinMs);
    });

    // These ask the database whatever the cache is: once is enough.
    if (cache === "memory" && !noRedis) return;

    test("of 30 logins at once with one old cookie each starts a session, and the old one is dead", async () => {
      const username = name();
      const old = await signUpInBrowser(here().url, username);
      const browsers = await times(30, async () => openBrowser(old.cookie()));
      const login = { username, password };
      const answers = await Promise.all(
        browsers.map((browser, index) =>
          browser.send((index % 2 ? here() : there()).url, "POST", "/api/auth/session", login),
        ),
      );
      expect(tally(answers)).toEqual({ 200: 30 });
      expect(new Set(browsers.map((browser) => browser.cookie())).size).toBe(30);
      for (const browser of browsers) expect(await open(browser, there())).toBe(200);
      expect(await deadAfter(old, [here(), there()])).toBeLessThan(deadWithinMs);
      const rows =
        await cluster.sql(`select revoked_reason from auth_sessions join auth_users on auth_users.id = user_id
        where username = '${username}' and revoked_at is not null`);
      expect(rows).toEqual([{ revoked_reason: "replaced" }]);
    });

    test("one that is killed in the middle of logins and logouts loses nothing that it has answered", async () => {
      const victim = await cluster.start();
      const username = name();
      await signUpInBrowser(here().url, username);
      const ended: Browser[] = [];
      const alive: Browser[] = [];
      const run = async (index: number): Promise<void> => {
        const browser = openBrowser();
        const login = await browser.send(victim.url, "POST", "/api/auth/session", { username, password });
        if (login.status !== 200) return;
        const copy = openBrowser(browser.cookie());
        if (index % 2) alive.push(copy);
        else if ((await browser.send(victim.url, "DELETE", "/api/auth/session")).status === 204) ended.push(copy);
      };
      const runs = Promise.allSettled(Array.from({ length: 200 }, (_, index) => run(index)));
      while (ended.length < 5 || alive.length < 5) await sleep(5);
      await victim.kill();
      const failed = (await runs).filter(({ status }) => status === "rejected");
      expect(failed.length).toBeGreaterThan(0);
      for (const browser of alive) expect(await open(browser, here())).toBe(200);
      expect(await deadAfter(ended[0]!, [here(), there()])).toBeLessThan(deadWithinMs);
      for (const browser of ended) expect(await open(browser, there())).toBe(401);
    });

    test("a session that is in use all the time is written down once", async () => {
      const username = name();
      const browser = await signUpInBrowser(here().url, username);
      const mine = `user_id = (select id from auth_users where username = '${username}')`;
      await cluster.sql(`update auth_sessions set rotated_at = clock_timestamp() - interval '6 minutes' where ${mine}`);
      const version = async () =>
        (await cluster.sql(`select xmin::text as at from auth_sessions where ${mine}`))[0]?.["at"];
      const use = () => times(40, async (index) => expect(await open(browser, index % 2 ? here() : there())).toBe(200));
      const before = await version();
      await use();
      const after = await version();
      expect(after).not.toBe(before);
      await use();
      expect(await version()).toBe(after);
    });
  });
}
