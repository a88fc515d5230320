import pg from "pg";
import { expect, onTestFinished, test } from "vitest";
import { composeApp } from "../support/compose.js";
import { freshDatabase } from "../support/postgres.js";

test("with search_path in AUTH_DATABASE_URL every table goes into that schema, and none where an ORM of the application's looks", async () => {
  const [app, database] = await Promise.all([composeApp({ database: "postgres" }), freshDatabase()]);
  onTestFinished(() => app.remove());
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  onTestFinished(async () => {
    await client.end();
    await database.drop();
  });
  await client.query("create schema auth");
  const url = `${database.url}${database.url.includes("?") ? "&" : "?"}options=-c%20search_path%3Dauth`;
  await app.command({ DATABASE_URL: database.url, AUTH_DATABASE_URL: url }, "migrate");
  const { rows } = await client.query(
    "select table_schema as schema, table_name as name from information_schema.tables where table_schema in ('auth', 'public')",
  );
  expect(new Set(rows.map(({ schema }) => schema))).toEqual(new Set(["auth"]));
  expect(rows.map(({ name }) => name)).toContain("auth_users");
});
