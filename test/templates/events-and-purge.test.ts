import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { Webhook } from "standardwebhooks";
import { afterEach, expect, test } from "vitest";
import { type Answer, type Api, api } from "../support/api.js";
import { type Cluster, logIn, open, refresh, signUp, tally, times, useCluster } from "../support/cluster.js";
import { type RunningApp, startApp } from "../support/compose.js";
import { type PostgresServer, startPostgres } from "../support/postgres-server.js";

const cluster = useCluster();

const items = ["auth-events"];
const secret = `whsec_${Buffer.from("a key of the tests, 32 bytes all").toString("base64")}`;

let cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const undo of cleanUp.reverse()) await undo();
  cleanUp = [];
});

interface Delivery {
  readonly id: string;
  readonly userId: string;
  /** The event and its session: what the table has too. */
  readonly what: string;
}

/** Takes what is signed rightly, and nothing of the first attempts at every `failsEach`th message. */
async function startReceiver(failsEach: number): Promise<{ url: string; deliveries: Delivery[]; forged: number }> {
  const webhook = new Webhook(secret);
  const state = { url: "", deliveries: [] as Delivery[], forged: 0 };
  const failed = new Set<string>();
  let asked = 0;
  const server: Server = createServer(async (req, res) => {
    let text = "";
    for await (const chunk of req) text += chunk;
    const headers = req.headers as Record<string, string>;
    const id = headers["webhook-id"]!;
    asked += 1;
    if (asked % failsEach === 0 && !failed.has(id)) {
      failed.add(id);
      res.writeHead(500).end();
      return;
    }
    try {
      const { type, data } = webhook.verify(text, headers) as { type: string; data: Record<string, string> };
      state.deliveries.push({ id, userId: data["userId"]!, what: `${type} ${data["sessionId"]}` });
    } catch {
      state.forged += 1;
    }
    res.writeHead(204).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  cleanUp.push(() => void server.close().closeAllConnections());
  state.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`;
  return state;
}

const webhookEnv = (url: string) => ({
  AUTH_WEBHOOK_URL: url,
  AUTH_WEBHOOK_SECRET: secret,
  AUTH_WEBHOOK_TIMEOUT_SECONDS: "1",
});

/** What each user went through, in order, as the first attempt at each message that arrived tells. */
function received(deliveries: readonly Delivery[]): Record<string, string[]> {
  const first = deliveries.filter(({ id }, index) => deliveries.findIndex((other) => other.id === id) === index);
  return byUser(first.map(({ userId, what }) => ({ user_id: userId, what })));
}

function byUser(rows: readonly Record<string, unknown>[]): Record<string, string[]> {
  const users: Record<string, string[]> = {};
  for (const { user_id, what } of rows) {
    users[String(user_id)] ??= [];
    users[String(user_id)]?.push(String(what));
  }
  return users;
}

const storedEvents =
  "select user_id, 'auth.' || event || ' ' || coalesce(session_id, 'null') as what from auth_events order by id";

/** Logs in and out again until it has worked so often, whichever process or database is down in between. */
async function comeAndGo(username: string, rounds: number, next: () => Api): Promise<void> {
  for (let done = 0; done < rounds; ) {
    const login = await logIn(next(), username).catch(() => null);
    if (login?.status !== 200) {
      await sleep(100);
      continue;
    }
    done += 1;
    await next()
      .post("/api/auth/logout", { refreshToken: login.body.refreshToken })
      .catch(() => null);
  }
}

test("two processes on one Postgres, one killed and the database stopped in the middle: every stored event arrives, in order for each user", async () => {
  const server: PostgresServer = await startPostgres();
  cleanUp.push(() => server.close());
  const receiver = await startReceiver(10);
  const { dir, command } = await cluster.compose("postgres", undefined, items);
  const env = { DATABASE_URL: server.url, ...webhookEnv(receiver.url) };
  await command(env, "migrate");
  const apps: RunningApp[] = await Promise.all([startApp(dir, env), startApp(dir, env)]);
  cleanUp.push(() => Promise.all(apps.map((app) => app.kill())));
  let turn = 0;
  const next = (): Api => api(apps[turn++ % apps.length]!.url);

  const users = await times(20, () => signUp(next()));
  const traffic = Promise.all(users.map(({ username }) => comeAndGo(username, 6, next)));
  await expect.poll(() => receiver.deliveries.length, { interval: 10 }).toBeGreaterThan(40);
  const [killed] = apps.splice(0, 1);
  await killed!.kill();
  await expect.poll(() => receiver.deliveries.length, { interval: 10 }).toBeGreaterThan(60);
  await server.stop();
  apps.push(await startApp(dir, env));
  await server.start();
  await traffic;

  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  cleanUp.push(() => client.end());
  const left = async () => (await client.query("select count(*)::int as n from auth_webhook_outbox")).rows[0].n;
  await expect.poll(left).toBe(0);
  const stored = (await client.query(storedEvents)).rows;
  expect(stored.length).toBeGreaterThanOrEqual(200);
  expect(received(receiver.deliveries)).toEqual(byUser(stored));
  expect(receiver.forged).toBe(0);
});

/** Keeps every transaction open that stores a message about that session, for as long as somebody has the lock 42. */
const holdOpen = (trigger: string, sessionId: string): string => `
  create function hold() returns trigger language plpgsql as $$
    begin
      if new.payload like '%"sessionId":"${sessionId}"%' then perform pg_advisory_xact_lock_shared(42); end if;
      return new;
    end $$;
  create ${trigger} for each row execute function hold();`;

test.each([
  ["at its insert", "trigger hold before insert on auth_webhook_outbox"],
  ["at its commit", "constraint trigger hold after insert on auth_webhook_outbox deferrable initially deferred"],
])("a message whose transaction is held open %s is sent before a later one of another process", async (_, trigger) => {
  const receiver = await startReceiver(1_000);
  const env = webhookEnv(receiver.url);
  await cluster.begin({ database: "postgres", processes: 2, items, env });
  const [here, there] = cluster.clients as [Api, Api];
  const user = await signUp(here);
  const later = (await logIn(here, user.username)).body;
  const [held, sent] = [user.accessToken, later.accessToken].map(sessionOf) as [string, string];
  await expect.poll(() => receiver.deliveries.length, { interval: 10 }).toBe(2);
  await cluster.sql(holdOpen(trigger, held));
  const holder = new pg.Client({ connectionString: cluster.env["DATABASE_URL"] });
  await holder.connect();
  cleanUp.push(() => holder.end());
  await holder.query("select pg_advisory_lock(42)");
  const waiting = async () =>
    (await cluster.sql("select 1 from pg_locks where locktype = 'advisory' and not granted")).length;

  const first = here.post("/api/auth/logout", { refreshToken: user.refreshToken });
  await expect.poll(waiting, { interval: 10 }).toBe(1);
  const second = there.post("/api/auth/logout", { refreshToken: later.refreshToken });
  const hasCome = async () => (await waiting()) - 1 + (receiver.deliveries.length - 2);
  await expect.poll(hasCome, { interval: 10 }).toBe(1);
  await holder.query("select pg_advisory_unlock(42)");
  expect(tally(await Promise.all([first, second]))).toEqual({ 204: 2 });
  await expect.poll(() => receiver.deliveries.length, { interval: 10 }).toBe(4);
  const inOrder = [held, sent].map((sessionId) => `auth.authn_logout ${sessionId}`);
  expect(receiver.deliveries.slice(2).map(({ what }) => what)).toEqual(inOrder);
});

function sessionOf(accessToken: string): string {
  return JSON.parse(Buffer.from(accessToken.split(".")[1]!, "base64url").toString()).sid;
}

test("two processes on one sqlite file: every event arrives, in order for each user, and hardly one twice", async () => {
  const receiver = await startReceiver(1_000);
  await cluster.begin({ database: "sqlite", processes: 2, items, env: webhookEnv(receiver.url) });
  const users = await times(5, () => signUp(cluster.next()));
  await Promise.all(users.map(({ username }) => comeAndGo(username, 4, () => cluster.next())));
  const left = async () => (await cluster.sql("select count(*) as n from auth_webhook_outbox"))[0]!["n"];
  await expect.poll(left).toBe(0);
  const stored = await cluster.sql(storedEvents);
  expect(stored).toHaveLength(45);
  expect(received(receiver.deliveries)).toEqual(byUser(stored));
  expect(receiver.deliveries.length).toBeLessThan(50);
});

test("a table of events that nobody can write to delays logins by a second, and their events are stored when they can be", async () => {
  await cluster.begin({ database: "postgres", processes: 1, items });
  const user = await signUp(cluster.next());
  const client = new pg.Client({ connectionString: cluster.env["DATABASE_URL"] });
  await client.connect();
  cleanUp.push(() => client.end());
  await client.query("begin; lock table auth_events in access exclusive mode");
  const startedAt = performance.now();
  expect(tally(await times(30, () => logIn(cluster.next(), user.username)))).toEqual({ 200: 30 });
  expect(performance.now() - startedAt).toBeLessThan(2_500);
  expect((await cluster.next().get("/api/auth/health")).status).toBe(204);
  await client.query("commit");
  const stored = async () =>
    (await client.query("select 1 from auth_events where event = 'authn_login_success'")).rowCount;
  await expect.poll(stored).toBe(30);
});

test("auth:purge ends, though what it tells of meets a receiver that hangs and a backlog", async () => {
  const hanging = createServer(() => {});
  hanging.listen(0, "127.0.0.1");
  await once(hanging, "listening");
  cleanUp.push(() => void hanging.close().closeAllConnections());
  const env = webhookEnv(`http://127.0.0.1:${(hanging.address() as AddressInfo).port}`);
  const both = ["auth-events", "auth-grace"];
  await cluster.begin({ database: "sqlite", processes: 1, items: both, env });
  const { command } = await cluster.compose("sqlite", undefined, both);
  const [gone] = await times(20, () => signUp(cluster.next()));
  const body = { password: "a-lantern-in-the-rain" };
  expect((await cluster.next().delete("/api/auth/me", body, gone!.accessToken)).status).toBe(204);
  await cluster.apps[0]!.kill();
  await cluster.sql("update auth_account_deletions set delete_after = 1");
  await cluster.sql("update auth_webhook_outbox set next_attempt_at = 1, leased_until = null");
  const startedAt = performance.now();
  expect(await command(cluster.env, "purge")).toContain("1 accounts");
  expect(performance.now() - startedAt).toBeLessThan(6_000);
  expect(await cluster.sql("select ip from auth_events where event = 'user_deleted'")).toEqual([{ ip: null }]);
});

for (const database of ["postgres", "sqlite"] as const) {
  test(`on ${database}, two auth:purge at once, beside logins and refreshes: what is dead goes once, what lives stays, no request fails`, async () => {
    await cluster.begin({ database, processes: 2, items });
    const { command } = await cluster.compose(database, undefined, items);
    const users = await times(8, () => signUp(cluster.next()));
    await addDeadRows(cluster, database, users[0]!.userId);
    let purging = true;
    const answers: Answer[] = [];
    const chains = users.map(async ({ username, refreshToken }) => {
      let newest = refreshToken;
      while (purging) {
        const [login, rotated] = await Promise.all([logIn(cluster.next(), username), refresh(cluster.next(), newest)]);
        answers.push(login, rotated);
        newest = rotated.body.refreshToken;
        await sleep(20);
      }
      return newest;
    });
    const reports = await Promise.all([command(cluster.env, "purge"), command(cluster.env, "purge")]);
    purging = false;
    const newest = await Promise.all(chains);
    expect(tally(answers)).toEqual({ 200: answers.length });
    expect(deletedBy(reports, "sessions")).toBe(1_500);
    expect(deletedBy(reports, "events")).toBe(500);
    expect(await cluster.sql("select 1 from auth_sessions where id like 'dead%'")).toEqual([]);
    const lives = await Promise.all(newest.map((token) => refresh(cluster.next(), token)));
    for (const { status, body } of lives) {
      expect(status).toBe(200);
      expect(await open(cluster.next(), body.accessToken)).toBe(200);
    }
    expect(await command(cluster.env, "purge")).toContain("Deleted: 0 sessions, 0 events, 0 unsent webhooks.\n");
  });
}

/** A third each: revoked, unused, too old. In the user's name, so that its own changes meet the purge. */
async function addDeadRows(cluster: Cluster, database: "postgres" | "sqlite", userId: string): Promise<void> {
  const day = (count: number): string =>
    database === "postgres"
      ? `clock_timestamp() + interval '${count} days'`
      : `(unixepoch('now') + ${count * 86_400}) * 1000`;
  const numbers = (to: number): string =>
    database === "postgres"
      ? `generate_series(1, ${to}) as numbers (n)`
      : `(with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < ${to}) select n from numbers)`;
  const pick = (third: number, dead: number, alive: string): string =>
    `case when n % 3 = ${third} then ${day(dead)} else ${alive} end`;
  await cluster.sql(`insert into auth_sessions (id, user_id, epoch, created_at, rotated_at, idle_expires_at, absolute_expires_at, revoked_at)
    select 'dead-' || n, '${userId}', 0, ${day(-40)}, ${day(-39)}, ${pick(0, -8, day(8))}, ${pick(1, -8, day(8))},
      ${pick(2, -8, "null")} from ${numbers(1_500)}`);
  await cluster.sql(`insert into auth_events (time, event, outcome)
    select ${day(-91)}, 'authn_login_fail', 'failure' from ${numbers(500)}`);
}

function deletedBy(reports: readonly string[], what: string): number {
  return reports.reduce((sum, report) => sum + Number(new RegExp(`(\\d+) ${what}`).exec(report)?.[1]), 0);
}
