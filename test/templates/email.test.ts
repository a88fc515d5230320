import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Email } from "postal-mime";
import { x } from "tinyexec";
import { afterEach, describe, expect, test } from "vitest";
import type { Answer, Api } from "../support/api.js";
import { type DatabaseName, logIn, password, startCluster, tally, times, useCluster } from "../support/cluster.js";
import type { Env, RunningApp } from "../support/compose.js";
import { listens } from "../support/compose.js";
import { freePort } from "../support/free-port.js";
import { type MailServer, startMailServer, until } from "../support/smtp.js";

let smtp: MailServer | undefined;

afterEach(async () => {
  await smtp?.close();
  smtp = undefined;
});
const cluster = useCluster();

const items = ["auth-email"];
const newPassword = "ten grey geese waddle";

test("a process that no request to the module has reached sends the mail that it writes", async () => {
  smtp = await startMailServer();
  const env = { ...mailEnv, AUTH_MAIL: url(smtp) };
  await cluster.begin({ database: "sqlite", processes: 1, items, env, server: registeringServer });
  const email = newAddress();
  const body = { username: `user-${randomBytes(8).toString("hex")}`, password, email };
  expect((await cluster.clients[0]!.post("/register", body)).status).toBe(201);
  await until(() => smtp!.delivered.length === 1, "mail");
  expect(smtp.delivered.flatMap(({ to }) => to)).toEqual([email]);
});

describe.each(["sqlite", "postgres"] as const)("on %s", (database) => {
  test("mail goes out over SMTP, its links work, and races have one winner", async () => {
    const { apps, inbox } = await start(database, 2);
    await provesAndResets(apps, inbox);
    await oneOfThirtyResetsWins(apps, inbox);
    await times(6, (round) => oneAccountHoldsAnAddress(apps, inbox, round % 2 === 0 ? "stored" : "changed"));
    await times(6, () => changeAndProofAgree(apps, inbox));
  });

  test("what was left in the outbox goes out after a restart, from two processes, each mail once", async () => {
    const port = await freePort();
    const { apps } = await start(database, 1, { AUTH_MAIL: `smtp://127.0.0.1:${port}` });
    const addresses = Array.from({ length: 24 }, newAddress);
    const answers = await Promise.all(addresses.map((email) => signUpWith(apps, email)));
    expect(tally(answers)).toEqual({ 201: addresses.length });
    await until(() => cluster.apps[0]!.output().includes("mail_send_fail"), "failed attempt");
    await cluster.apps[0]!.kill();
    await cluster.sql("update auth_mail_outbox set due_at = created_at");

    smtp = await startMailServer({ port, delayMs: 20 });
    await Promise.all([cluster.start(), cluster.start()].map(async (app) => wake(await app)));
    await until(() => smtp!.delivered.length >= addresses.length, "drained outbox");
    await until(async () => (await cluster.sql("select id from auth_mail_outbox")).length === 0, "empty outbox");
    expect(smtp.delivered.flatMap(({ to }) => to).sort()).toEqual([...addresses].sort());
    expect(new Set(smtp.delivered.map(({ mail }) => mail.messageId)).size).toBe(addresses.length);
  });
});

test("an SMTP server that is slow, silent or dead slows no request, and a server that stops does not wait for it", async () => {
  smtp = await startMailServer({ onConnect: () => {} });
  await cluster.begin({ database: "sqlite", processes: 1, items, env: { ...mailEnv, AUTH_MAIL: url(smtp) } });
  const client = cluster.clients[0]!;
  const started = performance.now();
  for (let time = 0; time < 10; time++) expect((await signUpWith([client], newAddress())).status).toBe(201);
  expect(performance.now() - started).toBeLessThan(3_000);
  const stopping = performance.now();
  expect(await cluster.apps[0]!.stop()).toBe(0);
  expect(performance.now() - stopping).toBeLessThan(4_000);
  expect((await cluster.sql("select id from auth_mail_outbox")).length).toBe(10);
});

describe("in production", () => {
  const startProduction = async (more: Env = {}): Promise<void> => {
    const env = { ...mailEnv, NODE_ENV: "production", BCRYPT_COST: "10", ...more };
    // An address of this machine that does not count as such.
    const mail = { AUTH_MAIL: `smtp://ada:secret@0.0.0.0:${smtp!.port}` };
    await cluster.begin({ database: "sqlite", processes: 1, items, env: { ...env, ...mail } });
    await signUpWith(cluster.clients, newAddress());
  };
  const failure = async (): Promise<string> => {
    await until(() => cluster.apps[0]!.output().includes("mail_send_fail"), "failed attempt");
    return /"mail_send_fail".*"reason":"([^"]*)"/.exec(cluster.apps[0]!.output())![1]!;
  };

  test("a server without STARTTLS gets neither mail nor password", async () => {
    smtp = await startMailServer();
    await startProduction();
    expect(await failure()).toMatch(/^verify: ETLS 500, attempt 1 of 80$/);
    expect([smtp.delivered, smtp.logins]).toEqual([[], []]);
  });

  test("one whose certificate nobody vouches for gets none either, and one that is vouched for gets it over TLS", async () => {
    const dir = await mkdtemp(join(tmpdir(), "authwright-mail-"));
    const { key, cert } = await makeCertificate(dir);
    smtp = await startMailServer({ disabledCommands: [], key: await readFile(key), cert: await readFile(cert) });
    await startProduction();
    await failure();
    expect([smtp.delivered, smtp.logins]).toEqual([[], []]);
    await cluster.close();
    await startProduction({ NODE_EXTRA_CA_CERTS: cert });
    await until(() => smtp!.delivered.length === 1, "mail");
    expect([smtp.secured, smtp.logins]).toEqual([[true], ["ada secret"]]);
    await rm(dir, { recursive: true });
  });

  test("without AUTH_MAIL nothing starts, and the error names it", async () => {
    const env = { ...mailEnv, NODE_ENV: "production", BCRYPT_COST: "10", AUTH_MAIL: "" };
    const starting = startCluster({ database: "sqlite", processes: 1, items, env });
    await expect(starting).rejects.toThrow(/AUTH_MAIL is missing/);
  });
});

test("an address that the server refuses for good is given up at once, and does not hold up the others", async () => {
  const refused = newAddress();
  smtp = await startMailServer({
    onRcptTo: ({ address }, _session, done) =>
      done(address === refused ? Object.assign(new Error("No such user"), { responseCode: 550 }) : null),
  });
  await cluster.begin({ database: "sqlite", processes: 1, items, env: { ...mailEnv, AUTH_MAIL: url(smtp) } });
  for (const email of [refused, newAddress()]) await signUpWith(cluster.clients, email);
  await until(() => smtp!.delivered.length === 1, "other mail");
  await until(() => cluster.apps[0]!.output().includes("given up"), "word of it");
  expect(cluster.apps[0]!.output()).toContain("verify: EENVELOPE 550, attempt 1 of 80, given up");
  await until(async () => (await cluster.sql("select id from auth_mail_outbox")).length === 1, "acknowledged mail");
  expect(await cluster.sql("select address, due_at from auth_mail_outbox")).toEqual([
    { address: refused, due_at: null },
  ]);
});

test.each([530, 550])("a server that refuses our sender with %i gets the mail again later", async (responseCode) => {
  let asked = 0;
  smtp = await startMailServer({
    onMailFrom: (_address, _session, done) =>
      done(asked++ === 0 ? Object.assign(new Error("Not you"), { responseCode }) : null),
  });
  await cluster.begin({ database: "sqlite", processes: 1, items, env: { ...mailEnv, AUTH_MAIL: url(smtp) } });
  await signUpWith(cluster.clients, newAddress());
  await until(() => smtp!.delivered.length === 1, "mail after all");
});

test("/password/forgot takes as long for an address that nobody has", async () => {
  const env = { ...mailEnv, AUTH_MAIL: "queue" };
  await cluster.begin({ database: "postgres", processes: 1, items, env });
  const client = cluster.clients[0]!;
  const email = newAddress();
  await signUpWith([client], email);
  await cluster.sql("update auth_users set email_verified_at = now()");
  const forgot = async (address: string): Promise<number> => {
    const at = performance.now();
    expect((await client.post("/api/auth/password/forgot", { email: address })).status).toBe(202);
    return performance.now() - at;
  };
  const known: number[] = [];
  const unknown: number[] = [];
  for (let round = 0; round < 100; round++) {
    known.push(await forgot(email));
    unknown.push(await forgot(newAddress()));
  }
  const ratio = median(known) / median(unknown);
  console.info(`forgot: known ${median(known).toFixed(2)} ms, unknown ${median(unknown).toFixed(2)} ms`);
  expect(ratio).toBeGreaterThan(0.75);
  expect(ratio).toBeLessThan(1.33);
});

const mailEnv: Env = { MAIL_FROM: "Shop <no-reply@shop.example>", APP_URL: "https://shop.example" };

async function start(database: DatabaseName, processes: number, env: Env = {}) {
  smtp ??= await startMailServer();
  await cluster.begin({ database, processes, items, env: { ...mailEnv, AUTH_MAIL: url(smtp), ...env } });
  return { apps: cluster.clients, inbox: smtp };
}

function url({ port }: MailServer): string {
  return `smtp://ada:p%40ss@127.0.0.1:${port}`;
}

async function provesAndResets(apps: readonly Api[], inbox: MailServer): Promise<void> {
  const email = newAddress();
  const { body } = await signUpWith(apps, email);
  const mail = await inbox.mailTo(email);
  expect(mail.from).toEqual({ name: "Shop", address: "no-reply@shop.example" });
  expect(mail.to).toEqual([{ name: "", address: email }]);
  expect(mail.html).toContain(tokenIn(mail));
  expect(inbox.logins[0]).toBe("ada p@ss");
  expect((await verify(apps[1]!, tokenIn(mail), body.accessToken)).status).toBe(204);
  await apps[0]!.post("/api/auth/password/forgot", { username: body.user.username });
  expect((await reset(apps[1]!, tokenIn(await inbox.mailTo(email, 2)))).status).toBe(204);
  expect((await inbox.mailTo(email, 3)).subject).toContain("was changed");
  expect((await logIn(apps[0]!, body.user.username, newPassword)).status).toBe(200);
}

async function oneOfThirtyResetsWins(apps: readonly Api[], inbox: MailServer): Promise<void> {
  const { email, username } = await proven(apps, inbox);
  await apps[0]!.post("/api/auth/password/forgot", { email });
  const token = tokenIn(await inbox.mailTo(email, 2));
  const secrets = Array.from({ length: 30 }, (_, index) => `${newPassword} ${index}`);
  const answers = await Promise.all(secrets.map((secret, index) => reset(apps[index % 2]!, token, secret)));
  expect(tally(answers)).toEqual({ 204: 1, 403: 29 });
  const won = answers.findIndex(({ status }) => status === 204);
  expect((await logIn(apps[0]!, username, secrets[won])).status).toBe(200);
}

/** Two proofs at once: of the address that both accounts have stored, or that both are changing to. */
async function oneAccountHoldsAnAddress(
  apps: readonly Api[],
  inbox: MailServer,
  way: "stored" | "changed",
): Promise<void> {
  const email = newAddress();
  for (let person = 0; person < 2; person++) {
    if (way === "stored") await signUpWith(apps, email);
    else await changeTo(apps[0]!, (await proven(apps, inbox)).accessToken, email);
  }
  const tokens = [tokenIn(await inbox.mailTo(email, 1)), tokenIn(await inbox.mailTo(email, 2))];
  const answers = await Promise.all(tokens.map((token, index) => verify(apps[index]!, token)));
  const statuses = answers.map(({ status }) => status);
  // A first proof by nobody who is logged in ends the password.
  const won = way === "stored" ? 200 : 204;
  expect(statuses).toContain(won);
  for (const status of statuses) expect([won, 403]).toContain(status);
  const holders = await cluster.sql(`select email_verified_at as proven from auth_users where email = '${email}'`);
  expect(holders).toEqual([{ proven: expect.anything() }]);
}

async function changeAndProofAgree(apps: readonly Api[], inbox: MailServer): Promise<void> {
  const { email, accessToken, id } = await proven(apps, inbox);
  const [first, second] = [newAddress(), newAddress()];
  await changeTo(apps[0]!, accessToken, first);
  const token = tokenIn(await inbox.mailTo(first));
  const [proof, change] = await Promise.all([verify(apps[0]!, token), changeTo(apps[1]!, accessToken, second)]);
  expect([200, 401]).toContain(change.status);
  const [row] = await cluster.sql(`select email from auth_users where id = '${id}' and email_verified_at is not null`);
  expect(row!["email"]).toBe(proof.status === 204 ? first : email);
  expect((await verify(apps[1]!, token)).status).toBe(403);
  if (proof.status !== 204) expect((await verify(apps[0]!, tokenIn(await inbox.mailTo(second)))).status).toBe(204);
}

interface Proven {
  readonly id: string;
  readonly username: string;
  readonly email: string;
  readonly accessToken: string;
}

async function proven(apps: readonly Api[], inbox: MailServer): Promise<Proven> {
  const email = newAddress();
  const { user, accessToken: first } = (await signUpWith(apps, email)).body;
  const { id, username } = user;
  expect((await verify(apps[0]!, tokenIn(await inbox.mailTo(email)), first)).status).toBe(204);
  const { accessToken } = (await logIn(apps[0]!, username)).body;
  return { id, username, email, accessToken };
}

function signUpWith([client]: readonly Api[], email: string): Promise<Answer> {
  const username = `user-${randomBytes(8).toString("hex")}`;
  return client!.post("/api/auth/signup", { username, password, email });
}

const verify = (client: Api, token: string, bearer?: string): Promise<Answer> =>
  client.post("/api/auth/email/verify", { token }, bearer);

const reset = (client: Api, token: string, secret = newPassword): Promise<Answer> =>
  client.post("/api/auth/password/reset", { token, newPassword: secret });

const changeTo = (client: Api, accessToken: string, email: string): Promise<Answer> =>
  client.patch("/api/auth/me", { email, currentPassword: password }, accessToken);

function newAddress(): string {
  return `ada-${randomBytes(6).toString("hex")}@example.org`;
}

function tokenIn({ text = "" }: Email): string {
  return /^https:\/\/shop\.example\/[\w-]+#token=([\w-]{43})\r?$/m.exec(text)![1]!;
}

async function wake({ url: base }: RunningApp): Promise<void> {
  await fetch(`${base}/api/auth/health`);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}

/** Files with a key, and a certificate for 0.0.0.0 that only who has it trusts. */
async function makeCertificate(dir: string): Promise<{ key: string; cert: string }> {
  const files = { key: join(dir, "key.pem"), cert: join(dir, "cert.pem") };
  const kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  const names = ["-subj", "/CN=0.0.0.0", "-addext", "subjectAltName=IP:0.0.0.0"];
  await x("openssl", ["req", ...kind, ...names, "-keyout", files.key, "-out", files.cert], { throwOnError: true });
  return files;
}

/** A signup by a route of the application's own. */
const registeringServer = `import express from "express";
import { signUp } from "./src/auth/accounts.js";
import { newTokens } from "./src/auth/sessions.js";
import { authRouter } from "./src/routes/auth.js";

const app = express();
app.use(express.json());
app.post("/register", async (req, res) => {
  const client = { ip: null, userAgent: null };
  await signUp(req.body, client, newTokens(client));
  res.sendStatus(201);
});
app.use("/api/auth", authRouter);
${listens}`;
