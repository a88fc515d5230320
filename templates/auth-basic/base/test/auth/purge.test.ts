import "./test-environment.js";
import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { closers } from "../../src/auth/close.js";
import { AuthError } from "../../src/auth/errors.js";
import { purge, purges } from "../../src/auth/purge.js";
import { batchRows, endBatches, inBatches } from "../../src/auth/purge-store.js";
import { ago, fromNow, read, transaction, write } from "../../src/db/client.js";
import { sessions } from "../../src/db/schema/auth.js";
import {
  call,
  events,
  expectAlive,
  expectProblem,
  logIn,
  type Person,
  refresh,
  sessionOf,
  signUp,
  startAuth,
  stopAuth,
} from "./client.js";
import { tokensOf, withRefreshToken } from "./shapes.js";

beforeAll(startAuth, 60_000);
afterAll(stopAuth, 60_000);

const day = 86_400;

describe("auth:purge", () => {
  test.each([
    ["revoked eight days ago", { revokedAt: fromNow(-8 * day) }],
    ["unused for too long, eight days ago", { idleExpiresAt: fromNow(-8 * day) }],
    ["at its greatest age, eight days ago", { absoluteExpiresAt: fromNow(-8 * day) }],
  ])("a session that was %s is deleted, and its refresh token is refused as before", async (_, change) => {
    const person = await signUp();
    await age(person, change);
    expect((await purge()).deleted["sessions"]).toBe(1);
    expect(await isStored(person)).toBe(false);
    expectProblem(await refresh(person.refreshToken), "ForbiddenError");
    expectProblem(await call("POST /validate", withRefreshToken(person.refreshToken)), "ForbiddenError");
    expect((await call("POST /logout", withRefreshToken(person.refreshToken))).status).toBe(204);
  });

  test.each([
    ["revoked six days ago", { revokedAt: fromNow(-6 * day) }],
    ["expired six days ago", { idleExpiresAt: fromNow(-6 * day), absoluteExpiresAt: fromNow(-6 * day) }],
    ["expired eight days ago and revoked a minute ago", { idleExpiresAt: fromNow(-8 * day), revokedAt: fromNow(-60) }],
  ])("a session that was %s stays, so that other processes hear of it", async (_, change) => {
    const person = await signUp();
    await age(person, change);
    await purge();
    expect(await isStored(person)).toBe(true);
  });

  test("live sessions stay, a spent refresh token still ends its family, and nothing else of the user is touched", async () => {
    const person = await signUp();
    const other = await logIn(person.name);
    const next = tokensOf(await refresh(person.refreshToken));
    await purge();
    await expectAlive(next);
    await expectAlive(other);
    expectProblem(await refresh(person.refreshToken), "ForbiddenError");
    expectProblem(await refresh(next.refreshToken), "ForbiddenError");
  });

  test("two purges at once delete each row once, over several batches, and keep what lives among them", async () => {
    const person = await signUp();
    const dead = 3 * batchRows;
    await addDeadSessions(person, dead);
    const counts = await Promise.all([purge(), purge()]);
    expect(counts.reduce((sum, { deleted }) => sum + (deleted["sessions"] ?? 0), 0)).toBe(dead);
    await expectAlive(person);
  });

  test("one kind that fails holds up none behind it, and is in the report and in the log", async () => {
    const person = await signUp();
    await age(person, { revokedAt: fromNow(-8 * day) });
    const failing = { name: "nothing", run: () => Promise.reject(new AuthError("AccountInUse")) };
    purges.unshift(failing);
    const { deleted, failures } = await purge();
    purges.shift();
    expect(deleted).toMatchObject({ nothing: 0, sessions: 1 });
    expect(failures).toMatchObject([{ name: "nothing", userId: undefined, error: { code: "AccountInUse" } }]);
    const reason = "auth:purge of nothing: AccountInUse";
    expect(events).toContainEqual({ event: "sys_error", outcome: "failure", userId: undefined, reason });
  });

  test("what is old is told from what is not by the time of each statement, in a transaction too", async () => {
    await signUp();
    const [earlier, later] = await transaction(async (tx) => {
      const clock = () =>
        tx
          .select({ at: sql`${ago(0)}`.mapWith(sessions.createdAt) })
          .from(sessions)
          .limit(1);
      const [first] = await clock();
      await new Promise((resolve) => setTimeout(resolve, 20));
      return [first, (await clock())[0]];
    });
    expect(Number(later?.at)).toBeGreaterThan(Number(earlier?.at));
  });

  test("closeAuth ends a purge after the batch at hand", async () => {
    let batches = 0;
    const endless = inBatches((rows) => {
      batches += 1;
      return Promise.resolve(rows);
    });
    expect(closers).toContain(endBatches);
    endBatches();
    expect(await endless).toBe(batches * batchRows);
  });
});

async function age({ accessToken }: Person, change: object): Promise<void> {
  await write((db) =>
    db
      .update(sessions)
      .set(change)
      .where(eq(sessions.id, sessionOf(accessToken))),
  );
}

async function isStored({ accessToken }: Person): Promise<boolean> {
  const id = sessionOf(accessToken);
  return (await read((db) => db.select({ id: sessions.id }).from(sessions).where(eq(sessions.id, id)))).length === 1;
}

async function addDeadSessions({ id: userId }: Person, count: number): Promise<void> {
  const moments = { createdAt: fromNow(-9 * day), rotatedAt: fromNow(-9 * day) };
  const expiries = { idleExpiresAt: fromNow(-8 * day), absoluteExpiresAt: fromNow(day) };
  const row = (index: number) => ({ id: `dead-${index}`, userId, epoch: 0, ...moments, ...expiries });
  await write((db) => db.insert(sessions).values(Array.from({ length: count }, (_, index) => row(index))));
}
