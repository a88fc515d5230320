import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { createClient } from "@libsql/client";
import pg from "pg";
import { afterAll, afterEach, beforeAll } from "vitest";
import { type Answer, type Api, api } from "./api.js";
import { type ComposedApp, type Composition, composeApp, type Env, type RunningApp, startApp } from "./compose.js";
import { freshDatabase } from "./postgres.js";

export type DatabaseName = "postgres" | "sqlite";

/** Several processes of one app on one database of their own. */
export interface Cluster {
  readonly dir: string;
  readonly env: Env;
  readonly apps: readonly RunningApp[];
  /** A client of each process. */
  readonly clients: readonly Api[];
  /** The processes in turn, so that parallel requests meet in the database and not in one process. */
  next(): Api;
  /** One more process; it ends with the others. */
  start(env?: Env): Promise<RunningApp>;
  /** Runs SQL beside the app. */
  sql(text: string): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

/** The cluster that runs at the moment. Reading it while none does throws. */
export interface UsedCluster extends Cluster {
  /** Starts one in a test or its `beforeEach`; it ends after the test, where `close` has not ended it before. */
  begin(options: ClusterOptions): Promise<void>;
  /** In a `describe`: one starts before its tests, and ends after them. */
  beginForAll(options: ClusterOptions | (() => Promise<ClusterOptions>)): void;
  /** The composed app of this test file for a database, before or beside a cluster of it. */
  compose: typeof compose;
}

export interface ClusterOptions {
  readonly database: DatabaseName;
  readonly processes: number;
  /** Beside auth-basic. */
  readonly items?: readonly string[];
  /** What people log in with. */
  readonly login?: Composition["login"];
  readonly env?: Env;
  /** What `default_transaction_isolation` of the Postgres database is. */
  readonly isolation?: "read committed" | "repeatable read" | "serializable";
  /** Takes the place of the usual server. */
  readonly server?: string;
}

const composed = new Map<string, Promise<ComposedApp>>();

/**
 * At the top of a test file: its cluster, which ends by itself; after the file the composed apps go. Hooks that run
 * after a test run from the last to the first: those that end what a cluster uses stand above this one.
 */
export function useCluster(): UsedCluster {
  let running: Cluster | undefined;
  let endsWithTest = false;
  const now = (): Cluster => {
    if (!running) throw new Error("no cluster is running");
    return running;
  };
  const begin = async (options: ClusterOptions, withTest = true): Promise<void> => {
    if (running) throw new Error("a cluster is running");
    running = await startCluster(options);
    endsWithTest = withTest;
  };
  const close = async (): Promise<void> => {
    const ending = running;
    running = undefined;
    await ending?.close();
  };
  const beginForAll: UsedCluster["beginForAll"] = (options) => {
    beforeAll(async () => begin(typeof options === "function" ? await options() : options, false));
    afterAll(close);
  };
  afterEach(async () => {
    if (endsWithTest) await close();
  });
  afterAll(removeComposed);
  return {
    ...{ begin: (options) => begin(options), beginForAll, compose, close },
    ...{ next: () => now().next(), start: (env) => now().start(env), sql: (text) => now().sql(text) },
    get dir() {
      return now().dir;
    },
    get env() {
      return now().env;
    },
    get apps() {
      return now().apps;
    },
    get clients() {
      return now().clients;
    },
  };
}

/** Starts `processes` of the app at once. */
export async function startCluster({
  database,
  processes,
  items = [],
  login = "username",
  env = {},
  isolation,
  server,
}: ClusterOptions): Promise<Cluster> {
  const { dir, command } = await compose(database, server, items, login);
  const store = database === "postgres" ? await postgresStore(isolation) : sqliteStore(dir);
  const clusterEnv = { ...env, DATABASE_URL: store.url };
  if (database === "postgres") await command(clusterEnv, "migrate");
  const apps: RunningApp[] = [];
  const clients: Api[] = [];
  const start = async (more: Env = {}): Promise<RunningApp> => {
    const app = await startApp(dir, { ...clusterEnv, ...more });
    apps.push(app);
    clients.push(api(app.url));
    return app;
  };
  const close = async (): Promise<void> => {
    await Promise.all(apps.map((app) => app.kill()));
    await store.close();
  };
  let turn = 0;
  const next = (): Api => clients[turn++ % clients.length]!;
  await Promise.all(Array.from({ length: processes }, () => start()));
  return { dir, env: clusterEnv, apps, clients, next, start, sql: store.sql, close };
}

function compose(
  database: DatabaseName,
  server?: string,
  items: readonly string[] = [],
  login: Composition["login"] = "username",
): Promise<ComposedApp> {
  const key = [database, login, ...items, server ?? ""].join(" ");
  const known = composed.get(key) ?? composeApp({ database, login, items, ...(server ? { server } : {}) });
  composed.set(key, known);
  return known;
}

async function removeComposed(): Promise<void> {
  for (const app of composed.values()) await (await app).remove();
  composed.clear();
}

async function postgresStore(isolation: ClusterOptions["isolation"]) {
  const { url, drop } = await freshDatabase();
  const pool = new pg.Pool({ connectionString: url, max: 2 });
  pool.on("error", () => {});
  const name = new URL(url).pathname.slice(1);
  if (isolation) await pool.query(`alter database ${name} set default_transaction_isolation = '${isolation}'`);
  return {
    url,
    sql: async (text: string) => (await pool.query(text)).rows,
    close: async () => {
      await pool.end();
      await drop();
    },
  };
}

function sqliteStore(dir: string) {
  const url = `file:${join(dir, `${randomBytes(6).toString("hex")}.db`)}`;
  return {
    url,
    sql: async (text: string): Promise<Record<string, unknown>[]> => {
      const client = createClient({ url, timeout: 5_000 });
      try {
        return (await client.execute(text)).rows.map((row) => ({ ...row }));
      } finally {
        client.close();
      }
    },
    close: async () => {},
  };
}

export const password = "a-lantern-in-the-rain";

export interface Login {
  readonly username: string;
  readonly userId: string;
  readonly accessToken: string;
  readonly refreshToken: string;
}

/** A new user, logged in. */
export async function signUp(client: Api, username = `user-${randomBytes(8).toString("hex")}`): Promise<Login> {
  const { status, body } = await client.post("/api/auth/signup", { username, password });
  if (status !== 201) throw new Error(`signup answered ${status}: ${JSON.stringify(body)}`);
  return { username, userId: body.user.id, accessToken: body.accessToken, refreshToken: body.refreshToken };
}

export const refresh = (client: Api, refreshToken: string): Promise<Answer> =>
  client.post("/api/auth/refresh-token", { refreshToken });

export const logIn = (client: Api, username: string, secret = password): Promise<Answer> =>
  client.post("/api/auth/login", { username, password: secret });

/** What the protected route answers. */
export const open = async (client: Api, accessToken: string): Promise<number> =>
  (await client.get("/me-protected", accessToken)).status;

/** As many at once as asked for. */
export function times<T>(count: number, run: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => run(index)));
}

/** How often each status came: `{ 200: 1, 403: 29 }`. */
export function tally(answers: readonly Answer[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}
