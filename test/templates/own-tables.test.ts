import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import fs from "fs-extra";
import { x } from "tinyexec";
import { describe, expect, test } from "vitest";
import {
  type Cluster,
  type DatabaseName,
  type Login,
  logIn,
  open,
  password,
  signUp,
  times,
  useCluster,
} from "../support/cluster.js";
import { closes, listens } from "../support/compose.js";

import { repo } from "../support/template-tree.js";

// Tables of the application's own that refer to accounts.

/** The admins' router first, as `authwright add` mounts it. */
const server = `import express from "express";
import { closeAuth } from "./src/auth/close.js";
import { protectedRoute } from "./src/middleware/jwt.js";
import { adminRouter } from "./src/routes/admin.js";
import { authRouter } from "./src/routes/auth.js";

const app = express();
app.use("/api/auth/admin", adminRouter);
app.use("/api/auth", authRouter);
app.get("/me-protected", protectedRoute, (req, res) => void res.json({ auth: req.auth }));

${listens}${closes}`;

const items = ["auth-grace", "auth-admin", "auth-events"];
const users = "/api/auth/admin/users";

const cluster = useCluster();

describe.each(["postgres", "sqlite"] as const)("on %s", (database) => {
  const start = async (days: number): Promise<Cluster> => {
    const env = { ACCOUNT_GRACE_DAYS: String(days) };
    await cluster.begin({ database, processes: 1, items, server, env });
    return cluster;
  };

  test.each(["", "on delete restrict", "deferrable initially deferred"])(
    "an account that a row of the application's refers to (%s) is not deleted, but answered with 409 AccountInUse",
    async (how) => {
      const { sql, next } = await start(0);
      await sql(`create table orders (id text primary key, user_id text not null references auth_users (id) ${how})`);
      const [ada, bob, admin] = [await signUp(next()), await signUp(next()), await newAdmin(cluster)];
      await sql(`insert into orders values ('1', '${ada.userId}')`);
      const own = await next().delete("/api/auth/me", { password }, ada.accessToken);
      expect([own.status, own.body.code]).toEqual([409, "AccountInUse"]);
      const byAdmin = await next().delete(`${users}/${ada.userId}`, undefined, admin.accessToken);
      expect([byAdmin.status, byAdmin.body.code]).toEqual([409, "AccountInUse"]);
      const several = await next().delete(users, { ids: [ada.userId, bob.userId] }, admin.accessToken);
      expect(several.body.results).toEqual([
        { id: ada.userId, deleted: false, code: "AccountInUse" },
        { id: bob.userId, deleted: true },
      ]);
      expect(await open(next(), ada.accessToken)).toBe(200);
      expect(await sql("select user_id from orders")).toEqual([{ user_id: ada.userId }]);
      await sql("delete from orders");
      expect((await next().delete("/api/auth/me", { password }, ada.accessToken)).status).toBe(204);
      expect((await logIn(next(), ada.username)).status).toBe(401);
    },
  );

  test("an account that a trigger of the application's keeps is no outage: 500, nothing to wait for, and the account stays", async () => {
    const { sql, next } = await start(0);
    const ada = await signUp(next());
    for (const statement of keeping(database, ada.userId)) await sql(statement);
    const { status, body, headers } = await next().delete("/api/auth/me", { password }, ada.accessToken);
    expect([status, body.code, headers.get("retry-after")]).toEqual([500, "InternalError", null]);
    expect(JSON.stringify(body)).not.toContain("kept");
    expect(await open(next(), ada.accessToken)).toBe(200);
  });

  test.each(database === "postgres" ? ["raise exception 'kept'", "perform pg_sleep(10)"] : ["raise"])(
    "an account that a trigger keeps (%s) holds up no other in a purge",
    async (how) => {
      const { sql, next, env } = await start(30);
      const { command } = await cluster.compose(database, server, items);
      const people = [await signUp(next()), await signUp(next()), await signUp(next())];
      for (const { accessToken } of people) await next().delete("/api/auth/me", { password }, accessToken);
      const [stuck] = people.map(({ userId }) => userId).sort() as [string];
      for (const statement of keeping(database, stuck, how)) await sql(statement);
      await sql(`update auth_account_deletions set delete_after = ${database === "postgres" ? "'2001-01-01'" : "1"}`);
      const failure = await command(env, "purge").then(String, (error: Error) => error.message);
      expect(failure).toContain(`accounts: ${stuck} was not deleted`);
      expect(await sql("select id from auth_users")).toEqual([{ id: stuck }]);
    },
    60_000,
  );

  test("a value that a table of the application's refuses, as another row has it, says nothing of the username", async () => {
    const plate = `create table plates (user_id text, plate text unique)`;
    const uniquePlate = `const { sql } = await import("drizzle-orm");
const { accountInserts } = await import("./src/auth/hooks.js");
accountInserts.push(async (tx, { id }) => void (await tx.${database === "postgres" ? "execute" : "run"}(sql\`insert into plates values (\${id}, 'AB 1')\`)));
const app`;
    const withPlates = server.replace("const app", uniquePlate);
    await cluster.begin({ database, processes: 1, items, server: withPlates });
    await cluster.next().get("/api/auth/health");
    await cluster.sql(plate);
    await signUp(cluster.next());
    const { status, body } = await cluster.next().post("/api/auth/signup", { username: "ada", password });
    expect([status, body.code]).toEqual([500, "InternalError"]);
    expect(await cluster.sql("select 1 from plates")).toHaveLength(1);
  });

  test("an account that can't go holds up neither the others that are due nor the purges behind, and the purge ends with 1", async () => {
    const { sql, next, env } = await start(30);
    const { command } = await cluster.compose(database, server, items);
    await sql("create table orders (id text primary key, user_id text not null references auth_users (id))");
    const people: Login[] = [];
    for (let index = 0; index < 5; index++) people.push(await signUp(next()));
    const stuck = people[2]!;
    await sql(`insert into orders values ('1', '${stuck.userId}')`);
    for (const { accessToken } of people) await next().delete("/api/auth/me", { password }, accessToken);
    const long = database === "postgres" ? "'2001-01-01'" : "1";
    await sql(`update auth_account_deletions set delete_after = ${long}`);
    await sql(`insert into auth_events (time, event, outcome) values (${long}, 'authn_login_success', 'success')`);
    const failure = await command(env, "purge").then(String, (error: Error) => error.message);
    expect(failure).toContain("ended with 1");
    expect(failure).toContain(`accounts: ${stuck.userId} was not deleted`);
    expect(failure).not.toContain(people[1]!.userId);
    expect(await sql("select id from auth_users")).toEqual([{ id: stuck.userId }]);
    expect(await sql(`select 1 from auth_events where time = ${long}`)).toEqual([]);
    await sql("delete from orders");
    expect(await command(env, "purge")).toContain("1 accounts");
    expect(await sql("select id from auth_users")).toEqual([]);
  });
});

describe.each(["postgres", "sqlite"] as const)("on %s, with the code of docs/recipes/own-tables.md", (database) => {
  const ownServer = `${server}// with profiles\n`;
  const profiles = async () => (await cluster.sql("select user_id, plan from profiles")).map((row) => ({ ...row }));
  const accounts = async () => (await cluster.sql("select id from auth_users")).map(({ id }) => id);

  test("it compiles; a row is there from an account's first moment to its last, whoever makes and deletes it", async () => {
    const { dir, command } = await cluster.compose(database, ownServer, items);
    const page = await readFile(join(repo, "docs/recipes/own-tables.md"), "utf8");
    await applyPage(dir, page);
    await expectCompiles(dir);
    const env = { ACCOUNT_GRACE_DAYS: "30" };
    await cluster.begin({ database, processes: 1, items, server: ownServer, env });
    const { sql, next } = cluster;
    await next().get("/api/auth/health");
    const [makeTable = "", fillTable = ""] = blocks(page, "sql");
    await sql(makeTable);
    await sql(fillTable);

    const admin = await newAdmin(cluster);
    const ada = await signUp(next());
    const made = await next().post(users, { username: "made-by-an-admin" }, admin.accessToken);
    const all = [admin.userId, ada.userId, made.body.user.id];
    expect(await profiles()).toEqual(all.map((user_id) => ({ user_id, plan: "free" })));

    expect((await next().delete(`${users}/${made.body.user.id}`, undefined, admin.accessToken)).status).toBe(204);
    expect((await next().delete("/api/auth/me", { password }, ada.accessToken)).status).toBe(204);
    expect(await profiles()).toHaveLength(2);
    await sql(`update auth_account_deletions set delete_after = ${database === "postgres" ? "'2001-01-01'" : "1"}`);
    expect(await command(cluster.env, "purge")).toContain("1 accounts");
    expect(await profiles()).toEqual([{ user_id: admin.userId, plan: "free" }]);
    expect(await accounts()).toEqual([admin.userId]);

    await cluster.start({ ACCOUNT_GRACE_DAYS: "0" });
    const bob = await signUp(cluster.clients[1]!);
    expect((await cluster.clients[1]!.delete("/api/auth/me", { password }, bob.accessToken)).status).toBe(204);
    expect(await profiles()).toHaveLength(1);

    await sql("alter table profiles rename to elsewhere");
    const refused = await next().post("/api/auth/signup", { username: "carol", password });
    expect(refused.status).toBeGreaterThanOrEqual(500);
    expect(await accounts()).toEqual([admin.userId]);
  });
});

/** A trigger that keeps one account. */
function keeping(database: DatabaseName, userId: string, how = "raise exception 'kept'"): string[] {
  const when = `before delete on auth_users for each row when (old.id = '${userId}')`;
  if (database === "sqlite") return [`create trigger keep ${when} begin select raise(abort, 'kept'); end`];
  return [
    `create function keep() returns trigger language plpgsql as $$ begin ${how}; return old; end $$`,
    `create trigger keep ${when} execute function keep()`,
  ];
}

describe.each(["postgres", "sqlite"] as const)("on %s, what is made with an account", (database) => {
  test.each([
    ["waits for ever", "await new Promise(() => {})"],
    [
      "asks the database beside its transaction",
      "await write((db) => db.update(users).set({ displayName: 'A' }).where(eq(users.id, user.id)))",
    ],
  ])(
    "and %s is given up, and holds up nobody else for good",
    async (_how, wait) => {
      const hung = `${server.replace("const app", hanging(wait))}`;
      await cluster.begin({ database, processes: 1, items, server: hung });
      const { next, sql } = cluster;
      const stuck = times(database === "postgres" ? 12 : 2, () =>
        next().post("/api/auth/signup", { username: `hang-${randomUUID()}`, password }),
      );
      for (const { status } of await stuck) expect([201, 500, 503]).toContain(status);
      await signUp(next(), "ada");
      const made = await sql("select username from auth_users where username = 'ada'");
      expect(made).toHaveLength(1);
    },
    100_000,
  );
});

function hanging(wait: string): string {
  return `const { eq } = await import("drizzle-orm");
const { accountInserts } = await import("./src/auth/hooks.js");
const { write } = await import("./src/db/client.js");
const { users } = await import("./src/db/schema/auth.js");
accountInserts.push(async (_tx, user) => {
  if (user.username.startsWith("hang")) ${wait};
});
void [eq, write, users];
const app`;
}

/** The page's code blocks of a language, in order. */
function blocks(page: string, language: string): string[] {
  return [...page.matchAll(new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``, "g"))].map(([, text = ""]) => text);
}

/** Does to a fresh tree what the page says: a line that is added without one taken away goes to the top. */
async function applyPage(dir: string, page: string): Promise<void> {
  const [profiles = ""] = blocks(page, "ts");
  const [diff = ""] = blocks(page, "diff");
  await fs.outputFile(join(dir, "src/profiles.ts"), profiles);
  const path = join(dir, "src/auth/hooks.ts");
  let hooks = await readFile(path, "utf8");
  for (const [, removed, added = ""] of diff.matchAll(/^(?:-(.*)\n)?\+(.*)\n/gm)) {
    if (removed !== undefined) expect(hooks).toContain(removed);
    hooks = removed === undefined ? `${added}\n${hooks}` : hooks.replace(removed, added);
  }
  await fs.writeFile(path, hooks);
}

async function expectCompiles(dir: string): Promise<void> {
  const compilerOptions = {
    target: "ES2022",
    module: "nodenext",
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: ["node"],
  };
  await fs.writeJson(join(dir, "tsconfig.json"), { compilerOptions, include: ["src"] });
  const tsc = join(repo, "node_modules/.bin/tsc");
  const { stdout } = await x(tsc, ["-p", dir, "--pretty", "false"], { nodeOptions: { cwd: dir }, throwOnError: false });
  expect(stdout).toBe("");
}

async function newAdmin({ next, sql }: Cluster): Promise<Login> {
  const admin = await signUp(next());
  await sql(`update auth_users set role = 'admin' where id = '${admin.userId}'`);
  return admin;
}
