import { afterAll, expect, test } from "vitest";
import { api } from "./api.js";
import { type ComposedApp, type Composition, composeApp, startApp } from "./compose.js";
import { freshDatabase } from "./postgres.js";

const made: ComposedApp[] = [];
afterAll(() => Promise.all(made.map((app) => app.remove())));

test("a composed app on the embedded database signs up and opens its protected route", async () => {
  const { dir } = await compose({ database: "sqlite" });
  await roundTrip(dir, {});
});

test("a composed app on Postgres migrates, signs up and opens its protected route", async () => {
  const database = await freshDatabase();
  const { dir, command } = await compose({ database: "postgres", errors: "auth-basic" });
  const env = { DATABASE_URL: database.url };
  expect(await command(env, "migrate")).toContain("Applied: 0001");
  await roundTrip(dir, env);
  await database.drop();
});

test("an app that ends at start gives its output in the error", async () => {
  const { dir } = await compose({ database: "sqlite" });
  await expect(startApp(dir, { JWT_SECRET_KEY: "" })).rejects.toThrow(/JWT_SECRET_KEY/);
});

async function compose(composition: Composition): Promise<ComposedApp> {
  const app = await composeApp(composition);
  made.push(app);
  return app;
}

async function roundTrip(dir: string, env: Record<string, string>): Promise<void> {
  const app = await startApp(dir, env);
  const client = api(app.url);
  const user = { username: "ada", password: "a-lantern-in-the-rain" };
  const { status, body } = await client.post("/api/auth/signup", user);
  expect(status).toBe(201);
  expect((await client.get("/me-protected", body.accessToken)).body.auth.userId).toBe(body.user.id);
  expect((await client.get("/me-protected")).status).toBe(401);
  expect(await app.stop()).toBe(0);
}
