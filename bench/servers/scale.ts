import { randomUUID } from "node:crypto";
import express from "express";
import { findUsers } from "../../templates/auth-admin/base/src/auth/admin/list-store.js";
import { userAdmin } from "../../templates/auth-admin/base/src/db/migrations/0053-user-admin.js";
import { batchRows, nextSessions } from "../../templates/auth-basic/base/src/auth/purge-store.js";
import { countRevoked } from "../../templates/auth-basic/base/src/auth/store.js";
import { migrateDatabase } from "../../templates/auth-basic/base/src/db/client.js";
import { protectedRoute } from "../../templates/auth-basic/base/src/middleware/jwt.js";
import { authRouter } from "../../templates/auth-basic/base/src/routes/auth.js";
import { answerQuestions } from "./answers.js";
import { listen } from "./listen.js";

const password = "a-lantern-in-the-rain";
const user = { username: randomUUID(), password };

const app = express();
app.get("/hello", protectedRoute, (_req, res) => {
  res.json({ hello: "world" });
});
app.use("/api/auth", authRouter);

let url = "";
let accessToken = "";
let refreshToken = "";

/** Makes the tables, and says what makes the admins' indexes. */
async function prepare(): Promise<string[]> {
  await migrateDatabase();
  return userAdmin.statements;
}

/** After the tables are full. */
async function start(): Promise<void> {
  url = await listen(app);
  const signedUp = await ask("POST", "/api/auth/signup", user);
  [accessToken, refreshToken] = [signedUp.accessToken, signedUp.refreshToken];
}

// biome-ignore lint/suspicious/noExplicitAny: whoever asks knows what the answer is
async function ask(method: string, path: string, body?: object, bearer: string = accessToken): Promise<any> {
  const headers = { "content-type": "application/json", authorization: `Bearer ${bearer}` };
  const answer = await fetch(url + path, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
  if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}`);
  return answer.status === 204 ? undefined : answer.json();
}

const byAge = { limit: 50, sort: "-createdAt" } as const;

const steps: Record<string, () => Promise<unknown>> = {
  login: () => ask("POST", "/api/auth/login", user),
  refresh: async () => {
    const refreshed = await ask("POST", "/api/auth/refresh-token", { refreshToken });
    refreshToken = refreshed.refreshToken;
  },
  "login and logout": async () => {
    const login = await ask("POST", "/api/auth/login", user);
    // It ends whatever the request carries.
    await ask("POST", "/api/auth/logout", { refreshToken: login.refreshToken }, login.accessToken);
  },
  protectedRoute: () => ask("GET", "/hello"),
  "GET /sessions": () => ask("GET", "/api/auth/sessions"),
  "admin page": () => findUsers(byAge, null),
  "admin page of the disabled": () => findUsers({ ...byAge, disabled: "true" }, null),
  "a batch of auth:purge": () => nextSessions("8", batchRows, 604_800),
  "a poll of the feed": () => countRevoked(31),
};

/** Milliseconds that each of `times` took in the median: a checkpoint or a neighbour is not counted. */
async function measure({ step, times }: { step: string; times: number }): Promise<number> {
  const took: number[] = [];
  for (let time = 0; time < times; time++) {
    const started = performance.now();
    await steps[step]?.();
    took.push(performance.now() - started);
  }
  return took.sort((a, b) => a - b)[Math.floor(times / 2)] ?? 0;
}

answerQuestions({ prepare, start, measure });
