import { createHmac, generateKeyPairSync } from "node:crypto";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { x } from "tinyexec";
import { describe, expect, onTestFinished, test } from "vitest";
import { type Api, api } from "../support/api.js";
import { open, refresh, signUp, tally, times, useCluster } from "../support/cluster.js";
import { appEnv } from "../support/compose.js";
import { startProxy } from "../support/freezable-proxy.js";

// Keys of several processes on one database.

const items = ["auth-jwks"];
const keySet = "/api/auth/.well-known/jwks.json";

const cluster = useCluster();

describe.each([
  { database: "postgres", processes: 3, at: "20 connections and more" },
  { database: "sqlite", processes: 8, at: "eight processes" },
] as const)("on $database", ({ database, processes, at }) => {
  test(`${at} on an empty table make one key that signs and one that stands by (K7)`, async () => {
    await cluster.begin({ database, processes, items });
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
    await cluster.begin({ database, processes: 2, items });
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
  await cluster.begin({ database: "sqlite", processes: 1, items });
  const [client] = cluster.clients as [Api];
  const user = await signUp(client);
  expect(await open(client, user.accessToken)).toBe(200);
  await keys("retire", kidOf(user.accessToken), "--now");
  await sleep(1_600);
  expect(await open(client, user.accessToken)).toBe(401);
});

test("a database that no longer answers holds a guarded route up for a second at most, as long as its keys are known", async () => {
  await cluster.begin({ database: "postgres", processes: 0, items });
  const url = new URL(cluster.env["DATABASE_URL"]!);
  const proxy = await startProxy(Number(url.port));
  onTestFinished(() => proxy.close());
  url.port = String(proxy.port);
  const client = api((await cluster.start({ DATABASE_URL: url.href })).url);
  const { accessToken } = await signUp(client);
  expect(await open(client, accessToken)).toBe(200);
  proxy.freeze();
  await sleep(2_000);
  // The first of them waits, those behind it do no longer: well within the eight seconds that a query may take.
  const statuses: number[] = [];
  const answered = (async () => {
    for (let n = 0; n < 20; n += 1) statuses.push(await open(client, accessToken));
  })();
  await Promise.race([answered, sleep(5_000)]);
  expect(statuses).toEqual(Array.from({ length: 20 }, () => 200));
  proxy.thaw();
});

test("the commands say what they do, and what is too early", async () => {
  await cluster.begin({ database: "sqlite", processes: 0, items });
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
  await cluster.begin({ database: "postgres", processes: 1, items });
  const { accessToken } = await signUp(cluster.next());
  const old = appEnv(cluster.dir)["JWT_SECRET_KEY"] ?? "";
  const both = { JWT_SECRET_KEY: "another secret of 32 bytes and more", JWT_SECRET_KEY_PREVIOUS: old };
  const alone = { JWT_SECRET_KEY: both.JWT_SECRET_KEY };
  expect(await statusOf(alone, accessToken, "can't be opened")).toBe(503);
  const needed = "JWT_SECRET_KEY_PREVIOUS is needed for 2 signing keys: run npm run auth:rekey";
  expect(await statusOf(both, accessToken, needed)).toBe(200);
  await expect(run("vault", [], alone)).rejects.toThrow("2 signing keys that neither");
  expect(await run("vault", [], both)).toBe("2 signing keys resealed.\n");
  const notNeeded = "Nothing in the database needs JWT_SECRET_KEY_PREVIOUS";
  expect(await statusOf(both, accessToken, notNeeded)).toBe(200);
  expect(await statusOf(alone, accessToken, "Access tokens are signed with ES256; those signed with HS256")).toBe(200);
  expect(kidOf(accessToken)).toBe((await storedKeys()).find(({ signing }) => signing)?.kid);
});

test("a key in the environment is the one key, and takes tokens of HS256 until the time that is set (K10, K13)", async () => {
  await cluster.begin({ database: "sqlite", processes: 0, items });
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const pem = privateKey.export({ format: "pem", type: "pkcs8" }).toString().replaceAll("\n", "\\n");
  const key = { JWT_PRIVATE_KEY: pem };
  await cluster.start(key);
  const [client] = cluster.clients as [Api];
  const { accessToken } = await signUp(client);
  const { body } = await client.get(keySet);
  expect(body.keys.map(({ kid }: { kid: string }) => kid)).toEqual([kidOf(accessToken)]);
  expect(await storedKeys()).toEqual([]);
  await expect(run("jwks", ["rotate"], key)).rejects.toThrow("The one key is that of JWT_PRIVATE_KEY");
  const old = withHs256(accessToken);
  expect([await open(client, accessToken), await open(client, old)]).toEqual([200, 401]);
  const inAnHour = new Date(Date.now() + 3_600_000).toISOString();
  const until = { ...key, JWT_HS256_UNTIL: inAnHour };
  expect(await statusOf(until, old, `those signed with HS256 are taken until ${inAnHour}`)).toBe(200);
  const past = { ...key, JWT_HS256_UNTIL: "2001-01-01T00:00:00Z" };
  expect(await statusOf(past, old, "JWT_HS256_UNTIL is past, and can go")).toBe(401);
  await expect(cluster.start({ ...key, JWT_HS256_UNTIL: "2999-01-01T00:00:00Z" })).rejects.toThrow(
    "JWT_HS256_UNTIL is more than 31 days ahead",
  );
  await expect(cluster.start({ JWT_PRIVATE_KEY: pem.slice(0, 100) })).rejects.toThrow(
    "JWT_PRIVATE_KEY is no private key",
  );
});

function someone(index: number) {
  return { username: `user-${index}`, password: "a-lantern-in-the-rain" };
}

/** What a new process with that environment answers to the token; `says` is what it has to say in its log. */
async function statusOf(env: Record<string, string>, accessToken: string, says: string): Promise<number> {
  const app = await cluster.start(env);
  await fetch(`${app.url}/api/auth/health`);
  const { status } = await fetch(`${app.url}/me-protected`, { headers: { authorization: `Bearer ${accessToken}` } });
  await expect.poll(() => app.output()).toContain(says);
  await app.kill();
  return status;
}

/** The same claims, signed as they were before there were keys. */
function withHs256(accessToken: string): string {
  const head = Buffer.from('{"alg":"HS256","typ":"at+jwt"}').toString("base64url");
  const text = `${head}.${accessToken.split(".")[1]}`;
  const secret = appEnv(cluster.dir)["JWT_SECRET_KEY"] ?? "";
  return `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`;
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
      nodeOptions: { cwd: cluster.dir, env: { ...appEnv(cluster.dir), NODE_ENV: "", ...cluster.env, ...env } },
      throwOnError: false,
    },
  );
  if (exitCode !== 0) throw new Error(stderr || stdout);
  return stdout.replace(/^\{.*\}\n/gm, "");
}
