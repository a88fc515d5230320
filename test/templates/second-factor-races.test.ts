import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Secret, TOTP } from "otpauth";
import { describe, expect, test } from "vitest";
import { type Answer, type Api, api } from "../support/api.js";
import { logIn, open, password, signUp, tally, times, useCluster } from "../support/cluster.js";
import { listens, startApp } from "../support/compose.js";
import { startPostgres } from "../support/postgres-server.js";

// Second factors of several processes on one database.

const cluster = useCluster();

const items = ["auth-totp"];
const parallel = 50;

interface Enrolled {
  username: string;
  secret: string;
  codes: string[];
}

describe.each([
  { database: "postgres", processes: 3, at: "30 connections", rounds: 3 },
  { database: "sqlite", processes: 4, at: "four processes", rounds: 1 },
] as const)("$database, $at", ({ database, processes, rounds }) => {
  describe("right answers", () => {
    cluster.beginForAll({ database, processes, items });

    test("50 parallel answers to one challenge, by different codes, start one session and spend one code (T9)", async () => {
      for (let round = 0; round < rounds; round++) {
        const ada = await enrolled();
        const challenge = await challengeOf(ada);
        const answers = await times(parallel, (index) => answer(challenge, ada.codes[index % 10]!));
        expectOneWon(answers);
        expect(await codesLeft(ada)).toBe(9);
      }
    });

    test("50 parallel requests with one code of the app, each with a challenge of its own, start one session (T1)", async () => {
      for (let round = 0; round < rounds; round++) {
        const ada = await enrolled();
        const challenges = await times(parallel, () => challengeOf(ada));
        const code = codeOf(ada.secret, 1);
        expectOneWon(await times(parallel, (index) => answer(challenges[index]!, code, "totp")));
      }
    });

    test("50 parallel requests with one recovery code, each with a challenge of its own, start one session (T18)", async () => {
      for (let round = 0; round < rounds; round++) {
        const ada = await enrolled();
        const challenges = await times(parallel, () => challengeOf(ada));
        expectOneWon(await times(parallel, (index) => answer(challenges[index]!, ada.codes[4]!)));
        expect(await codesLeft(ada)).toBe(9);
      }
    });

    test("answers beside an end of all sessions leave nothing that opens", async () => {
      for (let round = 0; round < rounds; round++) {
        const ada = await enrolled();
        const [{ body }] = [await answer(await challengeOf(ada), ada.codes[0]!)];
        const challenges = await times(10, () => challengeOf(ada));
        const [ended, ...answers] = await Promise.all([
          cluster.next().post("/api/auth/logout-all", undefined, body.accessToken),
          ...challenges.map((challenge, index) => answer(challenge, ada.codes[index]!)),
        ]);
        expect(ended.status).toBe(204);
        await sleep(1_300);
        for (const { status, body: opened } of answers)
          if (status === 200) expect(await open(cluster.next(), opened.accessToken)).toBe(401);
      }
    });

    test("nothing of this was an error of the server", () => {
      for (const { output } of cluster.apps) expect(output()).not.toMatch(/deadlock|InternalError/i);
    });
  });

  test("of 60 parallel wrong answers ten are looked at, over all challenges and processes (T7)", async () => {
    await cluster.begin({ database, processes, items, env: { AUTH_RATE_LIMIT: "on" } });
    const ada = await enrolled();
    const challenges: string[] = [];
    for (let one = 0; one < 6; one++) challenges.push(await challengeOf(ada));
    const answers = await times(60, (index) =>
      answer(challenges[index % 6]!, index % 2 ? "000000" : "none", index % 2 ? "totp" : "recovery-code"),
    );
    const { 403: wrong = 0, 401: over = 0, 429: locked = 0 } = tally(answers);
    expect([wrong, wrong + over + locked]).toEqual([10, 60]);
    expect(locked).toBeGreaterThan(0);
    const refused = await answer(challenges[5]!, ada.codes[0]!);
    expect([401, 429]).toContain(refused.status);
    expect(await codesLeft(ada)).toBe(10);
  });

  test("a process that is killed between the check of a code and its session has spent neither it nor the challenge (T19)", async () => {
    await cluster.begin({ database, processes: 1, items, server: hanging });
    const ada = await enrolled();
    const challenge = await challengeOf(ada);
    const hangs = await startApp(cluster.dir, { ...cluster.env, HANG: "on" });
    const lost = api(hangs.url).post("/api/auth/login/recovery-code", { challenge, code: ada.codes[3] });
    lost.catch(() => undefined);
    while (!hangs.output().includes("checked")) await sleep(20);
    await hangs.kill();
    await expect(lost).rejects.toThrow();
    expect(await codesLeft(ada)).toBe(10);
    const opened = await answer(challenge, ada.codes[3]!);
    expect(opened.status).toBe(200);
    expect(await open(cluster.next(), opened.body.accessToken)).toBe(200);
    expect(await codesLeft(ada)).toBe(9);
  });
});

test("Postgres stopped: answers are 503, and have spent neither the code nor a try once it is back (T10)", async () => {
  const server = await startPostgres();
  const { dir, command } = await cluster.compose("postgres", undefined, items);
  const env = { DATABASE_URL: server.url, AUTH_RATE_LIMIT: "on" };
  await command(env, "migrate");
  const app = await startApp(dir, env);
  try {
    const client = api(app.url);
    const ada = await enrolled(client);
    const challenge = await challengeOf(ada, client);
    await server.stop();
    const down = await times(12, (index) =>
      answer(challenge, index % 2 ? "none" : ada.codes[0]!, "recovery-code", client),
    );
    expect(tally(down)).toEqual({ 503: 12 });
    await server.start();
    await expect.poll(async () => (await client.get("/api/auth/health")).status).toBe(204);
    expect((await answer(challenge, ada.codes[0]!, "recovery-code", client)).status).toBe(200);
  } finally {
    await app.kill();
    await server.close();
  }
});

/** With HANG it stands still between the check of a second factor and the session. */
const hanging = `import express from "express";
import { loginChecks } from "./src/auth/hooks.js";
import { protectedRoute } from "./src/middleware/jwt.js";
import { authRouter } from "./src/routes/auth.js";

if (process.env["HANG"]) loginChecks.push(({ amr }) => {
  if (!amr.includes("mfa")) return Promise.resolve();
  console.log("checked");
  return new Promise(() => {});
});
const app = express();
app.use("/api/auth", authRouter);
app.get("/me-protected", protectedRoute, (req, res) => void res.json({ auth: req.auth }));

${listens}`;

/** Somebody with an authenticator app, whose next code is not spent, and ten recovery codes. */
async function enrolled(client: Api = cluster.next()): Promise<Enrolled> {
  const { username, accessToken } = await signUp(client, `ada-${randomBytes(6).toString("hex")}`);
  const { body } = await client.post("/api/auth/factors/totp", undefined, accessToken);
  const code = codeOf(body.secret);
  const confirmed = await client.post("/api/auth/factors/totp/confirm", { code }, accessToken);
  expect(confirmed.status).toBe(200);
  const renewed = await client.post("/api/auth/recovery-codes", undefined, confirmed.body.accessToken);
  expect(renewed.status).toBe(201);
  return { username, secret: body.secret, codes: renewed.body.recoveryCodes };
}

/** The code of now; the one that is next is taken already, by a clock that is a little behind. */
function codeOf(secret: string, steps = 0): string {
  const timestamp = Date.now() + steps * 30_000;
  return new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp });
}

async function challengeOf({ username }: Enrolled, client: Api = cluster.next()): Promise<string> {
  const { status, body } = await logIn(client, username, password);
  expect([status, body.code]).toEqual([401, "SecondFactorRequired"]);
  return body.challenge;
}

function answer(challenge: string, code: string, kind = "recovery-code", client = cluster.next()): Promise<Answer> {
  return client.post(`/api/auth/login/${kind}`, { challenge, code });
}

function expectOneWon(answers: readonly Answer[]): void {
  const { 200: won = 0, 401: over = 0, 403: refused = 0, 503: busy = 0 } = tally(answers);
  expect([won, won + over + refused + busy]).toEqual([1, answers.length]);
}

async function codesLeft({ username }: Enrolled): Promise<number> {
  const owner = `(select id from auth_users where username = '${username}')`;
  const [row] = await cluster.sql(`select count(*) as n from auth_recovery_codes where user_id = ${owner}`);
  return Number(row!["n"]);
}
