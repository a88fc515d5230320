import { randomBytes } from "node:crypto";
import type { Email } from "postal-mime";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Answer, Api } from "../support/api.js";
import { open, password, tally, times, useCluster } from "../support/cluster.js";
import { type MailServer, startMailServer } from "../support/smtp.js";

// Where people log in with their address, on Postgres and from two processes: who gets an address that many want at once.

let smtp: MailServer;
afterEach(() => smtp?.close());
const cluster = useCluster();

beforeEach(async () => {
  smtp = await startMailServer();
  const mail = { AUTH_MAIL: `smtp://ada:secret@127.0.0.1:${smtp.port}`, MAIL_FROM: "no-reply@shop.example" };
  const env = { ...mail, APP_URL: "https://shop.example" };
  await cluster.begin({ database: "postgres", processes: 2, login: "email", items: ["auth-email"], env });
});

const newPassword = "ten grey geese waddle";
/** A process hears of another's revocations once a second. */
const heardWithinMs = 2_000;

test("an address that ten accounts prove, and twenty people sign up with, at once is one account's", async () => {
  for (let round = 0; round < 3; round++) {
    const email = newAddress();
    const movers = await times(10, proven);
    await Promise.all(movers.map(({ accessToken }) => changeTo(accessToken, email)));
    const tokens = await times(movers.length, async (index) => tokenIn(await smtp.mailTo(email, index + 1)));
    const racing = [
      ...tokens.map((token) => verify(token)),
      ...Array.from({ length: 20 }, () => signUp(email.toUpperCase())),
    ];
    const answers = await Promise.all(racing);
    const counts = tally(answers);
    expect((counts[204] ?? 0) + (counts[201] ?? 0), JSON.stringify(counts)).toBe(1);
    expect((counts[403] ?? 0) + (counts[409] ?? 0), JSON.stringify(counts)).toBe(29);
    expect(await holdersOf(email)).toHaveLength(1);
    const names = await Promise.all(movers.map(({ email: old }) => holdersOf(old)));
    expect(names.flat()).toHaveLength(counts[204] ? 9 : 10);
  }
});

test("a squatter who does everything at once keeps nothing after the reset of the address's owner", async () => {
  for (let round = 0; round < 6; round++) {
    const [email, elsewhere] = [newAddress(), newAddress()];
    const { accessToken } = (await signUp(email)).body;
    const first = tokenIn(await smtp.mailTo(email));
    await changeTo(accessToken, elsewhere);
    const wayOut = tokenIn(await smtp.mailTo(elsewhere));
    await cluster.next().post("/api/auth/password/forgot", { email });
    const claim = tokenIn(await smtp.mailTo(email, 2));
    const [claimed, left, ...others] = await Promise.all([
      reset(claim),
      verify(wayOut),
      ...Array.from({ length: 10 }, () => logIn(email, password)),
      ...Array.from({ length: 6 }, () => changeTo(accessToken, newAddress())),
      cluster
        .next()
        .put("/api/auth/password", { currentPassword: password, newPassword: "six wet otters slide" }, accessToken),
    ]);
    for (const { status } of [claimed!, left!, ...others]) expect(status).toBeLessThan(500);
    const sessions = [accessToken, ...others.flatMap(({ body }) => body?.accessToken ?? [])];
    // A new password that the squatter has set first ends the reset and the change that waits, but not the first link.
    const ownersLink = claimed!.status === 403 && left!.status === 403 ? await verify(first) : null;
    if (ownersLink) {
      expect(ownersLink.status).toBe(200);
      expect((await reset(ownersLink.body.setPasswordToken)).status).toBe(204);
    }
    if (claimed!.status === 204 || ownersLink) {
      expect(left!.status).toBe(403);
      expect((await logIn(email, newPassword)).status).toBe(200);
      const opened = () => Promise.all(sessions.map((token) => open(cluster.clients[0]!, token)));
      await expect.poll(opened, { timeout: heardWithinMs }).toEqual(sessions.map(() => 401));
    } else {
      // The stranger's first proof, of an address of their own.
      expect([claimed!.status, left!.status]).toEqual([403, 200]);
      expect((await signUp(email)).status).toBe(201);
    }
  }
});

test("an address that a link puts back at the moment that a thief signs up with it is its owner's", async () => {
  for (let round = 0; round < 6; round++) {
    const { email, accessToken } = await proven();
    const theirs = newAddress();
    await changeTo(accessToken, theirs);
    const [move, back] = [tokenIn(await smtp.mailTo(theirs)), tokenIn(await smtp.mailTo(email, 2))];
    const thieves = () => Array.from({ length: 10 }, () => signUp(email));
    const answers = await Promise.all([...thieves(), verify(move), ...thieves(), revert(back), ...thieves()]);
    expect(tally(answers)[201]).toBeUndefined();
    for (const { status } of answers) expect(status).toBeLessThan(500);
    const isBack = answers.some(({ status }, index) => status === 204 && index === 21);
    if (!isBack) expect((await revert(back)).status).toBe(204);
    expect((await logIn(email, password)).status).toBe(200);
  }
});

const signUp = (email: string): Promise<Answer> => cluster.next().post("/api/auth/signup", { email, password });

const logIn = (email: string, secret: string): Promise<Answer> =>
  cluster.next().post("/api/auth/login", { email, password: secret });

const verify = (token: string, bearer?: string): Promise<Answer> =>
  cluster.next().post("/api/auth/email/verify", { token }, bearer);

const revert = (token: string): Promise<Answer> => cluster.next().post("/api/auth/email/revert", { token });

const reset = (token: string): Promise<Answer> =>
  cluster.next().post("/api/auth/password/reset", { token, newPassword });

const changeTo = (accessToken: string, email: string, client: Api = cluster.next()): Promise<Answer> =>
  client.patch("/api/auth/me", { email, currentPassword: password }, accessToken);

async function proven(): Promise<{ email: string; accessToken: string }> {
  const email = newAddress();
  const { accessToken } = (await signUp(email)).body;
  expect((await verify(tokenIn(await smtp.mailTo(email)), accessToken)).status).toBe(204);
  return { email, accessToken: (await logIn(email, password)).body.accessToken };
}

function holdersOf(email: string) {
  return cluster.sql(`select id from auth_users where username_canonical = '${email}' and lower(email) = '${email}'`);
}

function newAddress(): string {
  return `ada-${randomBytes(6).toString("hex")}@example.org`;
}

function tokenIn({ text = "" }: Email): string {
  return /^https:\/\/shop\.example\/[\w-]+#token=([\w-]{43})\r?$/m.exec(text)![1]!;
}
