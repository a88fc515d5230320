import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { api } from "../support/api.js";
import { logIn, open, password, refresh, signUp, tally, times, useCluster } from "../support/cluster.js";
import { holdWriteLock } from "../support/sqlite-lock.js";

const cluster = useCluster();

const count = async (table: string): Promise<number> =>
  Number((await cluster.sql(`select count(*) as n from ${table}`))[0]!["n"]);

test("four processes that start at once on no file make one database, and parallel signups lose no row", async () => {
  await cluster.begin({ database: "sqlite", processes: 4 });
  const names = Array.from({ length: 80 }, () => `user-${randomBytes(6).toString("hex")}`);
  const answers = await Promise.all(
    names.map((username) => cluster.next().post("/api/auth/signup", { username, password })),
  );
  expect(tally(answers)).toEqual({ 201: names.length });
  expect(await count("auth_users")).toBe(names.length);
  expect(await count("auth_sessions")).toBe(names.length);
  expect(await count("auth_migrations")).toBe(1);
  for (const username of names) expect((await logIn(cluster.next(), username)).status).toBe(200);
});

test("parallel signups, logins and refreshes of three processes: every acknowledged row is there, no answer is a 500", async () => {
  await cluster.begin({ database: "sqlite", processes: 3 });
  const users = await times(9, () => signUp(cluster.next()));
  const sessions = new Set<string>();
  const chains = users.map(async ({ username, refreshToken }) => {
    let newest = refreshToken;
    for (let round = 0; round < 8; round++) {
      const [login, rotated, added] = await Promise.all([
        logIn(cluster.next(), username),
        refresh(cluster.next(), newest),
        signUp(cluster.next()),
      ]);
      expect([login.status, rotated.status]).toEqual([200, 200]);
      newest = rotated.body.refreshToken;
      for (const { accessToken } of [login.body, rotated.body, added]) sessions.add(sessionOf(accessToken));
    }
  });
  await Promise.all(chains);
  const stored = new Set((await cluster.sql("select id from auth_sessions")).map(({ id }) => id));
  expect([...sessions].filter((id) => !stored.has(id))).toEqual([]);
  expect(await count("auth_users")).toBe(9 + 9 * 8);
});

test("a write that had to wait for another process is on disk when it is acknowledged, and so is the next", async () => {
  await cluster.begin({ database: "sqlite", processes: 1 });
  const [client] = cluster.clients;
  const { refreshToken } = await signUp(client!);
  const lock = await holdWriteLock(cluster.env["DATABASE_URL"]!);
  const waiting = refresh(client!, refreshToken);
  await sleep(300);
  await lock.release();
  expect((await waiting).status).toBe(200);
  expect((await cluster.sql("select generation from auth_sessions"))[0]!["generation"]).toBe(1);
  await signUp(client!);
  expect(await count("auth_users")).toBe(2);
});

test("while another process holds the write lock, writes wait and then answer 503; protected routes stay quick", async () => {
  await cluster.begin({ database: "sqlite", processes: 1 });
  const [client] = cluster.clients;
  const user = await signUp(client!);
  expect(await open(client!, user.accessToken)).toBe(200);
  const lock = await holdWriteLock(cluster.env["DATABASE_URL"]!);
  const started = performance.now();
  let waiting = true;
  const writes = times(20, () => logIn(client!, user.username)).finally(() => {
    waiting = false;
  });
  const delays: number[] = [];
  while (waiting) {
    const asked = performance.now();
    expect(await open(client!, user.accessToken)).toBe(200);
    expect((await client!.get("/api/auth/me", user.accessToken)).status).toBe(200);
    delays.push(performance.now() - asked);
    await sleep(20);
  }
  const answers = await writes;
  expect(tally(answers)).toEqual({ 503: 20 });
  expect(answers[0]!.headers.get("content-type")).toContain("application/problem+json");
  expect(answers[0]!.headers.get("retry-after")).toMatch(/^\d+$/);
  expect(performance.now() - started).toBeLessThan(9_000);
  expect(delays.sort((a, b) => a - b)[Math.floor(delays.length * 0.9)]).toBeLessThan(150);
  await lock.release();
  expect((await logIn(client!, user.username)).status).toBe(200);
});

test("kill -9 in the middle of signups loses no acknowledged one", async () => {
  await cluster.begin({ database: "sqlite", processes: 2 });
  const victim = cluster.apps[1]!;
  const acknowledged: string[] = [];
  const workers = times(8, async (worker) => {
    for (let n = 0; n < 200; n++) {
      const username = `w${worker}n${n}`;
      const answer = await cluster.clients[1]!.post("/api/auth/signup", { username, password }).catch(() => null);
      if (!answer) return;
      if (answer.status === 201) acknowledged.push(username);
    }
  });
  await sleep(400);
  await victim.kill();
  await workers;
  expect(acknowledged.length).toBeGreaterThan(0);
  const stored = new Set((await cluster.sql("select username from auth_users")).map(({ username }) => username));
  expect(acknowledged.filter((username) => !stored.has(username))).toEqual([]);
  const back = api((await cluster.start()).url);
  expect((await logIn(back, acknowledged.at(-1)!)).status).toBe(200);
  expect((await signUp(cluster.clients[0]!)).userId).toBeTruthy();
});

function sessionOf(accessToken: string): string {
  return JSON.parse(Buffer.from(accessToken.split(".")[1]!, "base64url").toString()).sid;
}
