import { x } from "tinyexec";
import { describe, expect, test } from "vitest";
import {
  asserted,
  type Changes,
  created,
  newPasskey,
  type SoftPasskey,
} from "../../templates/auth-passkeys/base/test/auth/passkeys/authenticator.js";
import type { Answer } from "../support/api.js";
import { signUp, tally, times, useCluster } from "../support/cluster.js";
import { appEnv, startApp } from "../support/compose.js";

// Passkeys of several processes on one database.

const cluster = useCluster();

const items = ["auth-passkeys"];
const env = { WEBAUTHN_RP_ID: "shop.example", WEBAUTHN_ORIGINS: "https://shop.example", PASSKEY_SIGNUP: "on" };
const auth = "/api/auth";

interface Owner {
  key: SoftPasskey;
  /** Of a session that was proven with the passkey. */
  bearer: string;
}

describe.each([
  { database: "postgres", processes: 3, at: "30 connections" },
  { database: "sqlite", processes: 3, at: "three processes" },
] as const)("$database, $at", ({ database, processes }) => {
  cluster.beginForAll({ database, processes, items, env });

  test("50 parallel answers to one challenge start one session (W4)", async () => {
    const { key } = await owner();
    const passkey = asserted(await optionsOf("/passkeys/login"), key);
    const answers = await times(50, () => cluster.next().post(`${auth}/passkeys/login`, { passkey }));
    expect(tally(answers)).toEqual({ 200: 1, 403: 49 });
  });

  test("50 parallel answers with one counter, each to a challenge of its own, start one session (W7)", async () => {
    const { key } = await owner();
    const answers = await times(50, () => logIn(key, { counter: 7 }));
    expect(tally(answers)).toEqual({ 200: 1, 403: 49 });
  });

  test("a credential that 30 people send at once is that of one (W11)", async () => {
    const people = await times(30, () => signUp(cluster.next(), `user-${crypto.randomUUID()}`));
    const key = newPasskey("");
    const answers = await Promise.all(people.map(({ accessToken }) => register(accessToken, key)));
    expect(tally(answers)).toEqual({ 201: 1, 409: 29 });
  });

  test("of the passkeys of an account without a password, that are removed all at once, one is left (W13)", async () => {
    const { bearer } = await withoutPassword();
    for (let added = 1; added < 8; added++) expect((await register(bearer)).status).toBe(201);
    const { body } = await cluster.next().get(`${auth}/passkeys`, bearer);
    const ids: string[] = body.passkeys.map(({ id }: { id: string }) => id);
    const answers = await times(24, (index) => remove(ids[index % 8] ?? "", bearer));
    expect(tally(answers)[204]).toBe(7);
    expect((await cluster.next().get(`${auth}/passkeys`, bearer)).body.passkeys).toHaveLength(1);
  });

  test("logins beside the removal of their passkey leave nobody waiting, and none starts after it", async () => {
    const { key, bearer } = await owner();
    const { body } = await cluster.next().get(`${auth}/passkeys`, bearer);
    const [removed, ...answers] = await Promise.all([
      remove(body.passkeys[0].id, bearer),
      ...Array.from({ length: 20 }, () => logIn(key)),
    ]);
    expect(removed?.status).toBe(204);
    for (const { status } of answers) expect([200, 403]).toContain(status);
    expect(await logIn(key)).toMatchObject({ status: 403, body: { code: "UnknownPasskey" } });
  });

  test("the terminal says which passkeys nobody can use under another domain, and so does the start (W5)", async () => {
    await owner();
    expect(await command("check")).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("shop.example") });
    const moved = { WEBAUTHN_RP_ID: "new.example", WEBAUTHN_ORIGINS: "https://new.example" };
    const checked = await command("check", moved);
    expect(checked).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/new\.example: \d+ of shop\.example/) });
    const started = await startApp(cluster.dir, { ...cluster.env, ...moved });
    await expect
      .poll(() => started.output())
      .toMatch(/sys_error.*WEBAUTHN_RP_ID is new\.example: \d+ of shop\.example/);
    await started.kill();
  });

  test("the terminal takes the passkeys of a user away who has lost them", async () => {
    const { key, bearer } = await owner();
    const { body } = await cluster.next().get(`${auth}/me`, bearer);
    const removed = await command("remove", {}, body.user.username);
    expect(removed).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("Removed 1 passkeys") });
    expect(await logIn(key)).toMatchObject({ body: { code: "UnknownPasskey" } });
    expect(await command("remove", {}, "nobody-there")).toMatchObject({ exitCode: 1 });
    expect(await command("list")).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("Say: check") });
  });

  test("nothing of this was an error of the server", () => {
    for (const { output } of cluster.apps) expect(output()).not.toMatch(/deadlock|InternalError|ServiceUnavailable/i);
  });
});

async function optionsOf(path: string, body?: object, bearer?: string) {
  const answer = await cluster.next().post(`${auth}${path}/options`, body, bearer);
  expect(answer.status).toBe(200);
  return answer.body.publicKey;
}

async function register(bearer: string, key?: SoftPasskey): Promise<Answer> {
  const options = await optionsOf("/passkeys", undefined, bearer);
  const passkey = created(options, key ?? newPasskey(options.user.id));
  return cluster.next().post(`${auth}/passkeys`, { passkey }, bearer);
}

async function logIn(key: SoftPasskey, changes: Changes = {}): Promise<Answer> {
  const passkey = asserted(await optionsOf("/passkeys/login"), key, changes);
  return cluster.next().post(`${auth}/passkeys/login`, { passkey });
}

function remove(id: string, bearer: string): Promise<Answer> {
  return cluster.next().delete(`${auth}/passkeys/${id}`, undefined, bearer);
}

/** Somebody with a password and a passkey. */
async function owner(): Promise<Owner> {
  const { accessToken } = await signUp(cluster.next(), `user-${crypto.randomUUID()}`);
  const options = await optionsOf("/passkeys", undefined, accessToken);
  const key = newPasskey(options.user.id);
  const sent = { passkey: created(options, key) };
  expect((await cluster.next().post(`${auth}/passkeys`, sent, accessToken)).status).toBe(201);
  return { key, bearer: (await logIn(key)).body.accessToken };
}

async function withoutPassword(): Promise<Owner> {
  const username = `user-${crypto.randomUUID()}`;
  const options = await optionsOf("/passkeys/signup", { username });
  const key = newPasskey(options.user.id);
  const sent = { username, passkey: created(options, key) };
  const { status, body } = await cluster.next().post(`${auth}/passkeys/signup`, sent);
  expect(status).toBe(201);
  return { key, bearer: body.accessToken };
}

async function command(name: string, changes: Record<string, string> = {}, ...more: string[]) {
  const files = ["scripts/auth.mjs", "src/auth/passkeys/commands.ts", "dist/auth/passkeys/commands.js"];
  const options = { cwd: cluster.dir, env: { ...appEnv(cluster.dir), ...cluster.env, ...changes } };
  return x(process.execPath, [...files, name, ...more], { nodeOptions: options, throwOnError: false });
}
