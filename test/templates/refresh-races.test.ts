import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { open, refresh, signUp, tally, times, useCluster } from "../support/cluster.js";

const cluster = useCluster();
/** Access tokens of logins that have ended. */
const dead: string[] = [];

/** Three processes with a pool of 10 each: 30 connections to one Postgres. */
const processes = 3;
const parallel = 30;

const settings = [
  { database: "postgres", isolation: "read committed", rounds: 15 },
  { database: "postgres", isolation: "serializable", rounds: 8 },
  { database: "sqlite", rounds: 4 },
] as const;

describe.each(settings)("$database $isolation", ({ database, rounds, ...isolation }) => {
  describe("strict", () => {
    cluster.beginForAll({ database, processes, ...isolation });

    test("30 parallel refreshes of one token: one succeeds at most, and the login ends", () => races(strictRace));

    test("30 parallel presentations of a stale token never succeed and end the login", () => races(staleRace));
  });

  describe("with a grace time", () => {
    cluster.beginForAll({ database, processes, env: { REFRESH_GRACE_SECONDS: "10" }, ...isolation });

    test("30 parallel refreshes of one token get one and the same successor", () => races(graceRace));

    test("30 parallel presentations of a token two generations old never succeed and end the login", () =>
      races(() => staleRace(2)));

    test("a stale token ends the login, whatever newer ones run beside it", () => races(mixedRace));
  });

  async function races(race: (round: number) => Promise<void>): Promise<void> {
    for (let round = 1; round <= rounds; round++) await race(round);
    await expectNothingOpens();
  }
});

async function strictRace(): Promise<void> {
  const { refreshToken, accessToken } = await signUp(cluster.next());
  const answers = await times(parallel, () => refresh(cluster.next(), refreshToken));
  const { 200: won = 0, 403: refused = 0, 503: busy = 0 } = tally(answers);
  expect(won + refused + busy).toBe(parallel);
  expect(won).toBeLessThanOrEqual(1);
  const winner = answers.find(({ status }) => status === 200)?.body;
  // Whatever the 503s did, one more presentation of the spent token is reuse.
  expect((await refresh(cluster.next(), refreshToken)).status === 200).toBe(false);
  await expectDead(winner?.refreshToken ?? refreshToken, [accessToken, winner?.accessToken]);
}

async function staleRace(round: number): Promise<void> {
  const generationsBehind = 1 + ((round - 1) % 3);
  const login = await signUp(cluster.next());
  let newest = login.refreshToken;
  for (let step = 0; step < generationsBehind; step++)
    newest = (await refresh(cluster.next(), newest)).body.refreshToken;
  const answers = await times(parallel, () => refresh(cluster.next(), login.refreshToken));
  const { 403: refused = 0, 503: busy = 0 } = tally(answers);
  expect(refused + busy).toBe(parallel);
  expect(refused).toBeGreaterThan(0);
  await expectDead(newest, [login.accessToken]);
}

async function graceRace(): Promise<void> {
  const { refreshToken } = await signUp(cluster.next());
  const answers = await times(parallel, () => refresh(cluster.next(), refreshToken));
  const { 200: won = 0, 503: busy = 0 } = tally(answers);
  expect(won + busy).toBe(parallel);
  expect(won).toBeGreaterThan(0);
  const successors = new Set(answers.filter(({ status }) => status === 200).map(({ body }) => body.refreshToken));
  expect(successors.size).toBe(1);
  const [successor = ""] = successors;
  const next = await refresh(cluster.next(), successor);
  expect(next.status).toBe(200);
  expect((await refresh(cluster.next(), refreshToken)).status).toBe(403);
  await expectDead(next.body.refreshToken, [next.body.accessToken]);
}

/** The newest token, the one before it (which the grace time allows) and a stale one, all at once. */
async function mixedRace(): Promise<void> {
  const { refreshToken: stale, accessToken } = await signUp(cluster.next());
  const before = (await refresh(cluster.next(), stale)).body.refreshToken;
  const newest = (await refresh(cluster.next(), before)).body.refreshToken;
  const tokens = [newest, before, stale];
  const answers = await times(parallel, (index) => refresh(cluster.next(), tokens[index % 3]));
  const ofStale = answers.filter((_, index) => index % 3 === 2);
  expect(tally(ofStale)[200]).toBeUndefined();
  expect(tally(answers)[500]).toBeUndefined();
  expect((await refresh(cluster.next(), stale)).status).toBe(403);
  const issued = answers.filter(({ status }) => status === 200).map(({ body }) => body);
  for (const token of new Set([newest, ...issued.map((body) => body.refreshToken)])) {
    await expectDead(token, [accessToken, ...issued.map((body) => body.accessToken)]);
  }
}

/** The refresh token is refused everywhere at once; the access tokens are looked at together when the rounds are over. */
async function expectDead(refreshToken: string, accessTokens: (string | undefined)[]): Promise<void> {
  for (const client of cluster.clients) expect((await refresh(client, refreshToken)).status).toBe(403);
  dead.push(...accessTokens.filter((token) => token !== undefined));
}

async function expectNothingOpens(): Promise<void> {
  const tokens = dead.splice(0);
  await sleep(1_300);
  for (const client of cluster.clients) {
    const statuses = await Promise.all(tokens.map((token) => open(client, token)));
    expect(new Set(statuses)).toEqual(new Set([401]));
  }
}
