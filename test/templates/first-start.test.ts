import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { createClient } from "@libsql/client";
import pg from "pg";
import { expect, test } from "vitest";
import { api } from "../support/api.js";
import { logIn, password, signUp, times, useCluster } from "../support/cluster.js";
import { composeApp, startApp } from "../support/compose.js";
import { freshDatabase } from "../support/postgres.js";
import { repo } from "../support/template-tree.js";

const cluster = useCluster();

async function ask(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

const tables = "select tablename from pg_tables where schemaname = 'public' order by 1";

test("eight migrators at once on one Postgres: applied once, the others have nothing to do", async () => {
  const { command } = await cluster.compose("postgres");
  const database = await freshDatabase();
  const outputs = await times(8, () => command({ DATABASE_URL: database.url }, "migrate"));
  expect(outputs.filter((text) => text.includes("Applied:"))).toHaveLength(1);
  expect(outputs.filter((text) => text.includes("up to date"))).toHaveLength(7);
  expect(await ask(database.url, "select id from auth_migrations")).toEqual([{ id: "0001-auth" }]);
  await database.drop();
});

test("a table auth_users of the application's own on Postgres: the migration says so, and nothing is half applied", async () => {
  const { command } = await cluster.compose("postgres");
  const database = await freshDatabase();
  await ask(database.url, "create table auth_users (id int)");
  const failure = await command({ DATABASE_URL: database.url }, "migrate").then(
    String,
    (error: Error) => error.message,
  );
  expect(failure).toContain('"auth_users" already exists');
  expect(failure).toContain("If that table is yours, rename ours first");
  expect(failure.trim().split("\n")).toHaveLength(1);
  expect(await ask(database.url, tables)).toEqual([{ tablename: "auth_users" }]);
  await database.drop();
});

for (const [what, made] of Object.entries({
  "no tables": "select 1",
  "others' tables": "create table auth_users (id int)",
})) {
  test(`a server that starts on a Postgres with ${what} says once what to run, before any request`, async () => {
    const { dir } = await cluster.compose("postgres");
    const database = await freshDatabase();
    await ask(database.url, made);
    const app = await startApp(dir, { DATABASE_URL: database.url });
    await expect.poll(app.output, { timeout: 30_000 }).toContain("run npm run auth:migrate");
    expect(app.output().match(/auth:migrate/g)).toHaveLength(1);
    await app.kill();
    await database.drop();
  });
}

test("a process that closes the module before its first question to the database opens none afterwards", async () => {
  const { dir, remove } = await composeApp({
    server: `import { closeAuth } from "./src/routes/auth.js";
await closeAuth();
console.log("listening");
setTimeout(() => console.log("long past the question"), 1_000);
`,
  });
  const app = await startApp(dir);
  await expect.poll(app.output, { timeout: 30_000 }).toContain("long past the question");
  expect(await readdir(dir)).not.toContain(".data");
  await app.kill();
  await remove();
});

test("on a Postgres without the tables every request says 503, and the log says what to run", async () => {
  const { dir } = await cluster.compose("postgres");
  const database = await freshDatabase();
  const app = await startApp(dir, { DATABASE_URL: database.url });
  const { status, body } = await logIn(api(app.url), "somebody");
  expect(status).toBe(503);
  expect(JSON.stringify(body)).not.toContain("migrate");
  expect(app.output()).toContain("are missing: run npm run auth:migrate");
  await app.kill();
  await database.drop();
});

test("on a Postgres whose tables of these names are somebody else's every request says 503, and the log says what to run", async () => {
  const { dir } = await cluster.compose("postgres");
  const database = await freshDatabase();
  await ask(database.url, "create table auth_users (id int)");
  await ask(database.url, "create table auth_sessions (id int)");
  const app = await startApp(dir, { DATABASE_URL: database.url });
  const answers = [
    await logIn(api(app.url), "somebody"),
    await api(app.url).post("/api/auth/signup", { username: "new", password }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([503, 503]);
  expect(app.output()).toMatch(/run npm run auth:migrate/);
  await app.kill();
  await database.drop();
});

test("a SQLite file whose tables went while the server ran is 503, and the log says what to run", async () => {
  const { dir } = await cluster.compose("sqlite");
  const url = `file:${join(dir, "gone.db")}`;
  const app = await startApp(dir, { DATABASE_URL: url });
  await signUp(api(app.url), "ada");
  const client = createClient({ url });
  await client.execute("drop table auth_users");
  client.close();
  expect((await logIn(api(app.url), "ada")).status).toBe(503);
  expect(app.output()).toMatch(/run npm run auth:migrate/);
  await app.kill();
});

test("a table auth_users of the application's own in the SQLite file: every request says 503, the log says why, nothing is half applied", async () => {
  const { dir, command } = await cluster.compose("sqlite");
  const url = `file:${join(dir, "taken.db")}`;
  const client = createClient({ url });
  await client.execute("create table auth_users (id int)");
  const failure = await command({ DATABASE_URL: url }, "migrate").then(String, (error: Error) => error.message);
  expect(failure).toMatch(/auth_users\\?"? already exists/);
  const app = await startApp(dir, { DATABASE_URL: url });
  expect((await api(app.url).get("/api/auth/health")).status).toBe(503);
  expect((await logIn(api(app.url), "somebody")).status).toBe(503);
  expect(app.output()).toMatch(/auth_users\\?"? already exists/);
  const { rows } = await client.execute("select name from sqlite_master where type = 'table'");
  expect(rows.map(({ name }) => name)).toEqual(["auth_users"]);
  client.close();
  await app.kill();
});

test("on a Postgres with the tables of before, named users and sessions: one line says so, and the SQL of the README renames them", async () => {
  const { dir, command } = await cluster.compose("postgres");
  const database = await freshDatabase();
  const env = { DATABASE_URL: database.url };
  await ask(
    database.url,
    oldTables("timestamp with time zone", "bigint", "CONSTRAINT users_username_canonical_unique UNIQUE"),
  );
  await ask(
    database.url,
    "alter table auth_migrations alter applied_at type timestamptz using applied_at::timestamptz",
  );
  await ask(
    database.url,
    "create table auth_rate_limits (key text primary key, points integer default 0 not null, expire bigint)",
  );
  expect(await refusal(command(env, "migrate"))).toMatch(renamed);
  const app = await startApp(dir, env);
  expect((await logIn(api(app.url), "somebody")).status).toBe(503);
  expect(app.output()).toContain("run npm run auth:migrate");
  await ask(database.url, (await sqlOfReadme())[0]!);
  expect(await command(env, "migrate")).toContain("up to date");
  expect(await signUp(api(app.url), "ada")).toHaveProperty("accessToken");
  await app.kill();
  await database.drop();
});

test("with a SQLite file with the tables of before, named users and sessions: one line says so, and the SQL of the README renames them", async () => {
  const { dir, command } = await cluster.compose("sqlite");
  const env = { DATABASE_URL: `file:${join(dir, "before.db")}` };
  const client = createClient({ url: env.DATABASE_URL });
  await client.executeMultiple(oldTables("integer", "integer", ""));
  await client.execute("CREATE UNIQUE INDEX users_username_canonical_unique ON users (username_canonical)");
  expect(await refusal(command(env, "migrate"))).toMatch(renamed);
  const app = await startApp(dir, env);
  expect((await logIn(api(app.url), "somebody")).status).toBe(503);
  expect(app.output()).toMatch(renamed);
  await client.executeMultiple((await sqlOfReadme())[1]!);
  client.close();
  expect(await command(env, "migrate")).toContain("up to date");
  expect(await signUp(api(app.url), "ada")).toHaveProperty("accessToken");
  await app.kill();
});

/** What a database is told whose tables have other names than the schema. */
const renamed = /under other names: there is no .*auth_users.*docs\/auth\/README\.md has the SQL/;

/** The first migration as it was when it named its tables `users` and `sessions`, applied. */
function oldTables(time: string, bigint: string, unique: string): string {
  return `
    CREATE TABLE users (id text PRIMARY KEY NOT NULL, username text NOT NULL, username_canonical text NOT NULL ${unique},
      email text, email_verified_at ${time}, display_name text, password_hash text NOT NULL, pepper_id text NOT NULL,
      role text DEFAULT 'user' NOT NULL, disabled_at ${time}, session_epoch integer DEFAULT 0 NOT NULL, created_at ${time} NOT NULL);
    CREATE TABLE sessions (id text PRIMARY KEY NOT NULL, user_id text NOT NULL, epoch integer NOT NULL,
      generation ${bigint} DEFAULT 0 NOT NULL, created_at ${time} NOT NULL, rotated_at ${time} NOT NULL,
      idle_expires_at ${time} NOT NULL, absolute_expires_at ${time} NOT NULL, revoked_at ${time}, revoked_reason text,
      ip text, user_agent text);
    CREATE INDEX sessions_user_id ON sessions (user_id);
    CREATE INDEX sessions_revoked_at ON sessions (revoked_at);
    CREATE TABLE auth_migrations (id text PRIMARY KEY NOT NULL, applied_at text NOT NULL);
    INSERT INTO auth_migrations VALUES ('0001-auth', '2026-01-01 00:00:00');`;
}

/** The statements that the module's README gives, for Postgres and for SQLite. */
async function sqlOfReadme(): Promise<string[]> {
  const text = await readFile(join(repo, "templates/auth-basic/base/docs/auth/README.md"), "utf8");
  return [...text.matchAll(/```sql\n([^`]*)```/g)].map(([, sql = ""]) => sql);
}

/** What a command that fails prints: one line. */
async function refusal(command: Promise<string>): Promise<string> {
  const message = await command.then(String, (error: Error) => error.message);
  expect(message.trim().split("\n")).toHaveLength(1);
  return message;
}

test("an encrypted SQLite file shows no text, and opens with its key only: 503 and a log line, no new database", async () => {
  const key = "a key for the file of this test";
  await cluster.begin({ database: "sqlite", processes: 2, env: { DATABASE_ENCRYPTION_KEY: key } });
  const names = Array.from({ length: 12 }, (_, index) => `plainly-readable-${index}`);
  await Promise.all(names.map((name) => signUp(cluster.next(), name)));
  const path = cluster.env["DATABASE_URL"]!.slice("file:".length);
  const files = (await readdir(dirname(path))).filter((name) => name.startsWith(basename(path)));
  expect(files.length).toBeGreaterThan(0);
  for (const name of files) {
    const bytes = await readFile(join(dirname(path), name), "latin1");
    for (const text of ["plainly-readable", "SQLite format", "CREATE TABLE", "$2b$"]) expect(bytes).not.toContain(text);
  }
  await Promise.all(cluster.apps.map((app) => app.stop()));
  const before = await stat(path);
  for (const wrong of ["another key for the file of it", ""]) {
    const app = await cluster.start({ DATABASE_ENCRYPTION_KEY: wrong });
    const client = api(app.url);
    expect((await logIn(client, names[0]!)).status).toBe(503);
    expect((await client.post("/api/auth/signup", { username: "new", password })).status).toBe(503);
    expect(app.output()).toContain("DATABASE_ENCRYPTION_KEY");
    await app.stop();
  }
  expect((await stat(path)).size).toBe(before.size);
  const right = await cluster.start();
  for (const name of names) expect((await logIn(api(right.url), name)).status).toBe(200);
  await cluster.close();
});
