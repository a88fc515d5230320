import { mkdtempSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import fs from "fs-extra";
import PostalMime from "postal-mime";
import { x } from "tinyexec";
import { afterAll, describe, expect, test } from "vitest";
import type { Answer, Api } from "../support/api.js";
import { type Login, logIn, password, refresh, signUp, tally, times, useCluster } from "../support/cluster.js";
import { appEnv, closes, listens } from "../support/compose.js";
import { unrun } from "../support/needs.js";
import { noTerminal, onTerminal } from "../support/terminal.js";

const cluster = useCluster();

const parallel = 30;
/** Longer than other processes take to hear of a revocation. */
const heardMs = 1_300;

/** The admins' router first, as `authwright add` mounts it. */
const server = `import express from "express";
import { closeAuth } from "./src/auth/close.js";
import { protectedRoute } from "./src/middleware/jwt.js";
import { requireRole } from "./src/middleware/role.js";
import { adminRouter } from "./src/routes/admin.js";
import { authRouter } from "./src/routes/auth.js";

const app = express();
app.use("/api/auth/admin", adminRouter);
app.use("/api/auth", authRouter);
app.get("/me-protected", protectedRoute, (req, res) => void res.json({ auth: req.auth }));
app.get("/report", requireRole("admin"), (req, res) => void res.json({ auth: req.auth }));

${listens}${closes}`;

const mails = mkdtempSync(join(tmpdir(), "authwright-mails-"));
afterAll(() => fs.remove(mails));

/** Three processes with a pool of 10 each: 30 connections to one Postgres. */
const onPostgres = { database: "postgres", processes: 3, items: ["auth-admin"], server } as const;
/** Hashes cost enough that a login without one would be seen. */
const onSqlite = {
  database: "sqlite",
  processes: 2,
  items: ["auth-cookies", "auth-email", "auth-admin"],
  server,
  env: { BCRYPT_COST: "8", AUTH_MAIL: `outbox:${mails}` },
} as const;

type Act = (client: Api, by: Login, of: Login) => Promise<Answer>;

const users = "/api/auth/admin/users";
const demote: Act = (client, by, of) => client.put(`${users}/${of.userId}`, { role: "user" }, by.accessToken);
const disable: Act = (client, by, of) => client.post(`${users}/${of.userId}/disable`, undefined, by.accessToken);
const remove: Act = (client, by, of) => client.delete(`${users}/${of.userId}`, undefined, by.accessToken);
const removeMany: Act = (client, by, of) => client.delete(users, { ids: [of.userId] }, by.accessToken);
const acts = [demote, disable, remove, removeMany];

describe("on Postgres, with three processes", () => {
  cluster.beginForAll(onPostgres);

  test("two admins who take each other's place at the same moment: one stays, whatever they do", () => places(2));

  test("30 admins who each end another one, and then themselves: one stays", () => ring(demote, remove));

  test("an admin who deletes their own account while they become the last one is not deleted", lastByChance);

  test("of 30 who make, or delete, one user at the same moment one does", onlyOne);

  test("who is disabled is out everywhere: logins and refreshes in flight, and admins at once", outEverywhere);

  test("10,000 users page by page: each of them once, and each page at once", pageThrough);

  test("nothing of this was a deadlock", async () => {
    await sleep(heardMs);
    const found = await cluster.sql("select deadlocks from pg_stat_database where datname = current_database()");
    expect(Number(found[0]?.["deadlocks"])).toBe(0);
  });
});

describe("on SQLite, with two processes", () => {
  cluster.beginForAll(onSqlite);

  test("two admins who take each other's place at the same moment: one stays, whatever they do", () => places(1));

  test("30 admins who each end another one, and then themselves: one stays", () => ring(remove));

  test("a login to an account without a password takes as long as any", sameTime);

  test("an admin's cookie opens it to pages of the site, and no other site can use it", byCookie);

  test(
    "whom an admin adds is mailed the choice of a password, which proves the address, and logs in with it",
    invitation,
  );

  test("npm run auth:admin makes an admin, with a password from standard input", async () => {
    expect(await admin(["create", "root"], `${password}\n`)).toMatchObject({ exitCode: 0, stderr: "" });
    const { body } = await logIn(cluster.next(), "root");
    expect((await cluster.next().get(users, body.accessToken)).status).toBe(200);
    expect((await admin(["list"])).stdout).toContain("root\n");
  });

  test("npm run auth:admin takes no password as an argument", async () => {
    const { exitCode, stderr } = await admin(["create", "shown", password]);
    expect([exitCode, stderr]).toEqual([1, expect.stringMatching(/^Say: create.*\n$/)]);
  });

  test.skipIf(noTerminal)(
    `npm run auth:admin at a terminal (script of util-linux): the password is typed twice and never shown${unrun(noTerminal)}`,
    async () => {
      const program = onTerminal(words(["create", "typist"]), cluster.dir, env());
      await program.shows("Password: ");
      program.type(`${password}\r`);
      await program.shows("The same again: ");
      program.type(`${password}x\u007F\r`);
      const { code, shown } = await program.ended;
      expect([code, shown]).toEqual([0, expect.stringContaining("typist is an admin.")]);
      expect(shown).not.toContain("lantern");
      expect((await logIn(cluster.next(), "typist")).status).toBe(200);
    },
  );
});

async function places(rounds: number): Promise<void> {
  for (let round = 1; round <= rounds; round++) for (const act of acts) await eachOther(act);
}

async function ring(...ways: Act[]): Promise<void> {
  for (const act of ways) {
    const admins = await newAdmins(parallel);
    const answers = await times(parallel, (at) => act(cluster.next(), admins[at]!, admins[(at + 1) % parallel]!));
    for (const { status } of answers) expect([200, 204, 401, 403, 404]).toContain(status);
    expect(await enabledAdmins()).not.toEqual([]);
    await times(parallel, (at) => act(cluster.next(), admins[at]!, admins[at]!));
    expect(await enabledAdmins()).toHaveLength(1);
  }
}

async function lastByChance(): Promise<void> {
  for (let round = 1; round <= 6; round++) {
    const [admin] = await newAdmins(1);
    const next = await signUp(cluster.next());
    await Promise.all([
      promoteAndStepDown(admin!, next),
      sleep(Math.random() * 20).then(() => cluster.next().delete("/api/auth/me", { password }, next.accessToken)),
    ]);
    expect((await enabledAdmins()).length).toBeGreaterThan(0);
  }
}

async function onlyOne(): Promise<void> {
  const [admin] = await newAdmins(1);
  const username = `one-${Date.now()}`;
  const made = await times(parallel, () => cluster.next().post(users, { username }, admin!.accessToken));
  expect(tally(made)).toEqual({ 201: 1, 409: parallel - 1 });
  const { id } = made.find(({ status }) => status === 201)!.body.user;
  const deleted = await times(parallel, () => cluster.next().delete(`${users}/${id}`, undefined, admin!.accessToken));
  expect(tally(deleted)).toEqual({ 204: 1, 404: parallel - 1 });
}

async function outEverywhere(): Promise<void> {
  const [admin, other] = await newAdmins(2);
  const logins = times(parallel, () => logIn(cluster.next(), other!.username));
  const refreshed = refresh(cluster.next(), other!.refreshToken);
  await sleep(Math.random() * 20);
  expect((await disable(cluster.next(), admin!, other!)).status).toBe(200);
  const answers = [...(await logins), await refreshed, { status: 200, body: other! }];
  const tokens = answers.filter(({ status }) => status === 200).map(({ body }) => body as Login);
  for (const { accessToken } of tokens)
    for (const client of cluster.clients) expect((await client.get("/report", accessToken)).status).toBe(401);
  for (const { refreshToken } of tokens) expect((await refresh(cluster.next(), refreshToken)).status).toBe(403);
  await sleep(heardMs);
  for (const { accessToken } of tokens)
    for (const client of cluster.clients) expect((await client.get("/me-protected", accessToken)).status).toBe(401);
}

async function sameTime(): Promise<void> {
  const [admin] = await newAdmins(1);
  const known = await signUp(cluster.next());
  await cluster.next().post(users, { username: "invited" }, admin!.accessToken);
  const ms = { known: [] as number[], invited: [] as number[], unknown: [] as number[] };
  for (let round = 1; round <= 40; round++) {
    for (const who of ["known", "invited", "unknown"] as const) {
      const started = performance.now();
      await logIn(cluster.next(), who === "known" ? known.username : who, "a wrong password");
      ms[who].push(performance.now() - started);
    }
  }
  const least = { known: Math.min(...ms.known), invited: Math.min(...ms.invited), unknown: Math.min(...ms.unknown) };
  console.log("a wrong password, an account without one, no account (ms):", least);
  expect(least.invited / least.known).toBeGreaterThan(0.7);
  expect(least.known / least.invited).toBeGreaterThan(0.7);
}

async function invitation(): Promise<void> {
  const [admin] = await newAdmins(1);
  const made = { username: "invitee", email: "invitee@example.org" };
  const { body } = await cluster.next().post(users, made, admin!.accessToken);
  expect(body.invited).toBe(true);
  const choice = { token: await tokenTo(made.email), newPassword: password };
  expect((await cluster.next().post("/api/auth/password/reset", choice)).status).toBe(204);
  expect((await logIn(cluster.next(), made.username)).status).toBe(200);
  const after = await cluster.next().get(`${users}/${body.user.id}`, admin!.accessToken);
  expect(after.body.user.emailVerifiedAt).not.toBeNull();
  const again = `${users}/${body.user.id}/reset-password`;
  expect((await cluster.next().post(again, undefined, admin!.accessToken)).status).toBe(202);
}

/** The token of the link in the first mail to the address. */
async function tokenTo(address: string): Promise<string> {
  for (let attempt = 1; attempt <= 100; attempt++) {
    for (const name of (await readdir(mails)).filter((one) => one.endsWith(".eml"))) {
      const mail = await PostalMime.parse(await fs.readFile(join(mails, name)));
      const token = /#token=([\w-]+)/.exec(mail.text ?? "")?.[1];
      if (token && mail.to?.some((to) => to.address === address)) return token;
    }
    await sleep(50);
  }
  throw new Error(`No mail went to ${address}`);
}

async function byCookie(): Promise<void> {
  const [made] = await newAdmins(1);
  const victim = await signUp(cluster.next());
  const login = await page("POST", "/session", "same-origin", "", made);
  const cookie = login.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  expect((await page("GET", "/admin/users", "same-origin", cookie)).status).toBe(200);
  for (const site of ["cross-site", "same-site", "none", ""])
    expect((await page("DELETE", `/admin/users/${victim.userId}`, site, cookie)).status).toBe(403);
  expect((await page("DELETE", `/admin/users/${victim.userId}`, "same-origin", cookie)).status).toBe(204);
}

async function eachOther(act: Act): Promise<void> {
  const [one, other] = (await newAdmins(2)) as [Login, Login];
  const answers = await times(parallel, (at) =>
    at % 2 === 0 ? act(cluster.next(), one, other) : act(cluster.next(), other, one),
  );
  for (const { status } of answers) expect([200, 204, 401, 403, 404]).toContain(status);
  expect(await enabledAdmins()).toHaveLength(1);
}

async function promoteAndStepDown(admin: Login, next: Login): Promise<void> {
  await cluster.next().put(`${users}/${next.userId}`, { role: "admin" }, admin.accessToken);
  await cluster.next().put(`${users}/${admin.userId}`, { role: "user" }, admin.accessToken);
}

/** Admins, and nobody else is one. */
async function newAdmins(count: number): Promise<Login[]> {
  const people = await times(count, () => signUp(cluster.next()));
  const ids = people.map(({ userId }) => `'${userId}'`).join(", ");
  await cluster.sql(`update auth_users set role = case when id in (${ids}) then 'admin' else 'user' end`);
  return people;
}

async function enabledAdmins(): Promise<unknown[]> {
  return cluster.sql("select id from auth_users where role = 'admin' and disabled_at is null");
}

async function pageThrough(): Promise<void> {
  const [admin] = await newAdmins(1);
  await insertUsers();
  const [row] = await cluster.sql("select count(*) as count from auth_users");
  const seen = new Set<string>();
  const ms: number[] = [];
  let cursor = "";
  do {
    const started = performance.now();
    const { body } = await cluster.next().get(`${users}?limit=100&sort=-username${cursor}`, admin!.accessToken);
    ms.push(performance.now() - started);
    for (const { id } of body.users) seen.add(id);
    cursor = body.next ? `&cursor=${body.next}` : "";
  } while (cursor);
  expect(seen.size).toBe(Number(row?.["count"]));
  console.log(`A page of 100 of 10,000 users ${median(ms).toFixed(1)} ms`);
  expect(median(ms)).toBeLessThan(50);
}

async function insertUsers(): Promise<void> {
  await cluster.sql(
    `insert into auth_users (id, username, username_canonical, password_hash, pepper_id, created_at)
     with recursive n(i) as (select 1 union all select i + 1 from n where i < 10000)
     select 'id-' || i, 'many-' || i, 'many-' || i, 'x', 'x', now() from n`,
  );
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

function page(method: string, path: string, site: string, cookie: string, login?: Login): Promise<Response> {
  const headers = {
    ...(site ? { "sec-fetch-site": site } : {}),
    ...(cookie ? { cookie } : {}),
    ...(login ? { "content-type": "application/json" } : {}),
  };
  const body = login ? { body: JSON.stringify({ username: login.username, password }) } : {};
  return fetch(`${cluster.apps[0]?.url}/api/auth${path}`, { method, headers, ...body });
}

function words(args: readonly string[]): string[] {
  return [process.execPath, "scripts/auth.mjs", "src/auth/admin/commands.ts", "dist/auth/admin/commands.js", ...args];
}

function env(): Record<string, string> {
  return { ...appEnv(cluster.dir), ...cluster.env };
}

async function admin(args: readonly string[], input = "") {
  const [program = "", ...rest] = words(args);
  const nodeOptions = { cwd: cluster.dir, env: env() };
  return x(program, rest, { nodeOptions, throwOnError: false, stdin: input });
}
