import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { Answer, Api } from "../support/api.js";
import {
  type DatabaseName,
  type Login,
  logIn,
  open,
  password,
  refresh,
  signUp,
  tally,
  times,
  useCluster,
} from "../support/cluster.js";

const cluster = useCluster();

const items = ["auth-sudo", "auth-sessions"];
const parallel = 30;
/** Three processes with a pool of 10 each: 30 connections to one Postgres. */
const settings = [
  { database: "postgres", processes: 3, rounds: 4 },
  { database: "sqlite", processes: 2, rounds: 2 },
] as const;

/** Access tokens, and what they are to be answered once every process has heard what has ended. */
const expected: [token: string, status: number][] = [];

/** Longer than other processes take to hear of a revocation. */
const heardMs = 1_300;

describe.each(settings)("$database", ({ database, processes, rounds }) => {
  describe("step-up and end of all others", () => {
    cluster.beginForAll({ database, processes, items });

    test("30 parallel step-ups of one session: one wins, and one session is left", () => races(rounds, stepUpRace));

    test("a step-up beside a refresh of the same session leaves one session at most", () =>
      races(rounds, stepUpAndRefresh));

    test("a step-up beside a password change leaves nothing but the session of the change", () =>
      races(rounds, stepUpAndPasswordChange));

    test("DELETE /sessions ends logins and refreshes in flight, and the caller's own refreshes go on", () =>
      races(rounds, endOthersRace));

    // Only a server lets a second statement wait in the middle of a transaction.
    if (database === "postgres")
      test("a refresh of the caller that waits for DELETE /sessions is answered with tokens", waitingRefresh);

    test("two sessions that end each other: one is left at most, and nothing is half done", () =>
      races(rounds, mutualEnd));

    test("with 1,000 sessions of one user their list and the end of all others stay quick", () => thousand(database));

    test("nothing of this was a deadlock", expectNoDeadlock);
  });

  describe("a limit of 5", () => {
    cluster.beginForAll(async () => {
      expected.length = 0;
      return { database, processes, items, env: { SESSIONS_PER_USER: "5" } };
    });

    test("a login beyond it ends the oldest, and says so", oldestEnds);

    test(
      "a step-up or a change of the password at the limit ends only what it replaces, and is on no new device",
      atLimit,
    );

    test("30 parallel logins leave exactly 5 sessions, and each answer is live or cleanly dead", async () => {
      await races(rounds, limitRace);
      await sleep(heardMs);
      for (const client of cluster.clients) {
        const statuses = await Promise.all(expected.map(([token]) => open(client, token)));
        expect(statuses).toEqual(expected.map(([, status]) => status));
      }
    });

    test("nothing of this was a deadlock", expectNoDeadlock);
  });

  async function expectNoDeadlock(): Promise<void> {
    if (database === "sqlite") return;
    await sleep(heardMs);
    const found = await cluster.sql("select deadlocks from pg_stat_database where datname = current_database()");
    expect(Number(found[0]?.["deadlocks"])).toBe(0);
  }
});

describe("beside auth-cookies", () => {
  const env = { SESSIONS_PER_USER: "2" };
  cluster.beginForAll({ database: "sqlite", processes: 1, items: ["auth-cookies", ...items], env });

  test("a second login in one browser ends nothing elsewhere, within the limit as well", loginAgain);

  test("a step-up by cookie takes an old login to a new cookie, and the old one is dead", stepUpByCookie);

  test("the session of a cookie sees and ends the others, and stays", endOthersByCookie);
});

async function loginAgain(): Promise<void> {
  const phone = await signUp(cluster.next());
  const { cookie } = await logInByCookie(phone.username);
  const again = await logInByCookie(phone.username, cookie);
  expect((await page("GET", "/me", cookie)).status).toBe(401);
  expect((await liveSessions(phone)).sort()).toEqual([again.sessionId, sessionOf(phone.accessToken)].sort());
}

async function stepUpByCookie(): Promise<void> {
  const { username, userId } = await signUp(cluster.next());
  const { cookie } = await logInByCookie(username);
  const change = { email: "ada@example.org", currentPassword: password };
  await cluster.sql(`update auth_sessions set created_at = created_at - 660000 where user_id = '${userId}'`);
  const refused = await page("PATCH", "/me", cookie, change);
  expect([refused.status, refused.headers.get("www-authenticate")]).toEqual([
    403,
    'Bearer error="insufficient_user_authentication", max_age="600"',
  ]);
  const stepped = await page("POST", "/reauthenticate", cookie, { password });
  expect(stepped.status).toBe(200);
  expect(await stepped.json()).toEqual({ session: { id: expect.any(String), expiresAt: expect.any(String) } });
  expect(cookieOf(stepped)).not.toBe(cookie);
  expect((await page("GET", "/me", cookie)).status).toBe(401);
  expect((await page("PATCH", "/me", cookieOf(stepped), change)).status).toBe(200);
}

async function endOthersByCookie(): Promise<void> {
  const login = await signUp(cluster.next());
  const { cookie, sessionId } = await logInByCookie(login.username);
  expect(await (await page("GET", "/sessions", cookie)).json()).toMatchObject({
    sessions: [{ id: sessionId, current: true }, { current: false }],
  });
  expect((await page("DELETE", "/sessions", cookie)).status).toBe(204);
  expect(await liveSessions(login)).toEqual([sessionId]);
  expect((await page("GET", "/me", cookie)).status).toBe(200);
  expect(await open(cluster.next(), login.accessToken)).toBe(401);
}

async function logInByCookie(username: string, held = ""): Promise<{ cookie: string; sessionId: string }> {
  const answer = await page("POST", "/session", held, { username, password });
  expect(answer.status).toBe(200);
  const { session } = (await answer.json()) as { session: { id: string } };
  return { cookie: cookieOf(answer), sessionId: session.id };
}

/** One request of a page of the application's own, on this machine. */
function page(method: string, path: string, cookie: string, body?: object): Promise<Response> {
  const headers = { "sec-fetch-site": "same-origin", ...(cookie ? { cookie } : {}) };
  const url = `${cluster.apps[0]?.url}/api/auth${path}`;
  if (!body) return fetch(url, { method, headers });
  return fetch(url, {
    method,
    headers: { ...headers, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

function cookieOf(answer: Response): string {
  const [cookie = ""] = answer.headers.getSetCookie();
  return cookie.split(";")[0] ?? "";
}

const stepUp = (client: Api, token: string): Promise<Answer> =>
  client.post("/api/auth/reauthenticate", { password }, token);

const endOthers = (client: Api, token: string): Promise<Answer> =>
  client.delete("/api/auth/sessions", undefined, token);

async function races(rounds: number, race: () => Promise<void>): Promise<void> {
  for (let round = 1; round <= rounds; round++) await race();
}

async function stepUpRace(): Promise<void> {
  const login = await signUp(cluster.next());
  const answers = await times(parallel, () => stepUp(cluster.next(), login.accessToken));
  expect(tally(answers)).toEqual({ 200: 1, 401: parallel - 1 });
  expect(await liveSessions(login)).toHaveLength(1);
  const winner = answers.find(({ status }) => status === 200)?.body;
  expect((await refresh(cluster.next(), login.refreshToken)).status).toBe(403);
  expect((await refresh(cluster.next(), winner.refreshToken)).status).toBe(200);
}

async function stepUpAndRefresh(): Promise<void> {
  const login = await signUp(cluster.next());
  const [refreshed, ...steps] = await Promise.all([
    refresh(cluster.next(), login.refreshToken),
    ...Array.from({ length: 4 }, () => stepUp(cluster.next(), login.accessToken)),
  ]);
  expect(tally(steps)).toEqual({ 200: 1, 401: 3 });
  expect([200, 403]).toContain(refreshed?.status);
  if (refreshed?.status === 200) expect((await refresh(cluster.next(), refreshed.body.refreshToken)).status).toBe(403);
  expect(await liveSessions(login)).toHaveLength(1);
}

async function stepUpAndPasswordChange(): Promise<void> {
  const login = await signUp(cluster.next());
  const change = { currentPassword: password, newPassword: "another lantern in the rain" };
  const [changed, ...steps] = await Promise.all([
    cluster.next().put("/api/auth/password", change, login.accessToken),
    ...Array.from({ length: 4 }, () => stepUp(cluster.next(), login.accessToken)),
  ]);
  expect([200, 401]).toContain(changed?.status);
  for (const { status } of steps) expect([200, 401, 403]).toContain(status);
  expect(await liveSessions(login)).toHaveLength(1);
  const winner = changed?.status === 200 ? changed : steps.find(({ status }) => status === 200);
  expect((await refresh(cluster.next(), winner?.body.refreshToken)).status).toBe(200);
}

async function endOthersRace(): Promise<void> {
  const login = await signUp(cluster.next());
  const others = await times(5, () => logIn(cluster.next(), login.username));
  let isOver = false;
  const chain = async (token: string): Promise<Answer[]> => {
    const answers = [await refresh(cluster.next(), token)];
    while (!isOver && answers.at(-1)?.status === 200)
      answers.push(await refresh(cluster.next(), answers.at(-1)?.body.refreshToken));
    return answers;
  };
  const own = chain(login.refreshToken);
  const theirs = others.map(({ body }) => chain(body.refreshToken));
  const logins = times(20, () => logIn(cluster.next(), login.username));
  await sleep(Math.random() * 20);
  const ended = await endOthers(cluster.next(), login.accessToken);
  expect(ended.status).toBe(204);
  await logins;
  isOver = true;
  for (const answers of await Promise.all(theirs)) expect(answers.at(-1)?.status).toBe(403);
  const ownAnswers = await own;
  expect(tally(ownAnswers)).toEqual({ 200: ownAnswers.length });
  expect((await refresh(cluster.next(), ownAnswers.at(-1)?.body.refreshToken)).status).toBe(200);
  await expectNoneFromBefore(login);
}

/** Whoever logs in when all others have been ended is welcome; nobody else is left, and every row has the user's epoch. */
async function expectNoneFromBefore({ userId, accessToken }: Login): Promise<void> {
  const left = await cluster.sql(
    `select s.id from auth_sessions s join auth_users u on u.id = s.user_id
     where u.id = '${userId}' and s.revoked_at is null and (s.epoch <> u.session_epoch or s.created_at <
       (select max(e.revoked_at) from auth_sessions e where e.user_id = u.id and e.revoked_reason = 'logout-all'))`,
  );
  expect(left).toEqual([{ id: sessionOf(accessToken) }]);
}

/** What DELETE /sessions does, held open while a refresh comes. */
async function waitingRefresh(): Promise<void> {
  const { userId, accessToken, refreshToken } = await signUp(cluster.next());
  const ended = cluster.sql(
    `begin; update auth_users set session_epoch = session_epoch + 1 where id = '${userId}';
     update auth_sessions set epoch = epoch + 1 where id = '${sessionOf(accessToken)}'; select pg_sleep(0.5); commit`,
  );
  await sleep(200);
  expect((await refresh(cluster.next(), refreshToken)).status).toBe(200);
  await ended;
}

async function mutualEnd(): Promise<void> {
  const login = await signUp(cluster.next());
  const { body: phone } = await logIn(cluster.next(), login.username);
  const answers = await Promise.all([
    endOthers(cluster.next(), login.accessToken),
    endOthers(cluster.next(), phone.accessToken),
  ]);
  expect(tally(answers)).toEqual({ 204: 1, 401: 1 });
  const [winner] = answers[0]?.status === 204 ? [login] : [phone];
  expect(await liveSessions(login)).toEqual([sessionOf(winner.accessToken)]);
  expect((await refresh(cluster.next(), winner.refreshToken)).status).toBe(200);
}

async function thousand(database: DatabaseName): Promise<void> {
  const login = await signUp(cluster.next());
  const numbers = "with recursive n(i) as (select 1 union all select i + 1 from n where i < 1000)";
  const id =
    database === "postgres"
      ? "md5(i::text || s.id) || '-' || substr(s.id, 1, 10)"
      : "hex(randomblob(16)) || '-' || substr(s.id, 1, 10)";
  await cluster.sql(
    `insert into auth_sessions (id, user_id, epoch, created_at, rotated_at, idle_expires_at, absolute_expires_at, user_agent)
     ${numbers} select ${id}, s.user_id, s.epoch, s.created_at, s.rotated_at, s.idle_expires_at, s.absolute_expires_at,
       'Mozilla/5.0 (Windows NT 10.0; rv:128.0) Gecko/20100101 Firefox/' || i from n, auth_sessions s where s.user_id = '${login.userId}'`,
  );
  const list = () => cluster.next().get("/api/auth/sessions", login.accessToken);
  expect((await list()).body.sessions).toHaveLength(100);
  const started = performance.now();
  for (let time = 1; time <= 20; time++) await list();
  const listMs = (performance.now() - started) / 20;
  const before = performance.now();
  expect((await endOthers(cluster.next(), login.accessToken)).status).toBe(204);
  const endMs = performance.now() - before;
  console.log(
    `${database}: GET /sessions with 1,001 live sessions ${listMs.toFixed(1)} ms, DELETE ${endMs.toFixed(1)} ms`,
  );
  expect(listMs).toBeLessThan(100);
  expect(endMs).toBeLessThan(2_000);
  expect(await liveSessions(login)).toHaveLength(1);
}

async function limitRace(): Promise<void> {
  const login = await signUp(cluster.next());
  const answers = await times(parallel, () => logIn(cluster.next(), login.username));
  expect(tally(answers)).toEqual({ 200: parallel });
  const live = await liveSessions(login);
  expect(live).toHaveLength(5);
  for (const { accessToken, refreshToken } of [login, ...answers.map(({ body }) => body)]) {
    const isLive = live.includes(sessionOf(accessToken));
    expect((await refresh(cluster.next(), refreshToken)).status).toBe(isLive ? 200 : 403);
    expected.push([accessToken, isLive ? 200 : 401]);
  }
}

async function oldestEnds(): Promise<void> {
  const login = await signUp(cluster.next());
  const logins = [];
  for (let time = 1; time <= 5; time++) logins.push((await logIn(cluster.next(), login.username)).body);
  expect(await liveSessions(login)).toEqual(logins.map(({ accessToken }) => sessionOf(accessToken)));
  const [row] = await cluster.sql(
    `select revoked_reason from auth_sessions where id = '${sessionOf(login.accessToken)}'`,
  );
  expect(row).toEqual({ revoked_reason: "limit" });
  expected.push([login.accessToken, 401]);
  const told = cluster.apps.map((app) => app.output()).join("");
  expect(told).toContain(`"event":"authn_session_limit","outcome":"success","userId":"${login.userId}"`);
}

async function atLimit(): Promise<void> {
  const login = await signUp(cluster.next());
  const others: unknown[] = [];
  for (let time = 1; time <= 4; time++)
    others.push(sessionOf((await logIn(cluster.next(), login.username)).body.accessToken));
  const stepped = await stepUp(cluster.next(), login.accessToken);
  expect(stepped.status).toBe(200);
  expect(await liveSessions(login)).toEqual([...others, sessionOf(stepped.body.accessToken)]);
  const change = { currentPassword: password, newPassword: "another lantern in the rain" };
  const changed = await cluster.next().put("/api/auth/password", change, stepped.body.accessToken);
  expect(changed.status).toBe(200);
  expect(await liveSessions(login)).toEqual([sessionOf(changed.body.accessToken)]);
  const told = cluster.apps.map((app) => app.output()).join("");
  for (const event of ["authn_session_limit", "authn_new_device"])
    expect(told).not.toContain(`"event":"${event}","outcome":"success","userId":"${login.userId}"`);
}

/** The live sessions of the user, oldest first. */
async function liveSessions({ userId }: Login): Promise<unknown[]> {
  const rows = await cluster.sql(
    `select id from auth_sessions where user_id = '${userId}' and revoked_at is null order by created_at`,
  );
  return rows.map(({ id }) => id);
}

function sessionOf(accessToken: string): string {
  const [, payload = ""] = accessToken.split(".");
  return JSON.parse(Buffer.from(payload, "base64url").toString("utf8")).sid;
}
