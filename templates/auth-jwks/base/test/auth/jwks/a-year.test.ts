import "../test-environment.js";
import { afterAll, beforeAll, expect, test } from "vitest";
import { accessTokenSigners } from "../../../src/auth/access-token-signers.js";
import { config } from "../../../src/auth/config.js";
import { retireKey, rotateKeys } from "../../../src/auth/jwks/key-changes.js";
import { maxAgeSeconds } from "../../../src/auth/jwks/key-life.js";
import { closeKeyRing, publishedKeys } from "../../../src/auth/jwks/key-ring.js";
import { readKeys, useClock } from "../../../src/auth/jwks/store.js";
import { startAuth, stopAuth } from "../client.js";

// A year of the keys' own clock, in steps: hours apart, and seconds where something changes.

const stepSeconds = 12 * 3600;
const shortStepSeconds = 90;
const year = 365 * 86_400;
/** Then a key leaks, and whoever is alarmed rotates as often as they can. */
const retiredAfter = 200 * 86_400;
const impatientSeconds = 7_200;

interface Signed {
  readonly token: string;
  readonly kid: string;
  readonly at: number;
}

/** Seconds since the start. */
let at = 0;
const signer = accessTokenSigners.at(-1);

beforeAll(async () => {
  await startAuth();
  useClock((time) => new Date(time.getTime() + at * 1000));
}, 60_000);
afterAll(stopAuth, 60_000);

test("in a year no good token is refused, by us or by who kept an older key set, and none of a key that is gone or retired is taken (K5, K6)", async () => {
  const signed: Signed[] = [];
  const seen = new Set<string>();
  const retired = new Set<string>();
  let patientAgainAt = 0;
  let known: { at: number; kids: string[] } = { at: 0, kids: await kidsAt(0) };
  for (let next = 0; next <= year; next = at + (await stepAt(at))) {
    await kidsAt(next);
    if (retired.size === 0 && at > retiredAfter) {
      retired.add(await retireSigning());
      patientAgainAt = at + impatientSeconds;
    }
    if (at < patientAgainAt) await rotateKeys().catch(() => undefined);
    const published = await kidsAt(next);
    const token = await sign();
    seen.add(token.kid);
    signed.push(token);
    // Whoever verifies elsewhere has a set that is up to `max-age` old.
    expect({ at, isKnown: known.kids.includes(token.kid) }).toEqual({ at, isKnown: true });
    if (at - known.at > maxAgeSeconds - shortStepSeconds) known = { at, kids: published };
    for (const one of signed) {
      const isAlive = at < one.at + config.accessTokenSeconds && !retired.has(one.kid);
      // What has expired is refused for that, as long as its key is there.
      if (!isAlive && published.includes(one.kid)) continue;
      const isTaken = await verifies(one);
      const isPublished = published.includes(one.kid);
      expect({ at, isTaken, isPublished }).toEqual({ at, isTaken: isAlive, isPublished: isAlive });
    }
    // One token of each key is kept: of those whose key is gone, none comes back.
    signed.splice(0, signed.length, ...oneOfEach(signed.slice(0, -12)), ...signed.slice(-12));
  }
  // One each 90 days; then those of the impatient: the first at once, and the others as their rotations are let through.
  expect(seen.size).toBeGreaterThan(5 + 3);
  expect(retired.size).toBe(1);
  const gone = await Promise.all(oneOfEach(signed).map(verifies));
  expect(gone.filter((isTaken) => isTaken)).toHaveLength(1);
  expect((await readKeys()).keys).toHaveLength(3);
}, 60_000);

async function retireSigning(): Promise<string> {
  const { kid } = await sign();
  await retireKey(kid, { now: true });
  return kid;
}

async function kidsAt(time: number): Promise<string[]> {
  at = time;
  await closeKeyRing();
  return (await publishedKeys()).keys.map(({ kid }) => kid);
}

/** Short where a rotation is near: an hour before, and until long after. */
async function stepAt(time: number): Promise<number> {
  const { keys } = await readKeys();
  const isNear = keys.some(({ publishedAt, signingSince, stoppedAt }) => {
    const times = [publishedAt, signingSince, stoppedAt].map((moment) => moment?.getTime());
    const now = Date.now() + time * 1000;
    const isDue =
      signingSince !== null && stoppedAt === null && now > signingSince.getTime() + 90 * 86_400_000 - 3_600_000;
    return isDue || times.some((moment) => moment && now - moment < (config.accessTokenSeconds + 600) * 1000);
  });
  return isNear ? shortStepSeconds : stepSeconds;
}

async function sign(): Promise<Signed> {
  const token = await signer?.sign({ sub: "somebody", at }, "at+jwt");
  return { token: token ?? "", kid: headerOf(token).kid, at };
}

async function verifies({ token, kid }: Signed): Promise<boolean> {
  const { alg } = headerOf(token);
  const payloads = accessTokenSigners.map((one) => (one.alg === alg ? one.verify(token, kid) : null));
  const found = (await Promise.all(payloads)).some((payload) => payload !== null);
  return found && (await signer?.trusts?.({ alg, kid })) === true;
}

function headerOf(token = ""): { alg: string; kid: string } {
  const text = Buffer.from(token.split(".")[0] ?? "", "base64url").toString("utf8");
  return JSON.parse(text) as { alg: string; kid: string };
}

function oneOfEach(signed: readonly Signed[]): Signed[] {
  return [...new Map(signed.map((one) => [one.kid, one])).values()];
}
