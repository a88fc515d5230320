import { readFile } from "node:fs/promises";
import { join } from "node:path";
import fs from "fs-extra";
import pg from "pg";
import { x } from "tinyexec";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readRegistry } from "../../cli/registry/read-registry.js";
import { appEnv, type ComposedApp, composeApp } from "../support/compose.js";
import { fillTables } from "../support/large-tables.js";
import { type FreshDatabase, freshDatabase } from "../support/postgres.js";
import { repo } from "../support/template-tree.js";

// Postgres looks for another way only in a table that is large: there each statement of the module is explained.

interface Statement {
  readonly text: string;
  readonly values: unknown[];
}

/** A node of a plan, as EXPLAIN (FORMAT JSON) has it. */
interface Plan {
  readonly "Node Type": string;
  readonly "Relation Name"?: string;
  readonly "Total Cost": number;
  readonly Plans?: Plan[];
}

const items = readRegistry(repo).items.map(({ name }) => name);

/** Does once what users, admins, workers and schedulers do, and writes down each statement that this has sent. */
const story = `import { once } from "node:events";
import { writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import express from "express";
import pg from "pg";
import { closeAuth } from "./src/auth/close.js";
import { drainMail } from "./src/auth/email/dispatch.js";
import { claimMail } from "./src/auth/email/outbox-store.js";
import { claimMessage, postponeMessage } from "./src/auth/events/webhook-store.js";
import { purge } from "./src/auth/purge.js";
import { endBatches } from "./src/auth/purge-store.js";
import { countRevoked, revokedBetween } from "./src/auth/store.js";
import { adminRouter } from "./src/routes/admin.js";
import { authRouter } from "./src/routes/auth.js";

const statements: { text: string; values: unknown[] }[] = [];
const query: (...args: any[]) => any = pg.Client.prototype.query;
pg.Client.prototype.query = function (this: pg.Client, ...args: any[]) {
  const text = args[0].text ?? args[0];
  if (/^(select|with|insert|update|delete)\\b/i.test(text)) statements.push({ text, values: args[0].values ?? args[1] ?? [] });
  return query.apply(this, args);
} as never;

const app = express().use("/auth/admin", adminRouter).use("/auth", authRouter);
const server = app.listen(0, "127.0.0.1");
await once(server, "listening");
const url = () => "http://127.0.0.1:" + (server.address() as AddressInfo).port + "/auth";
const password = "a-lantern-in-the-rain";

async function ask(method: string, path: string, status: number, token?: string, body?: object): Promise<any> {
  const headers = { "content-type": "application/json", ...(token ? { authorization: "Bearer " + token } : {}) };
  const answer = await fetch(url() + path, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
  const text = await answer.text();
  if (answer.status !== status) throw new Error(method + " " + path + " answered " + answer.status + ": " + text);
  return text === "" ? undefined : JSON.parse(text);
}

async function signUp(username: string) {
  return ask("POST", "/signup", 201, undefined, { username, password, email: username + "@example.com" });
}

const logIn = (username: string) => ask("POST", "/login", 200, undefined, { username, password });

async function users(): Promise<void> {
  const { user, accessToken, refreshToken } = await signUp("ada");
  for (let more = 0; more < 4; more++) await logIn("ada");
  const { accessToken: token } = await logIn("ada");
  await ask("POST", "/refresh-token", 200, undefined, { refreshToken: (await logIn("ada")).refreshToken });
  await ask("GET", "/me", 200, token);
  await ask("PATCH", "/me", 200, token, { displayName: "Ada" });
  const { sessions } = await ask("GET", "/sessions", 200, token);
  await ask("GET", "/sessions?after=" + sessions[0].id, 200, token);
  await ask("DELETE", "/sessions/" + sessions.find((session: any) => !session.current).id, 204, token);
  await ask("DELETE", "/sessions", 204, token);
  await ask("POST", "/password/forgot", 202, undefined, { email: "ada@example.com" });
  await ask("POST", "/password/forgot", 202, undefined, { username: "ada" });
  const made = await ask("POST", "/keypair-tokens", 201, token, { name: "deploys", expiresIn: 3600 });
  await ask("GET", "/me", 200, made.token);
  await ask("GET", "/keypair-tokens", 200, token);
  await ask("DELETE", "/keypair-tokens/" + made.id, 204, token);
  await ask("GET", "/factors", 200, token);
  await ask("POST", "/factors/totp", 201, token);
  await ask("GET", "/passkeys", 200, token);
  await ask("POST", "/logout", 204, token, {});
  const { accessToken: last } = await logIn("ada");
  await ask("POST", "/logout-all", 204, last);
  await ask("DELETE", "/me", 204, (await logIn("ada")).accessToken, { password });
}

async function admins(): Promise<void> {
  const { user } = await signUp("root");
  const pool = new pg.Client({ connectionString: process.env["DATABASE_URL"] });
  await pool.connect();
  await query.call(pool, "update auth_users set role = 'admin' where id = '" + user.id + "'");
  await pool.end();
  const { accessToken } = await logIn("root");
  for (const sort of ["createdAt", "-createdAt", "username", "-username"])
    for (const filter of ["", "&role=admin", "&role=user", "&disabled=true", "&disabled=false", "&role=admin&disabled=true", "&username=user-99", "&email=user-99"]) {
      const { next } = await ask("GET", "/admin/users?limit=2&sort=" + sort + filter, 200, accessToken);
      if (next) await ask("GET", "/admin/users?limit=2&sort=" + sort + filter + "&cursor=" + next, 200, accessToken);
    }
  const { user: made } = await ask("POST", "/admin/users", 201, accessToken, { username: "made", email: "made@example.com" });
  await ask("PUT", "/admin/users/" + made.id, 200, accessToken, { displayName: "Made" });
  await ask("POST", "/admin/users/" + made.id + "/logout", 204, accessToken);
  await ask("POST", "/admin/users/" + made.id + "/disable", 200, accessToken);
  await ask("DELETE", "/admin/users/" + made.id, 204, accessToken);
}

async function workers(): Promise<void> {
  const [{ second } = { second: 0 }] = await countRevoked(31);
  await revokedBetween(second, second);
  await claimMail(60);
  const message = await claimMessage(60);
  if (message) await postponeMessage(message, 60);
}

/** One batch of each kind. */
async function schedulers(): Promise<void> {
  const ending = setInterval(endBatches, 1);
  await purge();
  clearInterval(ending);
}

for (const part of [users, admins, workers, schedulers]) await part();
server.close();
await closeAuth();
writeFileSync("statements.json", JSON.stringify(statements));
process.exit();
`;

/** Above what a batch of 200 rows costs, each found by its key; a third of the sessions costs more. */
const mostCost = 3_000;
/** Holds four keys at most, whatever else there is. */
const alwaysSmall = "auth_signing_keys";

let app: ComposedApp;
let database: FreshDatabase;
let client: pg.Client;
let statements: Statement[];

beforeAll(async () => {
  [app, database] = await Promise.all([composeApp({ database: "postgres", items, server: story }), freshDatabase()]);
  const env = { ...appEnv(app.dir), ...environment(), DATABASE_URL: database.url };
  await app.command(env, "migrate");
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  for (const fill of fillTables) await client.query(fill);
  const run = await x(process.execPath, ["--import", "tsx", "server.ts"], { nodeOptions: { cwd: app.dir, env } });
  expect(run.stderr).toBe("");
  statements = await fs.readJson(join(app.dir, "statements.json"));
});
afterAll(async () => {
  await client?.end();
  await database?.drop();
  await app?.remove();
});

describe("with many rows in every table of the module", () => {
  test("no statement reads one from end to end, or sorts much of it", async () => {
    const slow: string[] = [];
    for (const statement of statements) {
      const plan = await explain(statement);
      const scans = nodesOf(plan).filter((node) => node["Node Type"] === "Seq Scan");
      const names = scans.map((node) => node["Relation Name"]);
      const tables = names.filter((name) => name?.startsWith("auth_") && name !== alwaysSmall);
      if (tables.length > 0 || plan["Total Cost"] > mostCost)
        slow.push(`${plan["Total Cost"]} ${tables.join()}: ${statement.text}`);
    }
    expect(slow).toEqual([]);
  });

  test("that story has met every file that compares with a time of the database", async () => {
    const paths = (await fs.readdir(join(app.dir, "src"), { recursive: true })).map(String);
    const using = await Promise.all(
      paths.map(
        async (path) => path.endsWith(".ts") && /\bago\(/.test(await readFile(join(app.dir, "src", path), "utf8")),
      ),
    );
    expect(paths.filter((_, index) => using[index]).sort()).toEqual([
      "auth/dpop/database-replays.ts",
      "auth/email/outbox-store.ts",
      "auth/email/purge.ts",
      "auth/events/store.ts",
      "auth/events/webhook-store.ts",
      "auth/factors/purge.ts",
      "auth/grace/store.ts",
      "auth/keypair/store.ts",
      "auth/passkeys/purge.ts",
      "auth/purge-store.ts",
      "auth/store.ts",
      "db/client.ts",
    ]);
  });
});

async function explain({ text, values }: Statement): Promise<Plan> {
  const { rows } = await client.query(`explain (format json) ${text}`, values);
  return rows[0]["QUERY PLAN"][0].Plan;
}

function nodesOf(plan: Plan): Plan[] {
  return [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];
}

function environment() {
  return {
    NODE_ENV: "test",
    AUTH_RATE_LIMIT: "on",
    AUTH_MAIL: "queue",
    AUTH_WEBHOOK_URL: "http://127.0.0.1:9",
    AUTH_WEBHOOK_SECRET: "a key of the tests, 32 bytes all",
    SESSIONS_PER_USER: "3",
  };
}
