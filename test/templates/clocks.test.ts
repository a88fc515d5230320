import { expect, test } from "vitest";
import { api } from "../support/api.js";
import { logIn, open, signUp, useCluster } from "../support/cluster.js";
import { listens } from "../support/compose.js";

const cluster = useCluster();

/** The environment of a process whose clock is so far from the real one. */
function clock(seconds: number): Record<string, string> {
  const shift = `const real = Date.now; Date.now = () => real() + ${seconds * 1000};`;
  return { NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(shift)}` };
}

/** A server that tells of its errors to something that never answers. */
const withSlowSink = `import express from "express";
import { eventSinks } from "./src/auth/events.js";
import { protectedRoute } from "./src/middleware/jwt.js";
import { authRouter } from "./src/routes/auth.js";

eventSinks.push(({ event }) => (event === "sys_error" ? new Promise(() => undefined) : undefined));
const app = express();
app.use("/api/auth", authRouter);
app.get("/me-protected", protectedRoute, (req, res) => void res.json({ auth: req.auth }));
${listens}`;

test("between servers whose clocks are 55 s apart a new token is good in both, and dead in both after a logout", async () => {
  await cluster.begin({ database: "postgres", processes: 1, env: { ACCESS_TOKEN_MINUTES: "0.2" } });
  const [here, ahead] = [cluster.clients[0]!, api((await cluster.start(clock(55))).url)];
  const { username } = await signUp(here);
  const { body } = await logIn(ahead, username);
  expect(await open(here, body.accessToken)).toBe(200);
  expect(await open(ahead, body.accessToken)).toBe(200);
  await ahead.post("/api/auth/logout", { refreshToken: body.refreshToken });
  await expect.poll(() => open(here, body.accessToken), { timeout: 5_000 }).toBe(401);
  expect(cluster.apps.map((app) => app.output()).join("")).not.toContain("The clock of this process");
});

test("a server whose clock is two minutes off says so once, by how much and to which side; its tokens of the future are refused", async () => {
  await cluster.begin({ database: "postgres", processes: 1 });
  const { username } = await signUp(cluster.clients[0]!);
  for (const [seconds, side] of [
    [120, "ahead of"],
    [-120, "behind"],
  ] as const) {
    const app = await cluster.start(clock(seconds));
    const { body } = await logIn(api(app.url), username);
    for (let n = 0; n < 3; n++) expect(await open(api(app.url), body.accessToken)).toBe(200);
    expect(await open(cluster.clients[0]!, body.accessToken)).toBe(seconds > 0 ? 401 : 200);
    expect(app.output().split(`The clock of this process is 120 s ${side} the database's`)).toHaveLength(2);
  }
  expect(cluster.apps[0]!.output()).not.toContain("The clock of this process");
});

test("whoever hears of a wrong clock and never answers keeps no revocation from being heard", async () => {
  await cluster.begin({ database: "sqlite", processes: 1, server: withSlowSink });
  const [here, behind] = [cluster.clients[0]!, api((await cluster.start(clock(-90))).url)];
  const there = await logIn(behind, (await signUp(here)).username);
  expect(await open(behind, there.body.accessToken)).toBe(200);
  await here.post("/api/auth/logout", { refreshToken: there.body.refreshToken });
  await expect.poll(() => open(behind, there.body.accessToken), { timeout: 5_000 }).toBe(401);
});
