import { once } from "node:events";
import pg from "pg";
import { x } from "tinyexec";
import { afterEach, expect, test } from "vitest";
import { api } from "../support/api.js";
import { type Cluster, open, refresh, signUp, useCluster } from "../support/cluster.js";
import { appEnv } from "../support/compose.js";
import { startProxy } from "../support/freezable-proxy.js";

const cluster = useCluster();

let cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const undo of cleanUp.reverse()) await undo();
  cleanUp = [];
});

/** One process, and so many sessions of a user beside the first. */
async function startWith(sessions: number) {
  await cluster.begin({ database: "postgres", processes: 1 });
  const { command } = await cluster.compose("postgres");
  const user = await signUp(cluster.next());
  await cluster.sql(`insert into auth_sessions (id, user_id, epoch, created_at, rotated_at, idle_expires_at, absolute_expires_at)
    select 'session-' || lpad(n::text, 6, '0'), '${user.userId}', 0, now(), now(), now() + interval '1 day', now() + interval '1 day'
    from generate_series(1, ${sessions}) n`);
  return { cluster, command, user };
}

test("after 20,000 sessions have ended at once, another process reads them once, and its next polls nothing", async () => {
  const { cluster, command, user } = await startWith(20_000);
  const url = new URL(cluster.env["DATABASE_URL"]!);
  const asked = { polls: 0, reads: 0 };
  const proxy = await startProxy(Number(url.port), (sent) => {
    const text = sent.toString("latin1");
    if (/"revoked_at" > /.test(text)) asked.polls += 1;
    if (/select "id" from "auth_sessions" where [^;]*"revoked_at" >/.test(text)) asked.reads += 1;
  });
  cleanUp.push(() => proxy.close());
  url.port = String(proxy.port);
  const there = api((await cluster.start({ DATABASE_URL: url.href })).url);
  expect(await open(there, user.accessToken)).toBe(200);
  expect(await command(cluster.env, "logout-everyone")).toBe("Ended 20001 sessions of all users.\n");
  await expect.poll(() => open(there, user.accessToken)).toBe(401);
  await morePolls(2);
  const { reads } = asked;
  expect(reads).toBeGreaterThan(0);
  await morePolls(3);
  expect(asked.reads).toBe(reads);

  async function morePolls(count: number): Promise<void> {
    const before = asked.polls;
    await expect.poll(() => asked.polls - before).toBeGreaterThanOrEqual(count);
  }
});

test("auth:logout-everyone refuses every refresh token first, ends sessions in batches, and goes on where it was interrupted", async () => {
  const { cluster, command, user } = await startWith(2_500);
  const holder = await holdLast(cluster);
  const live = async () =>
    Number((await cluster.sql("select count(*) as n from auth_sessions where revoked_at is null"))[0]!["n"]);

  const script = ["--import", "tsx", "src/auth/commands.ts", "logout-everyone"];
  const nodeOptions = { cwd: cluster.dir, env: { ...appEnv(cluster.dir), ...cluster.env } };
  const running = x(process.execPath, script, { nodeOptions, throwOnError: false });
  const waiting = () => cluster.sql("select 1 from pg_locks where locktype = 'advisory' and not granted");
  await expect.poll(async () => (await waiting()).length, { interval: 10 }).toBe(1);
  const [left, { status }] = await Promise.all([live(), refresh(cluster.next(), user.refreshToken)]);
  expect([left, status]).toEqual([501, 403]);
  running.process?.kill("SIGKILL");
  await once(running.process!, "close");
  await holder.query("select pg_advisory_unlock(42)");

  await expect.poll(async () => (await waiting()).length, { interval: 10 }).toBe(0);
  expect(await command(cluster.env, "logout-everyone")).toBe("Ended 501 sessions of all users.\n");
  expect(await live()).toBe(0);
});

/** Whoever ends the last of the sessions waits until this connection lets go of the lock 42. */
async function holdLast(cluster: Cluster): Promise<pg.Client> {
  await cluster.sql(`
    create function hold() returns trigger language plpgsql as $$
      begin perform pg_advisory_xact_lock_shared(42); return new; end $$;
    create trigger hold before update on auth_sessions for each row when (old.id = 'session-002500') execute function hold();`);
  const holder = new pg.Client({ connectionString: cluster.env["DATABASE_URL"] });
  await holder.connect();
  cleanUp.push(() => holder.end());
  await holder.query("select pg_advisory_lock(42)");
  return holder;
}
