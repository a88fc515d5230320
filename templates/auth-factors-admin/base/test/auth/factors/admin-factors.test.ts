import "../test-environment.js";
import { eq } from "drizzle-orm";
import express from "express";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkOf } from "../../../src/auth/factors/role-check.js";
import { readRolePolicy } from "../../../src/auth/factors/role-policy.js";
import { loginChecks } from "../../../src/auth/hooks.js";
import { loginName } from "../../../src/auth/login-name.js";
import { fromNow, read, write } from "../../../src/db/client.js";
import { sessions, users } from "../../../src/db/schema/auth.js";
import { factorDeadlines } from "../../../src/db/schema/auth-factors-admin.js";
import { adminRouter } from "../../../src/routes/admin.js";
import { authRouter } from "../../../src/routes/auth.js";
import {
  type Call,
  call,
  credentials,
  events,
  expectAlive,
  expectDead,
  expectProblem,
  logIn,
  type Person,
  password,
  signUp,
  startAuth,
  stopAuth,
} from "../client.js";
import { type AnswerBody, tokensOf } from "../shapes.js";
import { answer, challengeFor, giveCodes, refusal, signUpWithPaper, usePaper } from "./paper-codes.js";

// What admins see of second factors and do for who has lost one, and roles that need one.
let putAway: () => void;

beforeAll(async () => {
  await startAuth();
  putAway = usePaper();
}, 60_000);
afterAll(async () => {
  putAway();
  await stopAuth();
}, 60_000);

const app = express();
app.set("trust proxy", true);
app.use("/api/auth", authRouter);
app.use("/api/auth/admin", adminRouter);

interface Page {
  users: ({ id: string; kinds: string[] } & Record<string, unknown>)[];
  next: string | null;
}

describe("an admin", () => {
  test("sees who has a factor, page by page, and what somebody has", async () => {
    const admin = await newAdmin();
    const people = [await signUpWithPaper(), await signUpWithPaper(), await signUpWithPaper()];
    const without = await signUp();
    const seen: Page["users"] = [];
    for (let next: string | null = ""; next !== null; ) {
      const page: { status: number; body: Page } = await ask(`GET /factors?limit=1${next && `&cursor=${next}`}`, admin);
      expect(page.status).toBe(200);
      expect(page.body.users.length).toBeLessThanOrEqual(1);
      seen.push(...page.body.users);
      next = page.body.next;
    }
    for (const { id, name } of people) expect(seen).toContainEqual({ id, [loginName]: name, kinds: ["paper"] });
    expect(seen.map(({ id }) => id)).not.toContain(without.id);
    expect(new Set(seen.map(({ id }) => id)).size).toBe(seen.length);
    const { body } = await ask<object>(`GET /users/${people[0]?.id}/factors`, admin);
    expect(body).toMatchObject({
      factors: [{ kind: "paper" }, { kind: "paper" }, { kind: "paper" }],
      recoveryCodes: 3,
    });
    expect((await ask<object>(`GET /users/${without.id}/factors`, admin)).body).toEqual({
      factors: [],
      recoveryCodes: 0,
    });
    expectProblem(await ask("GET /users/nobody/factors", admin), "NotFound");
    for (const query of ["?limit=0", "?cursor=%00", "?role=admin"])
      expectProblem(await ask(`GET /factors${query}`, admin), "ValidationError");
  });

  test("takes a lost one away: every session ends, it is told, and the password is enough again", async () => {
    const admin = await newAdmin();
    const ada = await signUpWithPaper();
    const challenge = await challengeFor(ada.name);
    expect((await ask(`DELETE /users/${ada.id}/factors`, admin)).status).toBe(204);
    await expectDead(ada);
    expect(refusal(await answer(challenge, ada.codes[0]))).toEqual([401, "InvalidChallenge"]);
    await expectAlive(await logIn(ada.name));
    const told = events.filter(({ event, userId }) => event === "authn_factor_removed" && userId === ada.id);
    expect(told).toMatchObject([{ actorId: admin.id, reason: "paper" }]);
    expectProblem(await ask(`DELETE /users/${ada.id}/factors`, admin), "NotFound");
  });

  test("needs a recent login for that, with the factor of their own where they have one", async () => {
    const admin = await newAdmin();
    const ada = await signUpWithPaper();
    await giveCodes(admin.id, 1);
    expect(refusal(await ask(`DELETE /users/${ada.id}/factors`, admin))).toEqual([403, "SecondFactorNeeded"]);
    const old = await newAdmin();
    const isTheirs = eq(sessions.userId, old.id);
    await write((db) =>
      db
        .update(sessions)
        .set({ createdAt: fromNow(-660) })
        .where(isTheirs),
    );
    expect(refusal(await ask(`DELETE /users/${ada.id}/factors`, old))).toEqual([403, "ForbiddenError"]);
    await challengeFor(ada.name);
  });

  test("to others none of it is there", async () => {
    const [ada, eve] = [await signUpWithPaper(), await signUp()];
    expectProblem(await ask("GET /factors", eve), "ForbiddenError");
    for (const route of [
      `GET /users/${ada.id}/factors`,
      `DELETE /users/${ada.id}/factors`,
      `GET /users/${eve.id}/factors`,
    ])
      expectProblem(await ask(route, eve), "NotFound");
    expectProblem(await call(`GET /admin/factors`, { app }), "NotAuthenticated");
    await challengeFor(ada.name);
  });
});

describe("a role that needs a factor", () => {
  const policy = { roles: ["admin"], graceSeconds: 14 * 86_400 };

  test("lets its users in as long as they have time to set one, and not afterwards", async () => {
    const admin = await newAdmin();
    await withCheck(policy, async () => {
      await logIn(admin.name);
      await logInDaysAgo(admin, 13);
      await logIn(admin.name);
      await logInDaysAgo(admin, 15);
      const refused = await call("POST /login", { body: credentials(admin.name) });
      expect(refusal(refused)).toEqual([403, "FactorOverdue"]);
      const [code] = await giveCodes(admin.id, 1);
      const opened = await answer(await challengeFor(admin.name), code);
      await expectAlive(tokensOf(opened));
    });
  });

  test("asks nothing of other roles, and a wrong password tells nothing of it", async () => {
    const [admin, bob] = [await newAdmin(), await signUp()];
    await withCheck(policy, async () => {
      await logIn(admin.name);
      await logInDaysAgo(admin, 15);
      await logIn(bob.name);
      const wrong = await call("POST /login", { body: credentials(admin.name, "a wrong password") });
      expectProblem(wrong, "InvalidLoginCredentials");
      expect(await deadlineOf(bob)).toBeUndefined();
    });
  });

  test("an admin who takes a lost factor away, or is asked, gives the time anew", async () => {
    const [admin, late] = [await newAdmin(), await newAdmin()];
    await withCheck(policy, async () => {
      await logIn(late.name);
      await logInDaysAgo(late, 15);
      expect((await ask(`DELETE /users/${late.id}/factors`, admin)).status).toBe(204);
      const told = events.find(({ event, userId }) => event === "authn_factor_time_renewed" && userId === late.id);
      expect(told?.actorId).toBe(admin.id);
      await logIn(late.name);
      expect(((await deadlineOf(late))?.since.getTime() ?? 0) / 1000).toBeCloseTo(Date.now() / 1000, -2);
    });
  });

  test("its time goes with the account", async () => {
    const admin = await newAdmin();
    await withCheck(policy, async () => void (await logIn(admin.name)));
    await write((db) => db.update(users).set({ role: "user" }).where(eq(users.id, admin.id)));
    const body = { password };
    expect((await call("DELETE /me", { bearer: admin.accessToken, body })).status).toBe(204);
    expect(await deadlineOf(admin)).toBeUndefined();
  });

  test("GET /factors/deadline says until when; null where nothing is due", async () => {
    const { accessToken: bearer } = await signUp();
    const { body } = await call<object>("GET /factors/deadline", { bearer });
    expect(body).toEqual({ setBy: null });
  });

  test("is named in FACTOR_ROLES, and its days in FACTOR_GRACE_DAYS; anything else stops the start", () => {
    expect(readRolePolicy({})).toEqual({ roles: [], graceSeconds: 14 * 86_400 });
    const named = readRolePolicy({ FACTOR_ROLES: " admin , user", FACTOR_GRACE_DAYS: "0.5" });
    expect(named).toEqual({ roles: ["admin", "user"], graceSeconds: 43_200 });
    expect(() => readRolePolicy({ FACTOR_ROLES: "root" })).toThrow(/FACTOR_ROLES must be roles/);
    expect(() => readRolePolicy({ FACTOR_GRACE_DAYS: "0" })).toThrow(/FACTOR_GRACE_DAYS/);
  });
});

function ask<Body = AnswerBody>(route: string, { accessToken: bearer }: Person, options: Call = {}) {
  return call<Body>(route.replace(" /", " /admin/"), { app, bearer, ...options });
}

async function newAdmin(): Promise<Person> {
  const person = await signUp();
  await write((db) => db.update(users).set({ role: "admin" }).where(eq(users.id, person.id)));
  return person;
}

async function withCheck(policy: Parameters<typeof checkOf>[0], work: () => Promise<void>): Promise<void> {
  const check = checkOf(policy);
  loginChecks.push(check);
  try {
    await work();
  } finally {
    loginChecks.splice(loginChecks.indexOf(check), 1);
  }
}

async function logInDaysAgo({ id }: Person, days: number): Promise<void> {
  const since = fromNow(-days * 86_400);
  await write((db) => db.update(factorDeadlines).set({ since }).where(eq(factorDeadlines.userId, id)));
}

async function deadlineOf({ id }: Person) {
  const [found] = await read((db) => db.select().from(factorDeadlines).where(eq(factorDeadlines.userId, id)));
  return found;
}
