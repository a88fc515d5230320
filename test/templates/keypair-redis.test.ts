import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Answer, type Api, api } from "../support/api.js";
import { signUp, tally, times, useCluster } from "../support/cluster.js";
import { appEnv, type RunningApp } from "../support/compose.js";
import { type FreezableProxy, startProxy } from "../support/freezable-proxy.js";
import { unrun } from "../support/needs.js";
import { noRedis, type RedisServer, startRedis } from "../support/redis.js";
import { type RedisGate, startRedisGate } from "../support/redis-gate.js";
import { runShippedTests } from "../support/shipped-tests.js";

// Public keys of tokens in Redis: what is asked of it, and what happens while it is away, slow, full or emptied.

const cluster = useCluster();
const why = unrun(noRedis);
const keyNames = "auth:kp:*";

interface Made {
  token: string;
  id: string;
}

describe.skipIf(noRedis)(`keys of tokens in Redis${why}`, () => {
  let redis: RedisServer;
  /** What no code of the module may do: reads and writes anything. */
  let admin: Redis;
  let here: RunningApp;
  let there: RunningApp;
  const closing: (() => unknown)[] = [];

  cluster.beginForAll({ database: "postgres", processes: 0, items: ["auth-keypair"] });
  beforeAll(async () => {
    redis = await startRedis();
    admin = await client(redis);
    [here, there] = await Promise.all([start(redis.url), start(redis.url)]);
  });
  afterAll(async () => {
    for (const close of closing.reverse()) await close();
    await redis.close();
  });

  async function client(server: RedisServer): Promise<Redis> {
    const one = new Redis(server.url);
    one.on("error", () => {});
    closing.push(() => one.disconnect());
    return one;
  }

  const start = (url: string, env: Record<string, string> = {}): Promise<RunningApp> =>
    cluster.start({ KEYPAIR_REDIS_URL: url, ...env });

  async function freshRedis(): Promise<RedisServer> {
    const server = await startRedis(["--enable-debug-command", "yes"]);
    closing.push(() => server.close());
    return server;
  }

  async function make(app: RunningApp, expiresIn = 600): Promise<Made & { bearer: string; userId: string }> {
    const { accessToken: bearer, userId } = await signUp(api(app.url));
    const { status, body } = await api(app.url).post("/api/auth/keypair-tokens", { name: "all", expiresIn }, bearer);
    if (status !== 201) throw new Error(`POST /keypair-tokens answered ${status}: ${JSON.stringify(body)}`);
    return { ...body, bearer, userId };
  }

  const tryToMake = (app: RunningApp, bearer: string): Promise<Answer> =>
    api(app.url).post("/api/auth/keypair-tokens", { name: "all", expiresIn: 60 }, bearer);
  const ask = (app: RunningApp, { token }: Made): Promise<Answer> => api(app.url).get("/me-protected", token);
  const end = (app: Api, { id }: Made, bearer: string): Promise<Answer> =>
    app.delete(`/api/auth/keypair-tokens/${id}`, undefined, bearer);
  const nameOf = async ({ id }: Made): Promise<string> => (await admin.keys(`auth:kp:*.${id}`))[0] ?? "";

  async function expectUnavailable(app: RunningApp, made: Made): Promise<void> {
    const answers = await times(10, () => ask(app, made));
    expect(tally(answers)).toEqual({ 503: 10 });
    for (const { headers, body } of answers)
      expect([headers.get("retry-after"), body.code]).toEqual(["1", "ServiceUnavailable"]);
  }

  test("a token of one process opens the other, and is dead there by the next request (B5)", async () => {
    const made = await make(here);
    expect((await ask(there, made)).status).toBe(200);
    expect((await end(api(there.url), made, made.bearer)).status).toBe(204);
    expect([(await ask(here, made)).status, (await ask(there, made)).status]).toEqual([401, 401]);
    expect(await nameOf(made)).toBe("");
  });

  test("a password change ends all of a user's in every process by the next request (B11)", async () => {
    const made = await make(here);
    expect((await ask(there, made)).status).toBe(200);
    expect((await api(here.url).post("/api/auth/logout-all", {}, made.bearer)).status).toBe(204);
    expect([(await ask(there, made)).status, (await ask(here, made)).status]).toEqual([401, 401]);
  });

  test("of many requests while a token is ended, none that begins after it opens", async () => {
    for (let round = 0; round < 10; round += 1) {
      const made = await make(here);
      const during = times(25, (index) => sleep(index % 5).then(() => ask(index % 2 ? here : there, made)));
      expect((await end(api(here.url), made, made.bearer)).status).toBe(204);
      const after = await times(25, (index) => ask(index % 2 ? here : there, made));
      expect(tally(after)).toEqual({ 401: 25 });
      for (const { status } of await during) expect([200, 401]).toContain(status);
    }
  });

  test("what Redis holds makes no token, lives as long as its token, and takes 400 bytes at most (B1, B7)", async () => {
    const made = await make(here, 60);
    const name = await nameOf(made);
    const value = (await admin.get(name)) ?? "";
    for (const part of made.token.split(".")) expect(value).not.toContain(part);
    const left = await admin.pttl(name);
    expect(left).toBeGreaterThan(50_000);
    expect(left).toBeLessThanOrEqual(61_000);
    expect(await bytesOfEach(name, value)).toBeLessThanOrEqual(400);
  });

  /** What an entry takes of the server's memory, of 20,000 of them. */
  async function bytesOfEach(name: string, value: string): Promise<number> {
    const other = await client(await freshRedis());
    const used = async () => Number(/used_memory:(\d+)/.exec(await other.info("memory"))?.[1]);
    const before = await used();
    const entries = 16_384;
    const pipeline = other.pipeline();
    for (let at = 0; at < entries; at += 1)
      pipeline.set(name.slice(0, -22) + randomBytes(16).toString("base64url"), value, "PX", 600_000, "NX");
    await pipeline.exec();
    return ((await used()) - before) / entries;
  }

  test("whoever can write to Redis can't log in: what is not ours is 503 (B8)", async () => {
    const [mine, other] = [await make(here), await make(here)];
    const [name, otherName] = [await nameOf(mine), await nameOf(other)];
    const good = (await admin.get(name)) ?? "";
    const strange = [(await admin.get(otherName)) ?? "", good.replace(mine.userId, other.userId), "x", good.slice(9)];
    for (const value of strange) {
      await admin.set(name, value);
      expect((await ask(here, mine)).status).toBe(503);
    }
    await admin.set(name, good);
    expect((await ask(here, mine)).status).toBe(200);
  });

  test("a key that comes back from an old copy opens nothing: its token was ended (B10)", async () => {
    const made = await make(here);
    const name = await nameOf(made);
    const old = (await admin.get(name)) ?? "";
    await end(api(here.url), made, made.bearer);
    await admin.set(name, old);
    expect([(await ask(here, made)).status, (await ask(there, made)).status]).toEqual([401, 401]);
  });

  test("another JWT_SECRET_KEY keeps tokens that are in use, without the old one too, and where it is not known yet (B8)", async () => {
    const made = await make(here, 7_200);
    const old = await nameOf(made);
    const key = randomBytes(32).toString("base64url");
    const { JWT_SECRET_KEY } = appEnv(cluster.dir);
    const moved = await start(redis.url, { JWT_SECRET_KEY: key, JWT_SECRET_KEY_PREVIOUS: JWT_SECRET_KEY ?? "" });
    expect(tally(await times(20, () => ask(moved, made)))).toEqual({ 200: 20 });
    expect(await admin.pttl(old)).toBeLessThanOrEqual(3_600_000);
    const names: string[] = await admin.keys(`auth:kp:*.${made.id}`);
    const lives = await Promise.all(names.filter((name) => name !== old).map((name) => admin.pttl(name)));
    expect([lives.length, (lives[0] ?? 0) > 7_100_000]).toEqual([1, true]);
    expect((await ask(here, made)).status).toBe(200);
    const without = await start(redis.url, { JWT_SECRET_KEY: key });
    expect((await ask(without, made)).status).toBe(200);
    await Promise.all([moved.kill(), without.kill()]);
  });

  test("Redis that is killed: 503 at once, sessions go on, a token can be ended; back and empty, it is a logout (B6, B10)", async () => {
    const server = await freshRedis();
    const app = await start(server.url);
    const [made, ended] = [await make(app), await make(app)];
    expect((await ask(app, made)).status).toBe(200);
    await server.kill();
    await sleep(50);
    const begun = performance.now();
    await expectUnavailable(app, made);
    expect(performance.now() - begun).toBeLessThan(1_500);
    expect((await api(app.url).get("/me-protected", made.bearer)).status).toBe(200);
    const refused = await tryToMake(app, made.bearer);
    expect(refused.status).toBe(503);
    expect((await end(api(app.url), ended, ended.bearer)).status).toBe(204);
    await server.start();
    await expect.poll(() => ask(app, made).then(({ status }) => status)).toBe(401);
    await expect.poll(() => app.output()).toContain("Redis has lost the key of a live token");
    const listed = await api(app.url).get("/api/auth/keypair-tokens", made.bearer);
    expect(listed.body.tokens).toHaveLength(1);
    expect((await ask(app, await make(app))).status).toBe(200);
  });

  test.each([
    ["sleeps", (one: Redis) => one.call("DEBUG", "SLEEP", "2")],
    ["is paused", (one: Redis) => one.call("CLIENT", "PAUSE", "2000", "ALL")],
  ])("Redis that %s: 503 within a second, then all is well, and nothing is sent twice (B6)", async (_how, stop) => {
    const server = await freshRedis();
    const app = await start(server.url);
    const made = await make(app);
    const before = await client(server);
    const stopped = stop(before);
    await sleep(50);
    const begun = performance.now();
    await expectUnavailable(app, made);
    expect(performance.now() - begun).toBeLessThan(1_500);
    const refused = await tryToMake(app, made.bearer);
    expect(refused.status).toBe(503);
    await stopped;
    await expect.poll(() => ask(app, made).then(({ status }) => status), { timeout: 10_000 }).toBe(200);
    const rows = await cluster.sql(
      `select count(*) as count from auth_keypair_tokens where user_id = '${made.userId}'`,
    );
    expect(Number(rows[0]?.["count"])).toBe(1);
  });

  test("tokens whose keys are in the table go on when Redis is chosen, and while it is away; its own end without it", async () => {
    const server = await freshRedis();
    const [withTable, app] = [await start(""), await start(server.url)];
    const [ofTable, ofRedis] = [await make(withTable), await make(app)];
    expect([(await ask(app, ofTable)).status, (await ask(app, ofRedis)).status]).toEqual([200, 200]);
    expect((await ask(withTable, ofRedis)).status).toBe(401);
    await server.kill();
    expect([(await ask(app, ofTable)).status, (await ask(app, ofRedis)).status]).toEqual([200, 503]);
    expect((await end(api(app.url), ofTable, ofTable.bearer)).status).toBe(204);
    expect((await ask(app, ofTable)).status).toBe(401);
  });

  test("Redis that no longer answers: 503 within a second, and well when it answers again (B6)", async () => {
    const proxy: FreezableProxy = await startProxy(redis.port);
    closing.push(() => proxy.close());
    const app = await start(`redis://127.0.0.1:${proxy.port}`);
    const made = await make(app);
    proxy.freeze();
    for (let second = 0; second < 2; second += 1) {
      const begun = performance.now();
      await expectUnavailable(app, made);
      expect(performance.now() - begun).toBeLessThan(1_000);
    }
    proxy.thaw();
    await expect.poll(() => ask(app, made).then(({ status }) => status)).toBe(200);
  });

  test("Redis that is loading, refuses, or answers what is none of ours is 503, and leaves no new token (B6, B8)", async () => {
    const gate: RedisGate = await startRedisGate(redis.port, () => true);
    closing.push(() => gate.close());
    const app = await start(gate.url);
    const made = await make(app);
    const replies = [
      "-LOADING Redis is loading the dataset in memory\r\n",
      "-NOAUTH Authentication required.\r\n",
      "-OOM command not allowed when used memory > 'maxmemory'.\r\n",
      ":5\r\n",
      "*2\r\n$1\r\na\r\n$1\r\nb\r\n",
      "+QUEUED\r\n",
      `$100000\r\n${"[".repeat(100_000)}\r\n`,
      "HTTP/1.1 400 Bad Request\r\n\r\n",
    ];
    for (const reply of replies) {
      gate.answer(reply);
      expect(tally(await times(10, () => ask(app, made)))).toEqual({ 503: 10 });
      expect((await tryToMake(app, made.bearer)).status).toBe(503);
    }
    gate.answer(null);
    await expect.poll(() => ask(app, made).then(({ status }) => status)).toBe(200);
    const { body } = await api(app.url).get("/api/auth/keypair-tokens", made.bearer);
    expect(body.tokens).toHaveLength(1);
  });

  test("while Redis does not answer, whoever makes tokens keeps nobody else from writing (B6)", async () => {
    const proxy: FreezableProxy = await startProxy(redis.port);
    closing.push(() => proxy.close());
    const app = await start(`redis://127.0.0.1:${proxy.port}`);
    const [made, other] = [await make(app), await signUp(api(app.url))];
    proxy.freeze();
    const ends: string[] = [];
    const making = times(25, () => tryToMake(app, made.bearer).then(() => ends.push("a new token")));
    await sleep(50);
    const { status } = await api(app.url).patch("/api/auth/me", { displayName: "Bob" }, other.accessToken);
    ends.push("somebody else's name");
    await making;
    expect([status, ends[0]]).toEqual([200, "somebody else's name"]);
  });

  test("FLUSHALL is a logout, and said in the log (B10)", async () => {
    const server = await freshRedis();
    const [app, one] = [await start(server.url), await client(server)];
    const made = await make(app);
    await one.flushall();
    expect(tally(await times(10, () => ask(app, made)))).toEqual({ 401: 10 });
    await expect.poll(() => app.output()).toContain("Redis has lost the key of a live token");
  });

  test("what Redis evicts is a logout and opens nothing, and one that is full refuses new tokens (B7)", async () => {
    const server = await freshRedis();
    const [app, one] = [await start(server.url), await client(server)];
    const made = await make(app);
    await one.config("SET", "maxmemory", "2mb");
    await one.config("SET", "maxmemory-policy", "allkeys-lru");
    const filler = "x".repeat(10_000);
    while (await one.exists(...(await one.keys(keyNames)), "none")) await fill(one, filler);
    expect((await ask(app, made)).status).toBe(401);
    await one.config("SET", "maxmemory-policy", "noeviction");
    await one.config("SET", "maxmemory", "1mb");
    const refused = await tryToMake(app, made.bearer);
    expect(refused.status).toBe(503);
  });

  async function fill(one: Redis, filler: string): Promise<void> {
    const pipeline = one.pipeline();
    for (let at = 0; at < 50; at += 1) pipeline.set(randomBytes(8).toString("hex"), filler);
    await pipeline.exec();
  }

  test("the shipped tests pass on a server that knows GET, SET with PX and NX, DEL and PEXPIREAT, and nothing else (B9)", async () => {
    const gate = await startRedisGate(redis.port, isCommon);
    closing.push(() => gate.close());
    const sqlite = await cluster.compose("sqlite", undefined, ["auth-keypair"]);
    const env = { TEST_REDIS_URL: gate.url };
    const { exitCode, output } = await runShippedTests(sqlite.dir, env, [join("test", "auth", "keypair")]);
    expect(exitCode, output).toBe(0);
    expect(gate.sent.length).toBeGreaterThan(100);
    expect(gate.sent.filter((words) => !isCommon(words))).toEqual([]);
  });
});

/** What Redis, Dragonfly and Valkey have in common, and the module may ask for. */
function isCommon([command = "", ...rest]: readonly string[]): boolean {
  const words = rest.map((word) => word.toUpperCase());
  if (command.toUpperCase() === "SET") return rest.length === 5 && words[2] === "PX" && words[4] === "NX";
  return ["GET", "DEL", "PEXPIREAT"].includes(command.toUpperCase());
}
