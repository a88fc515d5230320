import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type Api, api } from "../support/api.js";
import { appEnv, type ComposedApp, composeApp, type Env, type RunningApp, startApp } from "../support/compose.js";
import { waitHangMs } from "../support/limits.js";

const password = "nine blue herons wade";

let app: ComposedApp;
let running: RunningApp | undefined;

beforeAll(async () => {
  app = await composeApp({ database: "sqlite" });
});
afterEach(async () => {
  await running?.stop();
  running = undefined;
});
afterAll(() => app.remove());

test("importing the module opens nothing: a process that does no more ends by itself, and leaves no file", async () => {
  const before = await readdir(app.dir);
  const child = spawn(process.execPath, ["--import", "tsx", "src/routes/auth.ts"], {
    cwd: app.dir,
    env: appEnv(app.dir),
    stdio: "inherit",
  });
  const stuck = setTimeout(() => child.kill("SIGKILL"), waitHangMs);
  expect(await once(child, "exit")).toEqual([0, null]);
  clearTimeout(stuck);
  expect(await readdir(app.dir)).toEqual(before);
});

test("a missing secret ends the import, and the message names it", async () => {
  const { JWT_SECRET_KEY: _left, ...env } = appEnv(app.dir);
  const child = spawn(process.execPath, ["--import", "tsx", "src/routes/auth.ts"], { cwd: app.dir, env });
  let output = "";
  child.stderr.on("data", (chunk) => (output += chunk));
  expect(await once(child, "close")).toEqual([1, null]);
  expect(output).toContain("JWT_SECRET_KEY is missing");
});

test("with REFRESH_GRACE_SECONDS a spent token gets the same successor for so long, and ends the login after", async () => {
  const client = await start({ REFRESH_GRACE_SECONDS: "3" });
  const { refreshToken } = await signUp(client, "ada");
  const refresh = (token: string) => client.post("/api/auth/refresh-token", { refreshToken: token });
  const first = await refresh(refreshToken);
  const again = await refresh(refreshToken);
  expect([first.status, again.status]).toEqual([200, 200]);
  expect(again.body.refreshToken).toBe(first.body.refreshToken);
  await seconds(3.2);
  expect((await refresh(refreshToken)).status).toBe(403);
  expect((await refresh(first.body.refreshToken)).status).toBe(403);
});

test("lifetimes may be fractions: an access token of two seconds, a login of six", async () => {
  const client = await start({ ACCESS_TOKEN_MINUTES: String(2 / 60), REFRESH_TOKEN_DAYS: String(6 / 86_400) });
  const { accessToken, refreshToken, expiresIn } = await signUp(client, "bob");
  expect(expiresIn).toBe(2);
  expect((await client.get("/me-protected", accessToken)).status).toBe(200);
  await seconds(2.1);
  expect((await client.get("/me-protected", accessToken)).status).toBe(401);
  expect((await client.post("/api/auth/validate", { refreshToken })).status).toBe(204);
  await seconds(4.1);
  expect((await client.post("/api/auth/refresh-token", { refreshToken })).status).toBe(403);
});

test("SESSION_MAX_DAYS ends a login however often it is used, and no access token outlives it", async () => {
  const client = await start({ SESSION_MAX_DAYS: String(6 / 86_400) });
  let { refreshToken, expiresIn } = await signUp(client, "cleo");
  expect(expiresIn).toBeLessThanOrEqual(6);
  await seconds(1);
  ({ refreshToken, expiresIn } = (await client.post("/api/auth/refresh-token", { refreshToken })).body);
  expect(expiresIn).toBeLessThanOrEqual(5);
  await seconds(5.2);
  expect((await client.post("/api/auth/refresh-token", { refreshToken })).status).toBe(403);
});

test("AUTH_RATE_LIMIT=off lets everybody guess, on (the default) does not", async () => {
  const statuses = async (env: Env): Promise<Set<number>> => {
    const client = await start(env);
    const guesses = Array.from({ length: 30 }, () =>
      client.post("/api/auth/login", { username: "nobody", password: "a wrong password" }),
    );
    return new Set((await Promise.all(guesses)).map(({ status }) => status));
  };
  expect(await statuses({ AUTH_RATE_LIMIT: "off" })).toEqual(new Set([401]));
  expect(await statuses({ AUTH_RATE_LIMIT: "on" })).toEqual(new Set([401, 429]));
});

test("an unknown name takes as long as a wrong password", async () => {
  const client = await start({ BCRYPT_COST: "10" });
  await signUp(client, "dora");
  const timeOf = async (username: string): Promise<number> => {
    const startedAt = performance.now();
    await client.post("/api/auth/login", { username, password: "a wrong password" });
    return performance.now() - startedAt;
  };
  const [known, unknown]: [number[], number[]] = [[], []];
  for (let round = 0; round < 15; round++) {
    known.push(await timeOf("dora"));
    unknown.push(await timeOf("nobody"));
  }
  expect(median(unknown) / median(known)).toBeGreaterThan(0.7);
  expect(median(unknown) / median(known)).toBeLessThan(1.4);
});

async function start(env: Env): Promise<Api> {
  await running?.stop();
  running = await startApp(app.dir, env);
  return api(running.url);
}

async function signUp(client: Api, username: string) {
  const { status, body } = await client.post("/api/auth/signup", { username, password });
  expect(status).toBe(201);
  return body;
}

function seconds(count: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, count * 1000));
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
