import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { type Api, api } from "../support/api.js";
import { type Login, logIn, open, password, refresh, signUp, times, useCluster } from "../support/cluster.js";

const cluster = useCluster();

interface Tokens {
  accessToken: string;
  refreshToken: string;
}

const newPassword = "another-lantern-in-the-rain";
/** Longer than the second that another process needs to hear of a revocation. */
const heard = 1_500;

describe.each([
  { database: "postgres", isolation: "read committed", rounds: 12 },
  { database: "postgres", isolation: "repeatable read", rounds: 12 },
  { database: "postgres", isolation: "serializable", rounds: 12 },
  { database: "sqlite", isolation: undefined, rounds: 5 },
] as const)("$database, $isolation", ({ database, isolation, rounds }) => {
  cluster.beginForAll({ database, processes: 3, ...(isolation ? { isolation } : {}) });

  test("a login in flight during PUT /password gives nothing that works after it", async () => {
    const got: Tokens[] = [];
    for (let round = 0; round < rounds; round++) {
      const user = await signUp(cluster.next());
      const changing = sleep(Math.random() * 15).then(() => changePassword(user));
      const logins = await times(16, (index) => sleep(index).then(() => logIn(cluster.next(), user.username)));
      const { status, body } = await changing;
      expect([200, 503]).toContain(status);
      if (status === 503) continue;
      got.push(...logins.filter((answer) => answer.status === 200).map((answer) => answer.body), user);
      expect((await refresh(cluster.next(), body.refreshToken)).status).toBe(200);
    }
    await expectAllDead(got);
  });

  test("refreshes in flight during logout, logout-all or PUT /password give nothing that works after it", async () => {
    const endings = [
      (user: Login) => cluster.next().post("/api/auth/logout", {}, user.accessToken),
      (user: Login) => cluster.next().post("/api/auth/logout-all", {}, user.accessToken),
      (user: Login) => changePassword(user),
      (user: Login) => cluster.next().delete("/api/auth/me", { password }, user.accessToken),
    ];
    const got: Tokens[] = [];
    for (let round = 0; round < rounds; round++) {
      const user = await signUp(cluster.next());
      const ended = sleep(Math.random() * 20).then(() => endings[round % endings.length]!(user));
      got.push(user);
      for (let step = 0, newest = user.refreshToken; step < 30; step++) {
        const { status, body } = await refresh(cluster.next(), newest);
        if (status !== 200) break;
        got.push(body);
        newest = body.refreshToken;
      }
      expect([200, 204]).toContain((await ended).status);
    }
    await expectAllDead(got);
  });

  test("20 parallel signups of one name, spelled differently: one 201, the others 409", async () => {
    const spellings = ["Kelvin", "kelvin", "KELVIN", "\u212Aelvin", "\uFF4Belvin"];
    for (let round = 0; round < 5; round++) {
      const answers = await times(20, (index) => {
        const username = `${spellings[index % spellings.length]}${round}`;
        return cluster.next().post("/api/auth/signup", { username, password });
      });
      const statuses = answers.map(({ status }) => status).sort();
      expect(statuses).toEqual([201, ...Array(19).fill(409)]);
    }
    const [stored] = await cluster.sql("select count(*) as n from auth_users where username_canonical like 'kelvin%'");
    expect(Number(stored!["n"])).toBe(5);
  });
});

describe.each(["postgres", "sqlite"] as const)("two processes on one database: %s", (database) => {
  cluster.beginForAll({ database, processes: 2 });

  test("logout, logout-all, PUT /password and DELETE /me on one are felt on the other within two seconds", async () => {
    const [here, there] = cluster.clients as [Api, Api];
    const users = await times(4, () => signUp(here));
    for (const { accessToken } of users) expect(await open(there, accessToken)).toBe(200);
    const [a, b, c, d] = users as [Login, Login, Login, Login];
    await here.post("/api/auth/logout", { refreshToken: a.refreshToken });
    await here.post("/api/auth/logout-all", {}, b.accessToken);
    await changePassword(c, here);
    expect((await here.delete("/api/auth/me", { password }, d.accessToken)).status).toBe(204);
    for (const { accessToken } of users) expect(await open(here, accessToken)).toBe(401);
    await expect
      .poll(() => Promise.all(users.map(({ accessToken }) => open(there, accessToken))), { timeout: 2_000 })
      .toEqual([401, 401, 401, 401]);
    const startedLater = api((await cluster.start()).url);
    for (const { accessToken } of users) expect(await open(startedLater, accessToken)).toBe(401);
  });

  test("disabled_at set, or session_epoch moved, in the database: the refresh is refused at once, the login too", async () => {
    const [client] = cluster.clients as [Api];
    const [disabled, moved] = (await times(2, () => signUp(client))) as [Login, Login];
    const now = database === "postgres" ? "now()" : "unixepoch() * 1000";
    await cluster.sql(`update auth_users set disabled_at = ${now} where id = '${disabled.userId}'`);
    await cluster.sql(`update auth_users set session_epoch = session_epoch + 1 where id = '${moved.userId}'`);
    for (const { refreshToken } of [disabled, moved]) expect((await refresh(client, refreshToken)).status).toBe(403);
    expect((await logIn(client, disabled.username)).status).toBe(401);
    expect((await logIn(client, moved.username)).status).toBe(200);
  });

  test("a disabled account changes nothing with the access token it still holds", async () => {
    const [client] = cluster.clients as [Api];
    const user = await signUp(client);
    const now = database === "postgres" ? "now()" : "unixepoch() * 1000";
    const stored = `select password_hash, session_epoch from auth_users where id = '${user.userId}'`;
    const before = await cluster.sql(stored);
    await cluster.sql(`update auth_users set disabled_at = ${now} where id = '${user.userId}'`);
    expect((await changePassword(user, client)).status).toBe(401);
    expect((await client.delete("/api/auth/me", { password }, user.accessToken)).status).toBe(401);
    expect(await cluster.sql(stored)).toEqual(before);
  });
});

function changePassword({ accessToken }: Login, client = cluster.next()) {
  return client.put("/api/auth/password", { currentPassword: password, newPassword }, accessToken);
}

async function expectAllDead(tokens: readonly Tokens[]): Promise<void> {
  expect(tokens.length).toBeGreaterThan(0);
  await sleep(heard);
  for (const client of cluster.clients) {
    const opened = await Promise.all(tokens.map(({ accessToken }) => open(client, accessToken)));
    expect(new Set(opened)).toEqual(new Set([401]));
  }
  const refreshed = await Promise.all(tokens.map(({ refreshToken }) => refresh(cluster.next(), refreshToken)));
  expect(new Set(refreshed.map(({ status }) => status))).toEqual(new Set([403]));
}
