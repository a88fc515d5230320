import "../test-environment.js";
import { createHmac } from "node:crypto";
import bcrypt from "bcrypt";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { AuthError } from "../../../src/auth/errors.js";
import { readGraceSeconds } from "../../../src/auth/grace/config.js";
import { delayedDeletion, keepForGrace } from "../../../src/auth/grace/delayed-deletion.js";
import { scheduleDeletion } from "../../../src/auth/grace/store.js";
import { type AccountDelete, accountDeletes, deletions, type Login, loginChecks } from "../../../src/auth/hooks.js";
import { loginIsAddress } from "../../../src/auth/login-name.js";
import { purge } from "../../../src/auth/purge.js";
import { newTokens } from "../../../src/auth/sessions.js";
import { findCredentials, insertSession } from "../../../src/auth/store.js";
import { fromNow, now, read, write } from "../../../src/db/client.js";
import { sessions, users } from "../../../src/db/schema/auth.js";
import { accountDeletions } from "../../../src/db/schema/auth-grace.js";
import {
  call,
  credentials,
  events,
  expectAlive,
  expectDead,
  expectProblem,
  expectRefusalsToCount,
  logIn,
  named,
  newAddress,
  newName,
  newWord,
  type Person,
  password,
  signUp,
  startAuth,
  stopAuth,
} from "../client.js";
import { nameWith } from "../login-names.js";
import { match, tokensOf, userOf } from "../shapes.js";

// A deleted account: for a while it can be restored, and then nothing of it is left.

const day = 86_400;
const place = deletions.indexOf(keepForGrace);

beforeAll(async () => {
  await startAuth();
  deletions[place] = delayedDeletion(30 * day);
}, 60_000);
afterAll(stopAuth, 60_000);
beforeEach(() => {
  events.length = 0;
});

describe("DELETE /me", () => {
  test("of an account whose login address nobody has proven leaves no grace: a squatter could close it to its owner", async () => {
    const squatter = await signUp();
    expect((await remove(squatter)).status).toBe(204);
    const again = await call("POST /signup", { body: credentials(squatter.name) });
    if (loginIsAddress) expect(again.status).toBe(201);
    else expectProblem(again, "UsernameNotAvailable");
  });

  test("ends every session at once, and a login is refused as with a wrong password", async () => {
    const ada = await signUpProven();
    const elsewhere = await logIn(ada.name);
    const answer = await remove(ada);
    expect([answer.status, answer.text]).toEqual([204, ""]);
    await expectDead(ada);
    await expectDead(elsewhere);
    const login = await call("POST /login", { body: credentials(ada.name) });
    expectProblem(login, "InvalidLoginCredentials");
    expect(names()).toContain("user_deletion_requested");
    expect(names()).not.toContain("user_deleted");
  });

  test("takes the password, and changes nothing without it", async () => {
    const ada = await signUpProven();
    expectProblem(await remove(ada, "a wrong password"), "WrongPassword");
    await expectAlive(ada);
    expect(await deletionOf(ada)).toBeUndefined();
  });

  test("keeps the name taken and the account for thirty days", async () => {
    const ada = await signUpProven();
    await remove(ada);
    const body = credentials(ada.name);
    expectProblem(await call("POST /signup", { body }), "UsernameNotAvailable");
    const planned = (await deletionOf(ada))?.deleteAfter.getTime() ?? 0;
    expect(Math.abs(planned - Date.now() - 30 * day * 1000)).toBeLessThan(60_000);
  });

  test("of many at once one plans the deletion", async () => {
    const ada = await signUpProven();
    const answers = await Promise.all(Array.from({ length: 8 }, () => remove(ada)));
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1);
    expect(names().filter((name) => name === "user_deletion_requested")).toHaveLength(1);
  });

  test("leaves no session behind of a login that was under way", async () => {
    const ada = await signUpProven();
    const logins = Array.from({ length: 8 }, () => call("POST /login", { body: credentials(ada.name) }));
    await remove(ada);
    for (const { status, body } of await Promise.all(logins)) if (status === 200) await expectDead(body);
  });

  test("opens nothing to a login that checked the password before, also once the account is restored", async () => {
    const ada = await signUpProven();
    const before = await findCredentials({ id: ada.id });
    if (!before) throw new Error("No such user");
    await remove(ada);
    await restore(ada);
    const { row } = newTokens({ ip: null, userAgent: null });
    expect(await insertSession(row, { ...before, amr: ["pwd"] })).toBeNull();
  });

  test("does not take over a ban of the same moment", async () => {
    const ada = await signUpProven();
    await ban(ada);
    expect(await scheduleDeletion(ada.id, 0, day)).toBeNull();
    expect(await deletionOf(ada)).toBeUndefined();
  });

  test("without a grace period deletes at once", async () => {
    expect(await delayedDeletion(0)("nobody", 0, { ip: null, userAgent: null })).toBe(false);
  });
});

describe("POST /account/restore", () => {
  test("with the right password logs in, and everything is as before", async () => {
    const ada = await signUpProven({ email: "ada@example.com" });
    await remove(ada);
    const answer = await restore(ada);
    expect(answer.status).toBe(200);
    expect(userOf(answer)).toMatchObject({ id: ada.id, ...named(ada.name), email: "ada@example.com" });
    await expectAlive(tokensOf(answer));
    await expectAlive(await logIn(ada.name));
    await expectDead(ada);
    expect(await deletionOf(ada)).toBeUndefined();
    expect(names()).toEqual(match.arrayContaining(["user_restored", "authn_login_success"]));
  });

  test("renews a hash of another cost, as a login does", async () => {
    const ada = await signUpProven();
    const peppered = createHmac("sha384", process.env["PASSWORD_PEPPER"] ?? "")
      .update(password)
      .digest("base64");
    const passwordHash = await bcrypt.hash(peppered, 5);
    await write((db) => db.update(users).set({ passwordHash }).where(eq(users.id, ada.id)));
    await remove(ada);
    expect((await restore(ada)).status).toBe(200);
    const credentials = await findCredentials({ id: ada.id });
    expect(credentials?.passwordHash).toMatch(/^\$2b\$04\$/);
  });

  test("answers alike for a wrong password, an unknown name, an account in use and one that an admin disabled", async () => {
    const [deleted, inUse, banned] = [await signUpProven(), await signUpProven(), await signUpProven()];
    await remove(deleted);
    await ban(banned);
    const answers = [
      await restore(deleted, "a wrong password"),
      await restore({ name: newName() }),
      await restore(inUse),
      await restore(banned),
      await call("POST /login", { body: credentials(newName()) }),
    ];
    for (const answer of answers) expectProblem(answer, "InvalidLoginCredentials");
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    await expectAlive(inUse);
  });

  test("does not lift a ban that came after the deletion", async () => {
    const ada = await signUpProven();
    await remove(ada);
    await ban(ada);
    expectProblem(await restore(ada), "InvalidLoginCredentials");
  });

  test("shares the limits of logins: ten guesses, in whatever mixture", async () => {
    const ada = await signUpProven();
    await remove(ada);
    const from = newAddress();
    for (let guess = 0; guess < 5; guess += 1) {
      await call("POST /login", { from, body: credentials(ada.name, "a wrong password") });
      await restore(ada, "a wrong password", from);
    }
    expectProblem(await restore(ada, password, from), "TooManyRequests");
  });

  test("of many at once one succeeds", async () => {
    const ada = await signUpProven();
    await remove(ada);
    const answers = await Promise.all(Array.from({ length: 8 }, () => restore(ada)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  test("has to pass what a login has to pass, and restores nothing when it does not", async () => {
    const ada = await signUpProven();
    await remove(ada);
    const refuse = () => Promise.reject(new AuthError("ForbiddenError"));
    loginChecks.push(refuse);
    expectProblem(await restore(ada), "ForbiddenError");
    loginChecks.splice(loginChecks.indexOf(refuse), 1);
    expect(await deletionOf(ada)).toBeDefined();
    expect((await restore(ada)).status).toBe(200);
  });

  test("refused by a login check leaves the guess counted, and the network a stranger's", async () => {
    const ada = await signUpProven();
    await remove(ada);
    await expectRefusalsToCount(ada.name, (from) => restore(ada, password, from));
  }, 30_000);

  test("asks nobody else about an account that has nothing to restore", async () => {
    const [inUse, late] = [await signUpProven(), await signUpProven()];
    await remove(late);
    await letTimePass(late);
    const asked: string[] = [];
    const listen = ({ user }: Login) => Promise.resolve(void asked.push(user.id));
    loginChecks.push(listen);
    for (const person of [inUse, late]) expectProblem(await restore(person), "InvalidLoginCredentials");
    loginChecks.splice(loginChecks.indexOf(listen), 1);
    expect(asked).toEqual([]);
  });

  test.each([[{}], [named(nameWith("ada"))], [{ ...named(nameWith("ada")), password: 7 }]])(
    "refuses %j",
    async (body) => {
      expectProblem(await call("POST /account/restore", { body }), "ValidationError");
    },
  );

  test("comes too late when the grace period is over, also before a purge has run", async () => {
    const ada = await signUpProven();
    await remove(ada);
    await letTimePass(ada);
    expectProblem(await restore(ada), "InvalidLoginCredentials");
  });
});

describe("auth:purge", () => {
  beforeEach(async () => void (await purge()), 60_000);

  test("leaves an account alone while it can be restored", async () => {
    const ada = await signUpProven();
    await remove(ada);
    expect((await purge()).deleted["accounts"]).toBe(0);
    expect((await restore(ada)).status).toBe(200);
  });

  test("deletes it afterwards: what is left names nobody, the name is free, and everybody hears of it", async () => {
    const ada = await signUpProven({ email: `${newWord()}@example.com`, displayName: "Ada" });
    const headers = { "user-agent": "Ada's own browser" };
    await call("POST /login", { headers, body: credentials(ada.name) });
    await remove(ada);
    await letTimePass(ada);
    expect((await purge()).deleted["accounts"]).toBe(1);
    expect(await read((db) => db.select().from(users).where(eq(users.id, ada.id)))).toEqual([]);
    const left = await read((db) => db.select().from(sessions).where(eq(sessions.userId, ada.id)));
    const nameless = { ip: null, userAgent: null, revokedReason: "deleted" };
    expect(left).toMatchObject([nameless, nameless]);
    expect(await deletionOf(ada)).toBeUndefined();
    expect(events).toContainEqual({ event: "user_deleted", outcome: "success", userId: ada.id });
    const again = await call("POST /signup", { body: credentials(ada.name) });
    expect(again.status).toBe(201);
    await expectDead(ada);
  });

  test("deletes each of many once, however many purges run", async () => {
    const people = await Promise.all(Array.from({ length: 12 }, () => signUpProven()));
    for (const person of people) {
      await remove(person);
      await letTimePass(person);
    }
    const reports = await Promise.all([purge(), purge(), purge()]);
    expect(reports.reduce((sum, { deleted }) => sum + (deleted["accounts"] ?? 0), 0)).toBe(12);
    for (const person of people) expect(await deletionOf(person)).toBeUndefined();
  });

  test("passes over an account that can't go, tells of it, and deletes the others", async () => {
    const people = [await signUpProven(), await signUpProven(), await signUpProven()];
    for (const person of people) {
      await remove(person);
      await letTimePass(person);
    }
    const [stuck] = people as [Person];
    const keep: AccountDelete = (_tx, id) =>
      id === stuck.id ? Promise.reject(new AuthError("AccountInUse")) : Promise.resolve();
    accountDeletes.push(keep);
    const { deleted, failures } = await purge();
    accountDeletes.splice(accountDeletes.indexOf(keep), 1);
    expect(deleted).toMatchObject({ accounts: 2 });
    expect(failures).toMatchObject([{ name: "accounts", userId: stuck.id }]);
    expect(events).toContainEqual(match.objectContaining({ event: "sys_error", userId: stuck.id }));
    expect(await deletionOf(stuck)).toBeDefined();
    expect((await purge()).deleted["accounts"]).toBe(1);
  });

  test("tells of an account again when the process ended before everybody had heard", async () => {
    const ada = await signUpProven();
    await remove(ada);
    await letTimePass(ada);
    await write((db) => db.delete(users).where(eq(users.id, ada.id)));
    expect((await purge()).deleted["accounts"]).toBe(0);
    expect(names()).toContain("user_deleted");
    expect(await deletionOf(ada)).toBeUndefined();
  });

  test.each([
    ["enabled again", null],
    ["banned", fromNow(60)],
  ])("keeps an account that an admin has %s since, and drops the deletion", async (_, disabledAt) => {
    const ada = await signUpProven();
    await remove(ada);
    await write((db) => db.update(users).set({ disabledAt }).where(eq(users.id, ada.id)));
    await letTimePass(ada);
    expect((await purge()).deleted["accounts"]).toBe(0);
    expect(await read((db) => db.select().from(users).where(eq(users.id, ada.id)))).toHaveLength(1);
    expect(await deletionOf(ada)).toBeUndefined();
    expect(names()).not.toContain("user_deleted");
  });
});

describe("ACCOUNT_GRACE_DAYS", () => {
  test.each([
    [undefined, 30 * day],
    ["0", 0],
    ["0.5", day / 2],
    ["365", 365 * day],
  ])("%s is %i seconds", (ACCOUNT_GRACE_DAYS, seconds) => {
    expect(readGraceSeconds({ ACCOUNT_GRACE_DAYS })).toBe(seconds);
  });

  test.each(["-1", "366", "soon"])("%s is refused in one line that names it", (ACCOUNT_GRACE_DAYS) => {
    expect(() => readGraceSeconds({ ACCOUNT_GRACE_DAYS })).toThrow(/^ACCOUNT_GRACE_DAYS must be .*\.$/);
  });

  test("is 0 under NODE_ENV=test, so that what a test deletes is gone", () => {
    expect(readGraceSeconds({ NODE_ENV: "test", ACCOUNT_GRACE_DAYS: "30" })).toBe(0);
  });
});

/** Where people log in with their address, no account is kept whose address nobody has proven. */
async function signUpProven(extra: Record<string, unknown> = {}): Promise<Person> {
  const person = await signUp(extra);
  if (loginIsAddress)
    await write((db) => db.update(users).set({ emailVerifiedAt: now }).where(eq(users.id, person.id)));
  return person;
}

function remove(person: Person, secret = password) {
  return call("DELETE /me", { bearer: person.accessToken, body: { password: secret } });
}

function restore({ name }: { name: string }, secret = password, from = newAddress()) {
  return call("POST /account/restore", { from, body: credentials(name, secret) });
}

async function ban({ id }: Person): Promise<void> {
  await write((db) => db.update(users).set({ disabledAt: now }).where(eq(users.id, id)));
}

async function letTimePass({ id }: Person): Promise<void> {
  const change = { deleteAfter: fromNow(-1) };
  await write((db) => db.update(accountDeletions).set(change).where(eq(accountDeletions.userId, id)));
}

async function deletionOf({ id }: Person) {
  const [found] = await read((db) => db.select().from(accountDeletions).where(eq(accountDeletions.userId, id)));
  return found;
}

function names(): string[] {
  return events.map(({ event }) => event);
}
