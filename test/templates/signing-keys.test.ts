import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { x } from "tinyexec";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import type { Api } from "../support/api.js";
import {
  type Cluster,
  type Login,
  open,
  refresh,
  removeComposed,
  signUp,
  startCluster,
  tally,
  times,
} from "../support/cluster.js";
import { appEnv } from "../support/compose.js";

// Keys of several processes on one database.

const items = ["auth-jwks"];
const keySet = "/api/auth/.well-known/jwks.json";

let cluster: Cluster;
afterEach(() => cluster?.close());
afterAll(removeComposed);

describe.each([
  { database: "postgres", processes: 3, at: "20 connections and more" },
  { database: "sqlite", processes: 8, at: "eight processes" },
] as const)("on $database", ({ database, processes, at }) => {
  test(`${at} on an empty table make one key that signs and one that stands by (K7)`, async () => {
    cluster = await startCluster({ database, processes, items });
    const asked = await times(60, (index) =>
      index % 2 ? cluster.next().get(keySet) : cluster.next().post("/api/auth/signup", someone(index)),
    );
    expect(tally(asked)).toEqual({ 200: 30, 201: 30 });
    const rows = await storedKeys();
    expect(rows.map(({ alg }) => alg).sort()).toEqual(["ES256", "ES256", "HS256"]);
    const tokens = asked.flatMap(({ body }) => body.accessToken ?? []);
    expect(new Set(tokens.map(kidOf)).size).toBe(1);
    for (const client of cluster.clients)
      expect(await Promise.all(tokens.map((token) => open(client, token)))).toEqual(tokens.map(() => 200));
  });

  test("a key that is retired with --now is refused by every process within two seconds, and the next one taken (K8)", async () => {
    cluster = await startCluster({ database, processes: 2, items });
    const [here, there] = cluster.clients as [Api, Api];
    const user = await signUp(here);
    for (const client of [here, there]) expect(await open(client, user.accessToken)).toBe(200);
    const listed = await keys("list");
    expect(listed).toContain(`${kidOf(user.accessToken)}  ES256  signs since`);
    expect(listed).toMatch(/^HS256 {2}HS256 {2}verifies until 20/m);
    await keys("retire", kidOf(user.accessToken), "--now");
    const end = Date.now() + 2_000;
    const busy = async (client: Api): Promise<void> => {
      while (Date.now() < end) await open(client, user.accessToken).then(() => sleep(20));
      expect(await open(client, user.accessToken)).toBe(401);
    };
    await Promise.all([here, there].map(busy));
    const next = await refresh(there, user.refreshToken);
    expect(kidOf(next.body.accessToken)).not.toBe(kidOf(user.accessToken));
    for (const client of [here, there]) expect(await open(client, next.body.accessToken)).toBe(200);
  });
});

test("a process that has been idle refuses it at its first request", async () => {
  cluster = await startCluster({ database: "sqlite", processes: 1, items });
  const [client] = cluster.clients as [Api];
  const user = await signUp(client);
  expect(await open(client, user.accessToken)).toBe(200);
  await keys("retire", kidOf(user.accessToken), "--now");
  await sleep(1_600);
  expect(await open(client, user.accessToken)).toBe(401);
});

test("the commands say what they do, and what is too early", async () => {
  cluster = await startCluster({ database: "sqlite", processes: 0, items });
  const first = (await keys("list")).trim().split("\n");
  expect(first).toHaveLength(3);
  await expect(keys("rotate")).rejects.toThrow("The standby key is not known everywhere before");
  const standby = first.find((line) => line.includes("stands by"))?.split(" ")[0] ?? "";
  expect(await keys("retire", standby)).not.toContain(standby);
  await expect(keys("retire", standby)).rejects.toThrow(`There is no key ${standby}.`);
  for (const words of [[], ["list", "x"], ["retire", "x", "--later"]])
    await expect(keys(...words)).rejects.toThrow("Say: list, rotate, retire KID");
});

test("another JWT_SECRET_KEY takes auth:rekey, and then does without the one before", async () => {
  cluster = await startCluster({ database: "postgres", processes: 1, items });
  const user = await signUp(cluster.next());
  const old = appEnv(cluster.dir)["JWT_SECRET_KEY"] ?? "";
  const both = { JWT_SECRET_KEY: "another secret of 32 bytes and more", JWT_SECRET_KEY_PREVIOUS: old };
  const alone = { JWT_SECRET_KEY: both.JWT_SECRET_KEY };
  const lost = await statusOf(alone, user);
  expect([lost.status, lost.output]).toEqual([503, expect.stringContaining("can't be opened")]);
  const during = await statusOf(both, user);
  expect(during.status).toBe(200);
  expect(during.output).toContain("JWT_SECRET_KEY_PREVIOUS is needed for 2 signing keys: run npm run auth:rekey");
  await expect(run("vault", [], alone)).rejects.toThrow("2 signing keys that neither");
  expect(await run("vault", [], both)).toBe("2 signing keys resealed.\n");
  expect((await statusOf(both, user)).output).toContain("Nothing in the database needs JWT_SECRET_KEY_PREVIOUS");
  expect((await statusOf(alone, user)).status).toBe(200);
  expect(kidOf(user.accessToken)).toBe((await storedKeys()).find(({ signing }) => signing)?.kid);
});

function someone(index: number) {
  return { username: `user-${index}`, password: "a-lantern-in-the-rain" };
}

/** What a new process with that environment answers to the user's token, and what it says. */
async function statusOf(env: Record<string, string>, { accessToken }: Login) {
  const app = await cluster.start(env);
  await fetch(`${app.url}/api/auth/health`);
  const { status } = await fetch(`${app.url}/me-protected`, { headers: { authorization: `Bearer ${accessToken}` } });
  await sleep(300);
  const output = app.output();
  await app.kill();
  return { status, output };
}

async function storedKeys(): Promise<{ kid: string; alg: string; signing: boolean }[]> {
  const rows = await cluster.sql("select kid, alg, signing_since, stopped_at from auth_signing_keys");
  return rows.map(({ kid, alg, signing_since, stopped_at }) => ({
    kid: String(kid),
    alg: String(alg),
    signing: signing_since !== null && stopped_at === null,
  }));
}

function kidOf(token: string): string {
  return JSON.parse(Buffer.from(token.split(".")[0]!, "base64url").toString("utf8")).kid;
}

function keys(...words: string[]): Promise<string> {
  return run("jwks", words);
}

/** `npm run auth:keys` and `npm run auth:rekey`. */
async function run(folder: "jwks" | "vault", words: string[], env: Record<string, string> = {}): Promise<string> {
  const files = [`src/auth/${folder}/commands.ts`, `dist/auth/${folder}/commands.js`];
  const { exitCode, stdout, stderr } = await x(
    process.execPath,
    [join(cluster.dir, "scripts/auth.mjs"), ...files, ...words],
    {
      nodeOptions: { cwd: cluster.dir, env: { ...appEnv(cluster.dir), ...cluster.env, ...env } },
      throwOnError: false,
    },
  );
  if (exitCode !== 0) throw new Error(stderr || stdout);
  return stdout.replace(/^\{.*\}\n/gm, "");
}
