import "./test-environment.js";
import { inspect } from "node:util";
import { eq, getTableName } from "drizzle-orm";
import express from "express";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { type CheckedLogin, checkLogin, openSession, provePassword } from "../../src/auth/accounts.js";
import { AuthError, defineError, toProblem } from "../../src/auth/errors.js";
import { eventSinks, onEvent } from "../../src/auth/events.js";
import {
  type AccountDelete,
  type AccountInsert,
  accountDeletes,
  accountInserts,
  type LoginCheck,
  loginChecks,
  type ProfileChange,
  profileChanges,
  sessionStarts,
} from "../../src/auth/hooks.js";
import { addressColumns, loginName } from "../../src/auth/login-name.js";
import { hashPassword, hasPassword, noPassword } from "../../src/auth/passwords.js";
import { newTokens } from "../../src/auth/sessions.js";
import { now, read, write } from "../../src/db/client.js";
import { migrationFailure, tablesAreRenamed } from "../../src/db/migrations/migration.js";
import { sessions, users } from "../../src/db/schema/auth.js";
import { challenges, sessionTransports } from "../../src/middleware/authenticators.js";
import { protectedRoute } from "../../src/middleware/jwt.js";
import { authRouter } from "../../src/routes/auth.js";
import {
  call,
  credentials,
  events,
  expectAlive,
  expectProblem,
  expectRefusalsToCount,
  logIn,
  named,
  newName,
  password,
  refresh,
  signUp,
  startAuth,
  stopAuth,
} from "./client.js";
import { duringOutage } from "./database.js";
import { loginShape, match } from "./shapes.js";

const anyClient = { ip: null, userAgent: null };

beforeAll(startAuth, 60_000);
afterAll(stopAuth, 60_000);

describe("an event", () => {
  test("reaches the handlers of its name, and no longer those that have ended", async () => {
    const heard: (string | undefined)[] = [];
    const end = onEvent("authn_token_reuse", ({ userId }) => void heard.push(userId));
    const replayed = await signUp();
    await refresh(replayed.refreshToken);
    await refresh(replayed.refreshToken);
    expect(heard).toEqual([replayed.id]);
    end();
    const another = await signUp();
    await refresh(another.refreshToken);
    await refresh(another.refreshToken);
    expect(heard).toEqual([replayed.id]);
  });

  test("is recorded before its client is answered", async () => {
    let recorded = false;
    const end = onEvent("user_created", async () => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      recorded = true;
    });
    await signUp();
    end();
    expect(recorded).toBe(true);
  });

  test.each([
    ["throws", () => thrown()],
    ["rejects", () => Promise.resolve().then(thrown)],
  ])("that a handler %s at still reaches the others, and the request succeeds", async (_how, handler) => {
    const before = events.length;
    const end = onEvent("user_created", handler);
    eventSinks.reverse();
    await signUp();
    eventSinks.reverse();
    end();
    expect(events.slice(before).map(({ event }) => event)).toContain("user_created");
  });
});

describe("a login check", () => {
  test("that refuses leaves the guess counted, and the network a stranger's", async () => {
    const { name } = await signUp();
    await expectRefusalsToCount(name, (from) => call("POST /login", { body: credentials(name), from }));
  }, 30_000);

  test("can't be left out: a login that has not passed them starts no session", async () => {
    const { id, name } = await signUp();
    const login = await provePassword({ [loginName]: name, password }, anyClient);
    const opening = openSession(login as CheckedLogin, newTokens(anyClient), anyClient);
    await expect(opening).rejects.toThrow("A session takes a login that has passed its checks.");
    const rows = await read((db) => db.select().from(sessions).where(eq(sessions.userId, id)));
    expect(rows).toHaveLength(1);
  });

  test("that has passed a login has passed what it saw: its user and its proof are the session's, whatever comes", async () => {
    const [ada, bob] = [await signUp(), await signUp()];
    const proven = await provePassword({ [loginName]: ada.name, password }, anyClient);
    const login = await checkLogin(proven, anyClient);
    Object.assign(proven, { user: { ...proven.user, id: bob.id }, amr: ["pwd", "otp"] });
    expect(() => Object.assign(login.user, { id: bob.id })).toThrow(TypeError);
    expect(() => Object.assign(login.amr, { 1: "otp" })).toThrow(TypeError);
    const opened = await openSession(login, newTokens(anyClient), anyClient);
    expect(opened).toMatchObject({ user: { id: ada.id }, session: { userId: ada.id, claims: { amr: "pwd" } } });
  });

  test("that has passed a login has passed it for one session", async () => {
    const { name } = await signUp();
    const login = await checkLogin(await provePassword({ [loginName]: name, password }, anyClient), anyClient);
    await openSession(login, newTokens(anyClient), anyClient);
    await expect(openSession(login, newTokens(anyClient), anyClient)).rejects.toThrow("A session takes a login");
  });

  test("that has passed a login has passed it for no other user's session", async () => {
    const [ada, bob] = [await signUp(), await signUp()];
    const { user } = await provePassword({ [loginName]: bob.name, password }, anyClient);
    const login = await checkLogin(await provePassword({ [loginName]: ada.name, password }, anyClient), anyClient);
    const first = () => Promise.resolve({ user, sessionEpoch: 0 });
    await expect(openSession(login, newTokens(anyClient), anyClient, { first })).rejects.toThrow();
    expect(await read((db) => db.select().from(sessions).where(eq(sessions.userId, bob.id)))).toHaveLength(1);
  });
});

describe("the start of a session", () => {
  test("fails the login when what follows it throws, and nobody holds the session", async () => {
    const { name } = await signUp();
    const refuse = () => Promise.reject(new AuthError("TooManyRequests"));
    sessionStarts.push(refuse);
    const answer = await call("POST /login", { body: credentials(name) });
    sessionStarts.splice(sessionStarts.indexOf(refuse), 1);
    expectProblem(answer, "TooManyRequests");
  });

  test("is told who, and from where, at signup and at login", async () => {
    const told: string[] = [];
    const listen = ({ userId }: { userId: string }, { ip }: { ip: string | null }) =>
      Promise.resolve(void told.push(`${userId} ${ip}`));
    sessionStarts.push(listen);
    const { name, id } = await signUp();
    await call("POST /login", { body: credentials(name), from: "3fff::7" });
    sessionStarts.splice(sessionStarts.indexOf(listen), 1);
    expect(told).toEqual([match.stringContaining(id), `${id} 3fff::7`]);
  });
});

describe("a proof that is good once", () => {
  const checked = async (spend: () => Promise<boolean>) => {
    const { name } = await signUp();
    const proven = await provePassword({ [loginName]: name, password }, anyClient);
    return checkLogin({ ...proven, spend }, anyClient);
  };

  test("is spent with the session, before anything else that its transaction does", async () => {
    const order: string[] = [];
    const login = await checked(() => Promise.resolve(order.push("spent") > 0));
    const first = () => Promise.resolve(order.push("first") > 0 ? login : null);
    expect(await openSession(login, newTokens(anyClient), anyClient, { first })).toMatchObject({
      user: { id: login.user.id },
    });
    expect(order).toEqual(["spent", "first"]);
  });

  test("that has been spent, or can't be, leaves no session", async () => {
    const spent = await checked(() => Promise.resolve(false));
    const failing = await checked(() => Promise.reject(new Error("out of order")));
    expect(await openSession(spent, newTokens(anyClient), anyClient)).toBeNull();
    await expect(openSession(failing, newTokens(anyClient), anyClient)).rejects.toThrow();
    for (const { user } of [spent, failing])
      expect(await read((db) => db.select().from(sessions).where(eq(sessions.userId, user.id)))).toHaveLength(1);
  });
});

describe("an error code of an add-on", () => {
  const kinds = z.array(z.enum(["image", "sound"]));
  const captchaRequired = defineError("CaptchaRequired", 401, "Solve a captcha.", {
    challenge: z.string(),
    kinds,
  });
  const outOfHours = defineError("OutOfHours", 403, "The shop is closed.");

  test("is answered with its status, its sentence and its members, and with no bearer token's fault", async () => {
    const members = { challenge: "c1", kinds: ["image" as const] };
    const answer = await refusedLogin(() => new AuthError(captchaRequired, { members }));
    expect(answer.status).toBe(401);
    expect(answer.headers["content-type"]).toMatch(/^application\/problem\+json/);
    expect(answer.headers["www-authenticate"]).toBe(["Bearer", ...challenges].join(", "));
    expect(answer.body).toEqual({
      type: "about:blank",
      title: "Unauthorized",
      status: 401,
      detail: "Solve a captcha.",
      code: "CaptchaRequired",
      challenge: "c1",
      kinds: ["image"],
    });
  });

  test("says how long to wait, what else is wrong and how to authenticate, as the module's own do", async () => {
    const details = {
      detail: "Back at nine.",
      retryAfterSeconds: 60,
      wwwAuthenticate: 'Bearer error="insufficient_scope"',
    };
    const { body, headers } = await refusedLogin(() => new AuthError(outOfHours, details));
    expect(body).toMatchObject({ status: 403, code: "OutOfHours", detail: "Back at nine." });
    expect([headers["retry-after"], headers["www-authenticate"]]).toEqual(["60", details.wwwAuthenticate]);
  });

  test("sends no member that it has not declared", () => {
    const members = { challenge: "c1", kinds: [], userId: "u1", status: 200 };
    const problem = toProblem(new AuthError(captchaRequired, { members }));
    expect(problem).not.toHaveProperty("userId");
    expect(problem.status).toBe(401);
  });

  test("sends nothing inside of a member either that its schema has not", async () => {
    const { id } = await signUp();
    const [row] = await read((db) => db.select().from(users).where(eq(users.id, id)));
    if (!row) throw new Error("Nobody is there.");
    const owned = defineError("Owned", 409, "Somebody has it.", { owner: z.object({ id: z.string() }) });
    const { body } = await refusedLogin(() => new AuthError(owned, { members: { owner: row } }));
    expect(body).toHaveProperty("owner", { id });
  });

  test.each([
    [
      "a member of another kind",
      () => new AuthError(captchaRequired, { members: { challenge: 1 as never, kinds: [] } }),
    ],
    [
      "a challenge that no header can hold",
      () => new AuthError(outOfHours, { wwwAuthenticate: "Bearer\r\nSet-Cookie: a=b" }),
    ],
    ["a challenge beyond ASCII", () => new AuthError(outOfHours, { wwwAuthenticate: 'Bearer realm="Zürich → Łódź"' })],
  ])("with %s is a fault of the server, and answered as one", async (_what, refusal) => {
    const answer = await refusedLogin(refusal);
    expectProblem(answer, "InternalError");
    expect(answer.headers["set-cookie"]).toBeUndefined();
  });

  test("takes the members that it declares, and no others", () => {
    // @ts-expect-error: its members are needed
    new AuthError(captchaRequired);
    const [kind, challenge] = [captchaRequired, "c1"];
    const one = { challenge };
    // @ts-expect-error: `kinds` is needed
    const half = () => new AuthError(kind, { members: one });
    expect(half).toThrow("kinds");
    const smell = { challenge, kinds: ["smell" as const] };
    // @ts-expect-error: no such kind
    const other = () => new AuthError(kind, { members: smell });
    expect(other).toThrow();
    const image = { challenge, kinds: ["image" as const] };
    new AuthError(captchaRequired, { members: image });
    // @ts-expect-error: it has no members
    new AuthError(outOfHours, { members: { opensAt: "9" } });
    // @ts-expect-error: neither have the module's own
    new AuthError("NotFound", { members: { id: "x" } });
    // @ts-expect-error: a code is spelled as in the table
    expect(() => new AuthError("NotFund")).toThrow("NotFund");
  });

  test("that is taken, has no status of an error, or a member of every problem, is named at the start", () => {
    expect(() => defineError("OutOfHours", 403, "Closed.")).toThrow(/OutOfHours.* twice/);
    expect(() => defineError("NotFound", 404, "None.")).toThrow(/NotFound.* twice/);
    for (const status of [200, 302, 399, 600, 1000, Number.NaN, 404.5])
      expect(() => defineError(`With-${status}`, status, "No.")).toThrow(`With-${status} needs a status`);
    for (const name of ["type", "title", "status", "detail", "instance", "code", "errors"])
      expect(() => defineError(`With-${name}`, 403, "No.", { [name]: z.string() })).toThrow(
        `With-${name} can't have a member ${name}`,
      );
  });

  test("of a failure in the server tells nothing but its own sentence", () => {
    expect(() => defineError("VaultSealed", 503, "Later.", { vault: z.string() })).toThrow(/VaultSealed.* members/);
    const sealed = defineError("VaultIsSealed", 503, "Try again later.");
    expect(toProblem(new AuthError(sealed, { detail: "vault-7 is sealed" })).detail).toBe("Try again later.");
  });

  async function refusedLogin(refusal: () => AuthError) {
    const { name } = await signUp();
    const refuse: LoginCheck = () => Promise.reject(refusal());
    loginChecks.push(refuse);
    const answer = await call("POST /login", { body: credentials(name) });
    loginChecks.splice(loginChecks.indexOf(refuse), 1);
    return answer;
  }
});

describe("what is made together with an account", () => {
  test("hears of it before anybody can log in, in the same transaction", async () => {
    const seen: unknown[] = [];
    const look: AccountInsert = async (tx, { id }) =>
      void seen.push(await tx.select({ id: users.id }).from(users).where(eq(users.id, id)), id);
    accountInserts.push(look);
    const { id } = await signUp();
    accountInserts.splice(accountInserts.indexOf(look), 1);
    expect(seen).toEqual([[{ id }], id]);
  });

  test("undoes the account when it throws", async () => {
    const name = newName();
    const refuse: AccountInsert = () => Promise.reject(new AuthError("ForbiddenError", { detail: "Not today." }));
    accountInserts.push(refuse);
    const answer = await call("POST /signup", { body: credentials(name) });
    accountInserts.splice(accountInserts.indexOf(refuse), 1);
    expectProblem(answer, "ForbiddenError");
    await signUp(named(name));
  });
});

describe("what is taken away together with an account", () => {
  test("goes before it, in the same transaction", async () => {
    const ada = await signUp();
    const seen: unknown[] = [];
    const look: AccountDelete = async (tx, id) =>
      void seen.push(await tx.select({ id: users.id }).from(users).where(eq(users.id, id)), id);
    accountDeletes.push(look);
    await call("DELETE /me", { bearer: ada.accessToken, body: { password } });
    accountDeletes.splice(accountDeletes.indexOf(look), 1);
    expect(seen).toEqual([[{ id: ada.id }], ada.id]);
    expect(await read((db) => db.select().from(users).where(eq(users.id, ada.id)))).toEqual([]);
  });

  test("keeps the account and its sessions when it throws", async () => {
    const ada = await signUp();
    const refuse: AccountDelete = () => Promise.reject(new AuthError("AccountInUse"));
    accountDeletes.push(refuse);
    const answer = await call("DELETE /me", { bearer: ada.accessToken, body: { password } });
    accountDeletes.splice(accountDeletes.indexOf(refuse), 1);
    expectProblem(answer, "AccountInUse");
    await expectAlive(ada);
  });
});

describe("a profile change", () => {
  test("that holds the new address back leaves the old one, and that it was proven", async () => {
    const ada = await signUp({ email: "first@example.com" });
    await write((db) => db.update(users).set({ emailVerifiedAt: now }).where(eq(users.id, ada.id)));
    const holdBack: ProfileChange = (_user, changes) => Promise.resolve({ ...changes, email: undefined });
    profileChanges.push(holdBack);
    const body = { email: "new@example.com", displayName: "Ada", currentPassword: password };
    const answer = await call("PATCH /me", { bearer: ada.accessToken, body });
    profileChanges.splice(profileChanges.indexOf(holdBack), 1);
    expect(answer.body.user).toMatchObject({ email: "first@example.com", displayName: "Ada" });
    const [row] = await read((db) => db.select().from(users).where(eq(users.id, ada.id)));
    expect(row?.emailVerifiedAt).toBeInstanceOf(Date);
  });
});

describe("an address that stays", () => {
  test("is not written again, so that it can't undo what happens meanwhile", async () => {
    const ada = await signUp({ email: "ada@example.com" });
    const prove: ProfileChange = async (user, changes) => {
      const proven = { ...addressColumns("proven@example.com"), emailVerifiedAt: now };
      await write((db) => db.update(users).set(proven).where(eq(users.id, user.id)));
      return changes;
    };
    profileChanges.unshift(prove);
    const body = { email: "ada@example.com", displayName: "Ada" };
    const answer = await call("PATCH /me", { bearer: ada.accessToken, body });
    profileChanges.shift();
    expect(answer.body.user).toMatchObject({ email: "proven@example.com", displayName: "Ada" });
  });
});

describe("a session transport", () => {
  test("delivers the session in its own way, where it is meant, and nowhere else", async () => {
    const { name } = await signUp();
    const transport: (typeof sessionTransports)[number] = (req) => {
      if (req.get("x-transport") !== "name only") return null;
      const { row } = newTokens(anyClient);
      return { row, deliver: ({ id }) => ({ session: id }) };
    };
    sessionTransports.push(transport);
    const carried = await call("POST /login", {
      body: credentials(name),
      headers: { "x-transport": "name only" },
    });
    const usual = await logIn(name);
    sessionTransports.splice(sessionTransports.indexOf(transport), 1);
    expect(carried.body).toEqual(loginShape(named(name), { session: match.any(String) }));
    await expectAlive(usual);
  });
});

describe("an application that has answered already, as its time limits do,", () => {
  test("finds no row, and so no hash, of a signup that fails afterwards in its log", async () => {
    const logged: unknown[] = [];
    const { error: consoleError } = console;
    console.error = (...values) => void logged.push(...values);
    const app = express().set("env", "production");
    app.use((_req, res, next) => {
      next();
      res.status(503).end();
    }, authRouter);
    const before = events.length;
    const body = credentials(newName());
    await duringOutage(async () => {
      expect((await call("POST /signup", { app, mount: "", body })).status).toBe(503);
      await new Promise((resolve) => setTimeout(resolve, 300));
    });
    console.error = consoleError;
    expect(inspect(logged)).toBe("[]");
    expect(events.slice(before)).toMatchObject([{ event: "sys_error", reason: match.stringMatching(/^Service/) }]);
  });

  test("is left alone by a guard that refuses afterwards: the process goes on", async () => {
    const unhandled: unknown[] = [];
    const hear = (reason: unknown) => void unhandled.push(reason);
    process.on("unhandledRejection", hear);
    const app = express();
    app.use((_req, res, next) => {
      res.status(503).end();
      next();
    }, protectedRoute);
    expect((await call("GET /anything", { app })).status).toBe(503);
    await new Promise((resolve) => setTimeout(resolve, 20));
    process.off("unhandledRejection", hear);
    expect(unhandled).toEqual([]);
  });
});

function thrown(): never {
  throw new Error("a handler of the application's");
}

describe("a migration that fails", () => {
  test("names what failed, and the way out where a table of that name is there already", () => {
    const taken = migrationFailure("0001-auth", new Error(`table "${getTableName(users)}" already exists`)).message;
    expect(taken).toContain("Migration 0001-auth failed and nothing of it was applied");
    expect(taken).toContain("rename ours first");
    expect(migrationFailure("0001-auth", new Error("disk full")).message).not.toContain("rename");
    expect(tablesAreRenamed().message).toContain("Names of tables");
  });
});

test("a user without a password has none", async () => {
  expect(hasPassword(noPassword)).toBe(false);
  expect(hasPassword(await hashPassword(password))).toBe(true);
});
