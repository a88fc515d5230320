import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { createClient } from "@libsql/client";
import pg from "pg";
import { afterAll, expect, test } from "vitest";
import { api } from "../support/api.js";
import { compose, logIn, password, removeComposed, signUp, startCluster, times } from "../support/cluster.js";
import { startApp } from "../support/compose.js";
import { freshDatabase } from "../support/postgres.js";

afterAll(removeComposed);

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
  const { command } = await compose("postgres");
  const database = await freshDatabase();
  const outputs = await times(8, () => command({ DATABASE_URL: database.url }, "migrate"));
  expect(outputs.filter((text) => text.includes("Applied:"))).toHaveLength(1);
  expect(outputs.filter((text) => text.includes("up to date"))).toHaveLength(7);
  expect(await ask(database.url, "select id from auth_migrations")).toEqual([{ id: "0001-auth" }]);
  await database.drop();
});

test("a users table of the application's own on Postgres: the migration says so, and nothing is half applied", async () => {
  const { command } = await compose("postgres");
  const database = await freshDatabase();
  await ask(database.url, "create table users (id int)");
  const failure = await command({ DATABASE_URL: database.url }, "migrate").then(
    String,
    (error: Error) => error.message,
  );
  expect(failure).toContain('"users" already exists');
  expect(failure).toContain("If that table is yours, rename ours first");
  expect(failure.trim().split("\n")).toHaveLength(1);
  expect(await ask(database.url, tables)).toEqual([{ tablename: "users" }]);
  await database.drop();
});

test("on a Postgres without the tables every request says 503, and the log says what to run", async () => {
  const { dir } = await compose("postgres");
  const database = await freshDatabase();
  const app = await startApp(dir, { DATABASE_URL: database.url });
  const { status, body } = await logIn(api(app.url), "somebody");
  expect(status).toBe(503);
  expect(JSON.stringify(body)).not.toContain("migrate");
  expect(app.output()).toContain("The tables are missing: run npm run auth:migrate");
  await app.kill();
  await database.drop();
});

test("a users table of the application's own in the SQLite file: every request says 503, the log says why, nothing is half applied", async () => {
  const { dir, command } = await compose("sqlite");
  const url = `file:${join(dir, "taken.db")}`;
  const client = createClient({ url });
  await client.execute("create table users (id int)");
  const failure = await command({ DATABASE_URL: url }, "migrate").then(String, (error: Error) => error.message);
  expect(failure).toContain("users already exists");
  const app = await startApp(dir, { DATABASE_URL: url });
  expect((await api(app.url).get("/api/auth/health")).status).toBe(503);
  expect((await logIn(api(app.url), "somebody")).status).toBe(503);
  expect(app.output()).toContain("users already exists");
  const { rows } = await client.execute("select name from sqlite_master where type = 'table'");
  expect(rows.map(({ name }) => name)).toEqual(["users"]);
  client.close();
  await app.kill();
});

test("an encrypted SQLite file shows no text, and opens with its key only: 503 and a log line, no new database", async () => {
  const key = "a key for the file of this test";
  const cluster = await startCluster({ database: "sqlite", processes: 2, env: { DATABASE_ENCRYPTION_KEY: key } });
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
