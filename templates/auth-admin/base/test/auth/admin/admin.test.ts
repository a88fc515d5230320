import "../test-environment.js";
import { eq } from "drizzle-orm";
import express from "express";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createAdmin, promote } from "../../../src/auth/admin/first-admin.js";
import { findAdmins } from "../../../src/auth/admin/list-store.js";
import { passwordResets } from "../../../src/auth/admin/password-resets.js";
import { AuthError } from "../../../src/auth/errors.js";
import {
  type AccountDelete,
  type AccountInsert,
  accountDeletes,
  accountInserts,
  loginChecks,
  profileChanges,
} from "../../../src/auth/hooks.js";
import { addressColumns, loginIsAddress, loginName } from "../../../src/auth/login-name.js";
import { hasPassword } from "../../../src/auth/passwords.js";
import { findCredentials } from "../../../src/auth/store.js";
import { fromNow, now, read, write } from "../../../src/db/client.js";
import { sessions, users } from "../../../src/db/schema/auth.js";
import { requireRole } from "../../../src/middleware/role.js";
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
  named,
  newName,
  newWord,
  type Person,
  password,
  refresh,
  sessionOf,
  signUp,
  startAuth,
  stopAuth,
} from "../client.js";
import { nameWith } from "../login-names.js";
import { type AnswerBody, match, tokensOf, userOf, userShape } from "../shapes.js";

// What admins may do with users, what nobody else may, and that there is always an admin.

beforeAll(startAuth, 60_000);
afterAll(stopAuth, 60_000);
beforeEach(async () => {
  await write((db) => db.update(users).set({ role: "user" }));
  events.length = 0;
}, 60_000);

/** An application that mounts both routers, and has a route of its own for admins. */
const app = express();
app.set("trust proxy", true);
app.use("/api/auth", authRouter);
app.use("/api/auth/admin", adminRouter);
app.get("/report", requireRole("admin"), (req, res) => void res.json(req.auth));

/** The same, the other way round. */
const turned = express();
turned.set("trust proxy", true);
turned.use("/api/auth/admin", adminRouter);
turned.use("/api/auth", authRouter);

const reads = ["GET /users", "GET /users/:id"];
const writes = [
  "POST /users",
  "DELETE /users",
  "PUT /users/:id",
  "DELETE /users/:id",
  "POST /users/:id/disable",
  "POST /users/:id/enable",
  "POST /users/:id/logout",
  "POST /users/:id/reset-password",
];

describe("requireRole", () => {
  test("lets an admin pass, and says who it is", async () => {
    const admin = await newAdmin();
    const answer = await report(admin);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ userId: admin.id, sessionId: sessionOf(admin.accessToken) });
  });

  test("refuses others, tells the log, and asks who has no login for one", async () => {
    const ada = await signUp();
    expectProblem(await report(ada), "ForbiddenError");
    expect(events).toContainEqual(match.objectContaining({ event: "authz_fail", outcome: "failure", userId: ada.id }));
    const told = () => events.filter(({ event, userId }) => event === "authz_fail" && userId === ada.id);
    for (let time = 1; time <= 5; time += 1) expectProblem(await report(ada), "ForbiddenError");
    expect(told()).toHaveLength(1);
    expectProblem(await call("GET /report", { app, mount: "" }), "NotAuthenticated");
    expectProblem(await call("GET /report", { app, mount: "", bearer: "x" }), "InvalidAccessToken");
  });

  test("asks the database and not the token: who was demoted, disabled or logged out elsewhere is so at once", async () => {
    const [demoted, disabled, ended, over] = [await newAdmin(), await newAdmin(), await newAdmin(), await newAdmin()];
    await change(demoted, { role: "user" });
    await change(disabled, { disabledAt: now });
    await write((db) => db.update(sessions).set({ revokedAt: now }).where(eq(sessions.userId, ended.id)));
    await change(over, { sessionEpoch: 1 });
    expectProblem(await report(demoted), "ForbiddenError");
    for (const admin of [disabled, ended, over]) expectProblem(await report(admin), "InvalidAccessToken");
  });
});

describe("somebody who is no admin", () => {
  test("gets the same for an id that is taken, one that is not, and their own: there is no such thing", async () => {
    const [ada, bob] = [await signUp(), await signUp()];
    for (const route of [...reads, ...writes].filter((one) => one.includes(":id"))) {
      const answers = [];
      for (const id of [bob.id, crypto.randomUUID(), ada.id, "%00"]) answers.push(await ask(route, ada, { id }));
      for (const answer of answers) expectProblem(answer, "NotFound");
      expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    }
    await expectAlive(bob);
  });

  test("is refused where no id is named, and changes nothing", async () => {
    const [ada, bob] = [await signUp(), await signUp()];
    expectProblem(await ask("GET /users", ada), "ForbiddenError");
    expectProblem(await ask("POST /users", ada, { body: { ...named(newName()), role: "admin" } }), "ForbiddenError");
    expectProblem(await ask("DELETE /users", ada, { body: { ids: [bob.id] } }), "ForbiddenError");
    await expectAlive(bob);
  });

  test("has to log in first, and a disabled admin is nobody", async () => {
    const admin = await newAdmin();
    await change(admin, { disabledAt: now });
    for (const route of [...reads, ...writes]) {
      expectProblem(await call(at(route, admin.id), { app, mount }), "NotAuthenticated");
      expectProblem(await ask(route, admin, { id: admin.id }), "InvalidAccessToken");
    }
  });
});

describe("an admin's login of eleven minutes ago", () => {
  test.each(writes)("is too old for %s", async (route) => {
    const admin = await newAdmin();
    await logInAgo(admin, 11);
    const answer = await ask(route, admin, { id: admin.id, body: {} });
    expect([answer.status, answer.body.code]).toEqual([403, "ForbiddenError"]);
    expect(answer.headers["www-authenticate"]).toContain('error="insufficient_user_authentication"');
  });

  test("is good for what only reads", async () => {
    const admin = await newAdmin();
    await logInAgo(admin, 11);
    for (const route of reads) expect((await ask(route, admin, { id: admin.id })).status).toBe(200);
  });
});

describe("either router may come first", () => {
  test.each([
    ["the module's", app],
    ["the admins'", turned],
  ])("%s: each answers what is its own, with its problems and never from a cache", async (_, application) => {
    const admin = await newAdmin();
    const bearer = admin.accessToken;
    const list = await call("GET /users?limit=1", { app: application, mount, bearer });
    expect([list.status, list.headers["cache-control"]]).toEqual([200, "no-store"]);
    expectProblem(await call("GET /users?page=1", { app: application, mount, bearer }), "ValidationError", "page");
    expectProblem(await call("POST /users", { app: application, mount, bearer, body: "{" }), "ValidationError");
    expectProblem(await call("GET /users/%E0%A4%A", { app: application, mount, bearer }), "ValidationError");
    expect((await call("GET /me", { app: application, bearer })).status).toBe(200);
    expect((await call("GET /nothing", { app: application, mount, bearer })).status).toBe(404);
  });
});

test("the list of admins names those who are enabled, and nobody else", async () => {
  const [admin, disabled, user] = [await newAdmin(), await newAdmin(), await signUp()];
  await change(disabled, { disabledAt: now });
  const names = await findAdmins();
  expect(names).toContain(admin.name);
  expect(names).not.toContain(disabled.name);
  expect(names).not.toContain(user.name);
});

describe("GET /users", () => {
  test("shows what an admin needs to know of a user, and never a hash", async () => {
    const admin = await newAdmin();
    const ada = await signUp({ email: "Ada@example.com", displayName: "Ada" });
    const { body, text } = await ask(`GET /users?${loginName}=${ada.name}`, admin);
    expect(body).toEqual({
      users: [
        userShape({
          id: ada.id,
          email: "Ada@example.com",
          ...named(ada.name),
          displayName: "Ada",
          role: "user",
          emailVerifiedAt: null,
          disabledAt: null,
          createdAt: match.stringMatching(/^\d{4}-.*Z$/),
        }),
      ],
      next: null,
    });
    expect(text).not.toMatch(/hash|pepper|epoch|\$2b\$/i);
  });

  test.each(["createdAt", "-createdAt", loginName, `-${loginName}`])(
    "sorted by %s, page after page it names each user once, also when users come and go",
    async (sort) => {
      const admin = await newAdmin();
      const mark = newWord();
      const names = Array.from({ length: 7 }, (_, at) => nameWith(`${mark}-${at}`));
      for (const name of names) await signUp(named(name));
      const seen: string[] = [];
      let cursor = "";
      do {
        const { body } = await ask(`GET /users?sort=${sort}&limit=2&${loginName}=${mark}${cursor}`, admin);
        seen.push(...usernames(body));
        cursor = body.next === null ? "" : `&cursor=${body.next}`;
        // What the page ended with goes: the next one starts where it was.
        if (seen.length === 2) await removeRow(seen[1] ?? "");
      } while (cursor);
      expect(seen).toEqual(sort.startsWith("-") ? names.reverse() : names);
    },
  );

  test("many of one moment come each once", async () => {
    const admin = await newAdmin();
    const mark = newWord();
    for (let at = 0; at < 5; at += 1) await signUp(named(nameWith(`${mark}-${at}`)));
    await write((db) => db.update(users).set({ createdAt: new Date("2026-01-01T00:00:00.123Z") }));
    const seen: string[] = [];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const { body } = await ask(`GET /users?limit=1&${loginName}=${mark}${cursor && `&cursor=${cursor}`}`, admin);
      seen.push(...usernames(body));
      cursor = body.next;
    }
    expect(seen.sort()).toEqual(Array.from({ length: 5 }, (_, at) => nameWith(`${mark}-${at}`)));
  });

  test("gives a hundred at most, and fifty unasked", async () => {
    const admin = await newAdmin();
    const row = { passwordHash: "none", pepperId: "none", createdAt: new Date() };
    const names = Array.from({ length: 120 }, newName);
    const rows = names.map((name) => ({ ...row, id: crypto.randomUUID(), username: name, usernameCanonical: name }));
    await write((db) => db.insert(users).values(rows));
    expect((await ask("GET /users?limit=5000", admin)).body.users).toHaveLength(100);
    expect((await ask("GET /users", admin)).body.users).toHaveLength(50);
    await write((db) => db.delete(users).where(eq(users.pepperId, "none")));
  });

  test("finds by role, by being disabled, and by the beginning of a name or address in any case", async () => {
    const admin = await newAdmin();
    const mark = newWord();
    const ada = await signUp({ email: `${mark}.Ada@Example.com`, ...named(nameWith(`${mark}-Ada`)) });
    const bob = await signUp(named(nameWith(`${mark}-bob`)));
    await change(bob, { disabledAt: now });
    const found = async (query: string) => usernames((await ask(`GET /users?${query}`, admin)).body);
    expect(await found("role=admin")).toEqual([admin.name]);
    expect(await found(`${loginName}=${mark}&disabled=true`)).toEqual([bob.name]);
    expect(await found(`${loginName}=${mark}&disabled=false&role=user`)).toEqual([ada.name]);
    expect(await found(`${loginName}=${mark.toUpperCase()}-ADA`)).toEqual([ada.name]);
    const address = loginIsAddress ? ada.name : `${mark}.ada@example.com`;
    expect(await found(`email=${address.toUpperCase().slice(0, -4)}`)).toEqual([ada.name]);
    expect(await found(`email=${mark}.b`)).toEqual([]);
  });

  test("takes what it is asked for as text: nothing in it is a wildcard or SQL", async () => {
    const admin = await newAdmin();
    const mark = newWord();
    await signUp(named(nameWith(`${mark}%_x`)));
    await signUp(named(nameWith(`${mark}abx`)));
    const found = async (name: string) =>
      usernames((await ask(`GET /users?${loginName}=${encodeURIComponent(name)}`, admin)).body);
    expect(await found(`${mark}%`)).toEqual([nameWith(`${mark}%_x`)]);
    for (const text of ["%", "_", "*", "' or 1=1 --", "\\", "[a-z]", "\u{10ffff}"])
      expect(await found(text)).toEqual([]);
  });

  test("takes a question mark in a query as text, as RFC 3986 has it", async () => {
    const admin = await newAdmin();
    const mark = newWord();
    await signUp(named(nameWith(`${mark}abx`)));
    await signUp(named(nameWith(`${mark}?=x`)));
    expect(usernames((await ask(`GET /users?${loginName}=${mark}?`, admin)).body)).toEqual([nameWith(`${mark}?=x`)]);
    expectProblem(await ask(`GET /users?limit=1?sort=${loginName}`, admin), "ValidationError", "limit");
  });

  test.each([
    ["page=2", "page"],
    ["__proto__=1", "__proto__"],
    ["constructor=1", "constructor"],
    ["role[]=admin", "role[]"],
    ["limit=1&limit=2", "limit"],
    ["limit=0", "limit"],
    ["limit=-1", "limit"],
    ["limit=1e3", "limit"],
    ["sort=passwordHash", "sort"],
    ["sort=id", "sort"],
    ["role=root", "role"],
    ["disabled=maybe", "disabled"],
    [`${loginName}=`, loginName],
    [`${loginName}=%00`, loginName],
    [`email=${"x".repeat(255)}`, "email"],
    ["cursor=", "cursor"],
    ["cursor=abc", "cursor"],
    [`cursor=${Buffer.from('0123456789abcdef["-createdAt","2026-99-99",""]').toString("base64url")}`, "cursor"],
  ])("refuses ?%s, and names it", async (query, path) => {
    expectProblem(await ask(`GET /users?${query}`, await newAdmin()), "ValidationError", path);
  });

  test("refuses the cursor of another order, and one that was changed", async () => {
    const admin = await newAdmin();
    await signUp();
    const { body } = await ask("GET /users?limit=1", admin);
    expectProblem(await ask(`GET /users?sort=${loginName}&cursor=${body.next}`, admin), "ValidationError", "cursor");
    const changed = `${body.next?.slice(0, -4)}AAAA`;
    expectProblem(await ask(`GET /users?cursor=${changed}`, admin), "ValidationError", "cursor");
  });
});

describe("POST /users", () => {
  test("makes an account without a password: nobody can log in to it, and nobody is told one", async () => {
    const admin = await newAdmin();
    const name = newName();
    const body = { email: "ada@example.com", ...named(name), displayName: "Ada" };
    const answer = await withReset(
      () => Promise.resolve(false),
      () => ask("POST /users", admin, { body }),
    );
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({
      user: match.objectContaining({ ...body, role: "user" }),
      invited: false,
    });
    expect(answer.text).not.toMatch(/password|hash/i);
    const made = await findCredentials({ usernameCanonical: name });
    expect(made && hasPassword(made)).toBe(false);
    for (const secret of ["", " ", made?.passwordHash, "c".repeat(31)]) {
      const login = await call("POST /login", { body: credentials(name, secret || "x") });
      expectProblem(login, "InvalidLoginCredentials");
    }
  });

  test("a login to it is answered like one with a wrong password, after the same work", async () => {
    const admin = await newAdmin();
    const [{ name: known }, name] = [await signUp(), newName()];
    await ask("POST /users", admin, { body: named(name) });
    const [invited] = [await findCredentials({ usernameCanonical: name })];
    const [other] = [await findCredentials({ usernameCanonical: known })];
    // bcrypt's work is in the first seven characters, and it refuses a hash of another form without doing any.
    expect(invited?.passwordHash).toMatch(/^\$2b\$\d\d\$[./A-Za-z0-9]{53}$/);
    expect(invited?.passwordHash.slice(0, 7)).toBe(other?.passwordHash.slice(0, 7));
    const wrong = await call("POST /login", { body: credentials(known, "a wrong password") });
    const none = await call("POST /login", { body: credentials(name, "a wrong password") });
    expect(none.text).toBe(wrong.text);
  });

  test("sends its user the choice of a password, where there is a way to", async () => {
    const admin = await newAdmin();
    const asked: string[] = [];
    await withReset(
      (userId) => Promise.resolve(asked.push(userId) > 0),
      async () => {
        const { body } = await ask("POST /users", admin, { body: named(newName()) });
        expect(body.invited).toBe(true);
        expect(asked).toEqual([body.user.id]);
        expectNoted("authn_password_reset_request", body.user.id, admin);
      },
    );
  });

  test("takes a role that there is, and nothing else that is not asked for", async () => {
    const admin = await newAdmin();
    const name = newName();
    const body = {
      ...named(name),
      role: "admin",
      id: "mine",
      password,
      passwordHash: "x",
      createdAt: "2001-01-01T00:00:00Z",
      emailVerifiedAt: "2001-01-01T00:00:00Z",
      disabledAt: "2001-01-01T00:00:00Z",
      sessionEpoch: 7,
    };
    const { user } = (await ask("POST /users", admin, { body })).body;
    expect(user).toMatchObject({ role: "admin", emailVerifiedAt: null, disabledAt: null });
    expect(user.id).not.toBe("mine");
    expect(user.createdAt).not.toMatch(/^2001/);
    expect(await rowOf(user)).toMatchObject({ sessionEpoch: 0, passwordHash: match.stringMatching(/^\$2b\$/) });
    const login = await call("POST /login", { body: credentials(name) });
    expectProblem(login, "InvalidLoginCredentials");
    expectNoted("user_created", user.id, admin);
    expectNoted("authz_change", user.id, admin);
  });

  test("takes null for what is optional as not given", async () => {
    const body = { ...named(newName()), role: null, displayName: null };
    const { status, body: answer } = await ask("POST /users", await newAdmin(), { body });
    expect([status, answer.user.role]).toEqual([201, "user"]);
  });

  test("of a name that is taken, in whatever form, makes nothing", async () => {
    const admin = await newAdmin();
    const { name } = await signUp();
    const body = named(name.toUpperCase());
    expectProblem(await ask("POST /users", admin, { body }), "UsernameNotAvailable");
  });

  test.each([
    [{}, loginName],
    [named("a b"), loginName],
    [{ ...named(nameWith("bob")), email: "no address" }, "email"],
    [{ ...named(nameWith("bob")), role: "root" }, "role"],
    [{ ...named(nameWith("bob")), role: 7 }, "role"],
    [{ ...named(nameWith("bob")), displayName: "" }, "displayName"],
  ])("refuses %j", async (body, path) => {
    expectProblem(await ask("POST /users", await newAdmin(), { body }), "ValidationError", path);
  });
});

describe("PUT /users/:id", () => {
  test("changes what is named and leaves the rest, whatever else the body holds", async () => {
    const admin = await newAdmin();
    const ada = await signUp({ email: "ada.l@example.com", displayName: "Ada" });
    await change(ada, { emailVerifiedAt: now });
    const before = await rowOf(ada);
    const body = {
      displayName: "Ada L.",
      id: "mine",
      username: "eve",
      passwordHash: "x",
      createdAt: 0,
      sessionEpoch: 9,
    };
    const answer = await ask("PUT /users/:id", admin, { id: ada.id, body });
    expect(answer.status).toBe(200);
    expect(await rowOf(ada)).toEqual({ ...before, displayName: "Ada L." });
    expectNoted("user_updated", ada.id, admin);
    await expectAlive(ada);
  });

  test("another address is not proven", async () => {
    const admin = await newAdmin();
    const email = `${newWord()}@example.com`;
    const ada = await signUp({ email });
    await change(ada, { emailVerifiedAt: now });
    await ask("PUT /users/:id", admin, { id: ada.id, body: { email } });
    expect((await rowOf(ada))?.emailVerifiedAt).not.toBeNull();
    await withoutProfileChanges(() => ask("PUT /users/:id", admin, { id: ada.id, body: { email: "eve@example.com" } }));
    expect(await rowOf(ada)).toMatchObject({ email: "eve@example.com", emailVerifiedAt: null });
  });

  test("passes what a change of the user's own has to pass", async () => {
    const admin = await newAdmin();
    const ada = await signUp();
    profileChanges.push((_user, changes) => Promise.resolve({ ...changes, email: undefined }));
    const answer = await ask("PUT /users/:id", admin, {
      id: ada.id,
      body: { email: "x@example.com", displayName: "A" },
    });
    profileChanges.pop();
    expect(answer.body.user).toMatchObject({ email: loginIsAddress ? ada.name : null, displayName: "A" });
  });

  test("an address that stays is not written again: it can't undo what is proven meanwhile", async () => {
    const admin = await newAdmin();
    const [old, next] = [`${newWord()}@example.com`, `${newWord()}@example.com`];
    const ada = await signUp({ email: old });
    const proven = { ...addressColumns(next), emailVerifiedAt: now };
    profileChanges.unshift(async (_user, changes) => {
      await change(ada, proven);
      return changes;
    });
    const body = { email: old, displayName: "Ada" };
    const answer = await ask("PUT /users/:id", admin, { id: ada.id, body });
    profileChanges.shift();
    expect(answer.body.user).toMatchObject({ email: next, displayName: "Ada" });
    expect(answer.body.user.emailVerifiedAt).not.toBeNull();
  });

  test("takes another role and another address for a proven one in two requests: the role would end the wait", async () => {
    const admin = await newAdmin();
    const email = `${newWord()}@example.com`;
    const ada = await signUp({ email });
    await change(ada, { emailVerifiedAt: now });
    const both = { role: "admin", email: "new@example.com" };
    expectProblem(await ask("PUT /users/:id", admin, { id: ada.id, body: both }), "ValidationError", "email");
    expect(await rowOf(ada)).toMatchObject({ role: "user", email });
    const staying = await ask("PUT /users/:id", admin, { id: ada.id, body: { role: "admin", email } });
    expect(staying.body.user).toMatchObject({ role: "admin", email });
  });

  test("another role ends every session of the user, and holds from then on", async () => {
    const admin = await newAdmin();
    const ada = await signUp();
    const answer = await ask("PUT /users/:id", admin, { id: ada.id, body: { role: "admin" } });
    expect(answer.body.user).toMatchObject({ id: ada.id, role: "admin" });
    await expectDead(ada);
    expect((await report(await logIn(ada.name))).status).toBe(200);
    expectNoted("authz_change", ada.id, admin, "role user to admin");
    expect((await ask("PUT /users/:id", admin, { id: ada.id, body: { role: "user" } })).status).toBe(200);
    expectProblem(await report(await logIn(ada.name)), "ForbiddenError");
  });

  test("knows of no user of an id that is not taken, and refuses what can't be", async () => {
    const admin = await newAdmin();
    for (const id of [crypto.randomUUID(), "%00", "x".repeat(65), "'"])
      expectProblem(await ask("PUT /users/:id", admin, { id, body: { displayName: "x" } }), "NotFound");
    const { id } = await signUp();
    for (const body of [{ role: "root" }, { role: null }, { email: "x" }, { displayName: 7 }, [], "x"])
      expectProblem(await ask("PUT /users/:id", admin, { id, body: JSON.stringify(body) }), "ValidationError");
  });
});

describe("POST /users/:id/disable", () => {
  test("ends every session at once, refuses every login, and enable takes it back", async () => {
    const admin = await newAdmin();
    const ada = await signUp();
    const elsewhere = await logIn(ada.name);
    const answer = await ask("POST /users/:id/disable", admin, { id: ada.id });
    expect(answer.body.user.disabledAt).toMatch(/^\d{4}-/);
    await expectDead(ada);
    await expectDead(elsewhere);
    const login = () => call("POST /login", { body: credentials(ada.name) });
    expectProblem(await login(), "InvalidLoginCredentials");
    expectNoted("user_disabled", ada.id, admin);
    const enabled = await ask("POST /users/:id/enable", admin, { id: ada.id });
    expect(enabled.body.user.disabledAt).toBeNull();
    expectNoted("user_enabled", ada.id, admin);
    await expectDead(ada);
    expect((await login()).status).toBe(200);
  });

  test("leaves nothing of a login or a refresh that was under way", async () => {
    const admin = await newAdmin();
    const ada = await signUp();
    const logins = Array.from({ length: 8 }, () => call("POST /login", { body: credentials(ada.name) }));
    const refreshed = refresh(ada.refreshToken);
    await ask("POST /users/:id/disable", admin, { id: ada.id });
    for (const { status, body } of await Promise.all([...logins, refreshed]))
      if (status === 200) await expectDead(body);
  });
});

describe("a login whose password was checked before", () => {
  const acts: [string, string[], object | undefined][] = [
    ["the account was disabled and enabled again", ["POST /users/:id/disable", "POST /users/:id/enable"], undefined],
    ["the user was logged out", ["POST /users/:id/logout"], undefined],
    ["the user got another role", ["PUT /users/:id"], { role: "admin" }],
  ];

  test.each(acts)("%s starts no session", async (_, routes, body) => {
    const admin = await newAdmin();
    const ada = await signUp();
    loginChecks.push(async () => {
      for (const route of routes) await ask(route, admin, { id: ada.id, body });
    });
    const login = await call("POST /login", { body: credentials(ada.name) });
    loginChecks.pop();
    expectProblem(login, "InvalidLoginCredentials");
    expect((await call("POST /login", { body: credentials(ada.name) })).status).toBe(200);
  });
});

describe("POST /users/:id/logout", () => {
  test("ends every session of that user and of nobody else", async () => {
    const admin = await newAdmin();
    const [ada, bob] = [await signUp(), await signUp()];
    expect((await ask("POST /users/:id/logout", admin, { id: ada.id })).status).toBe(204);
    await expectDead(ada);
    await expectAlive(bob);
    await expectAlive(await logIn(ada.name));
    expectNoted("authn_logout_all", ada.id, admin);
  });
});

describe("POST /users/:id/reset-password", () => {
  test("sends the user a way to choose another; the one they have works until then", async () => {
    const admin = await newAdmin();
    const ada = await signUp();
    const sent: string[] = [];
    await withReset(
      (userId) => Promise.resolve(sent.push(userId) > 0),
      async () => {
        const answer = await ask("POST /users/:id/reset-password", admin, { id: ada.id });
        expect([answer.status, answer.body]).toEqual([202, {}]);
        expectProblem(await ask("POST /users/:id/reset-password", admin, { id: crypto.randomUUID() }), "NotFound");
      },
    );
    expect(sent).toEqual([ada.id]);
    await expectAlive(ada);
    await logIn(ada.name);
    expectNoted("authn_password_reset_request", ada.id, admin);
  });

  test("says so when nothing can be sent: without a way to, and to a user whom none leads to", async () => {
    const admin = await newAdmin();
    const ada = await signUp();
    const ways = passwordResets.splice(0);
    const without = await ask("POST /users/:id/reset-password", admin, { id: ada.id });
    passwordResets.push(...ways);
    expectProblem(without, "ForbiddenError");
    expect(without.body.detail).toMatch(/^Nothing is set up/);
    await withReset(
      () => Promise.resolve(false),
      async () => {
        const answer = await ask("POST /users/:id/reset-password", admin, { id: ada.id });
        expectProblem(answer, "ForbiddenError");
        expect(answer.body.detail).toMatch(/^No address is known/);
      },
    );
  });
});

describe("DELETE /users/:id", () => {
  test("takes the account away at once: its sessions are dead, what is left names nobody, and the name is free", async () => {
    const admin = await newAdmin();
    const ada = await signUp({ email: `${newWord()}@example.com` });
    expect((await ask("DELETE /users/:id", admin, { id: ada.id })).status).toBe(204);
    await expectDead(ada);
    expect(await rowOf(ada)).toBeUndefined();
    const left = await read((db) => db.select().from(sessions).where(eq(sessions.userId, ada.id)));
    expect(left).toMatchObject([{ ip: null, userAgent: null, revokedReason: "deleted" }]);
    expectNoted("user_deleted", ada.id, admin);
    expectProblem(await ask("DELETE /users/:id", admin, { id: ada.id }), "NotFound");
    await signUp(named(ada.name));
  });

  test("takes away one who is disabled, too", async () => {
    const admin = await newAdmin();
    const ada = await signUp();
    await change(ada, { disabledAt: now });
    expect((await ask("DELETE /users/:id", admin, { id: ada.id })).status).toBe(204);
    expect(await rowOf(ada)).toBeUndefined();
  });
});

describe("an account that other data refers to", () => {
  test("stays, and the admin hears why, for one and for several", async () => {
    const [admin, bob] = [await newAdmin(), await signUp()];
    const keep: AccountDelete = () => Promise.reject(new AuthError("AccountInUse"));
    accountDeletes.push(keep);
    const one = await ask("DELETE /users/:id", admin, { id: bob.id });
    const several = await ask("DELETE /users", admin, { body: { ids: [bob.id] } });
    accountDeletes.splice(accountDeletes.indexOf(keep), 1);
    expectProblem(one, "AccountInUse");
    expect(several.body.results).toEqual([{ id: bob.id, deleted: false, code: "AccountInUse" }]);
    await expectAlive(bob);
  });
});

describe("what is made together with an account", () => {
  test("is made for those that an admin makes, too", async () => {
    const made: string[] = [];
    const make: AccountInsert = (_tx, { id }) => Promise.resolve(void made.push(id));
    accountInserts.push(make);
    const { body } = await ask("POST /users", await newAdmin(), { body: named(newName()) });
    accountInserts.splice(accountInserts.indexOf(make), 1);
    expect(made).toContain(body.user.id);
  });
});

describe("DELETE /users", () => {
  test("says of each what has become of it, the admin's own account last", async () => {
    const [admin, other] = [await newAdmin(), await newAdmin()];
    const [ada, bob] = [await signUp(), await signUp()];
    const nobody = crypto.randomUUID();
    const ids = [admin.id, ada.id, nobody, "\0", bob.id, ada.id];
    const answer = await ask("DELETE /users", admin, { body: { ids } });
    expect(answer.status).toBe(200);
    expect(answer.body.results).toEqual([
      { id: admin.id, deleted: true },
      { id: ada.id, deleted: true },
      { id: nobody, deleted: false, code: "NotFound" },
      { id: "\0", deleted: false, code: "NotFound" },
      { id: bob.id, deleted: true },
    ]);
    for (const { id } of [admin, ada, bob]) expectNoted("user_deleted", id, admin);
    await expectAlive(other);
  });

  test("keeps the last admin, and deletes the others", async () => {
    const admin = await newAdmin();
    const ada = await signUp();
    const { body } = await ask("DELETE /users", admin, { body: { ids: [admin.id, ada.id] } });
    expect(body.results).toEqual([
      { id: admin.id, deleted: false, code: "ForbiddenError" },
      { id: ada.id, deleted: true },
    ]);
    expect((await report(admin)).status).toBe(200);
  });

  test.each([
    [{}],
    [{ ids: [] }],
    [{ ids: "all" }],
    [{ ids: [7] }],
    [{ ids: [""] }],
    [{ ids: Array.from({ length: 101 }, () => "x") }],
  ])("refuses %j", async (body) => {
    expectProblem(await ask("DELETE /users", await newAdmin(), { body }), "ValidationError");
  });
});

describe("the last admin", () => {
  const ways: [string, string, object | undefined][] = [
    ["demoted", "PUT /users/:id", { role: "user" }],
    ["disabled", "POST /users/:id/disable", undefined],
    ["deleted", "DELETE /users/:id", undefined],
  ];

  test.each(ways)(
    "can't be %s, and stays who it is; an admin who is disabled counts as none",
    async (_, route, body) => {
      const [admin, disabled] = [await newAdmin(), await newAdmin()];
      await change(disabled, { disabledAt: now });
      const answer = await ask(route, admin, { id: admin.id, body });
      expectProblem(answer, "ForbiddenError");
      expect(answer.body.detail).toContain("the last admin");
      expect((await report(admin)).status).toBe(200);
      await expectAlive(admin);
    },
  );

  test.each(ways)("can't be %s beside one who has not chosen a password yet", async (_, route, body) => {
    const admin = await newAdmin();
    const { user } = (await ask("POST /users", admin, { body: { ...named(newName()), role: "admin" } })).body;
    expectProblem(await ask(route, admin, { id: admin.id, body }), "ForbiddenError");
    expect((await ask(route, admin, { id: user.id, body })).status).toBeLessThan(300);
  });

  test.each(ways)("beside another one can be %s, by itself", async (_, route, body) => {
    const [admin, other] = [await newAdmin(), await newAdmin()];
    expect((await ask(route, admin, { id: admin.id, body })).status).toBeLessThan(300);
    await expectDead(admin);
    expectProblem(await ask(route, other, { id: other.id, body }), "ForbiddenError");
    expect((await report(other)).status).toBe(200);
  });

  test("of ten who all demote all others and themselves at once, one stays at least", async () => {
    const admins: Person[] = [];
    for (let count = 1; count <= 10; count += 1) admins.push(await newAdmin());
    const pairs = admins.flatMap((by) => admins.map((of) => [by, of] as const));
    await Promise.all(pairs.map(([by, { id }]) => ask("PUT /users/:id", by, { id, body: { role: "user" } })));
    expect(await read((db) => db.select().from(users).where(eq(users.role, "admin")))).not.toEqual([]);
  });

  test("is not deleted by DELETE /me either: admins go through the admin routes", async () => {
    const [admin] = [await newAdmin(), await newAdmin()];
    expectProblem(await call("DELETE /me", { bearer: admin.accessToken, body: { password } }), "ForbiddenError");
    await expectAlive(admin);
    const ada = await signUp();
    expect((await call("DELETE /me", { bearer: ada.accessToken, body: { password } })).status).toBe(204);
  });
});

describe("the first admin", () => {
  test("is made at the terminal, with a password that passes the policy", async () => {
    const name = newName();
    await expect(createAdmin(name, "too short")).rejects.toMatchObject({ code: "ValidationError" });
    expect(await createAdmin(name, password)).toBe(name);
    expect((await report(await logIn(name))).status).toBe(200);
    await expect(createAdmin(name.toUpperCase(), password)).rejects.toMatchObject({ code: "UsernameNotAvailable" });
    expect(events.map(({ event }) => event)).toEqual(match.arrayContaining(["user_created", "authz_change"]));
  });

  test("may be somebody who is there; their sessions end", async () => {
    const ada = await signUp();
    expect(await promote(ada.name.toUpperCase())).toBe(ada.name);
    await expectDead(ada);
    expect((await report(await logIn(ada.name))).status).toBe(200);
    await expect(promote(newName())).rejects.toMatchObject({ code: "NotFound" });
  });

  test("is nobody by signing up, whatever the name or the body", async () => {
    for (const extra of [{ role: "admin" }, { ...named(nameWith(`admin-${newWord()}`)) }])
      expectProblem(await report(await signUp(extra)), "ForbiddenError");
  });
});

test("an admin who is one no longer when the request gets to it changes nothing", async () => {
  const [admin, other] = [await newAdmin(), await newAdmin()];
  const ada = await signUp();
  // What a profile change takes is the time in which the admin is demoted.
  profileChanges.push(async (_user, changes) => {
    await change(admin, { role: "user" });
    return changes;
  });
  const answer = await ask("PUT /users/:id", admin, { id: ada.id, body: { displayName: "Eve" } });
  profileChanges.pop();
  expectProblem(answer, "ForbiddenError");
  expect((await rowOf(ada))?.displayName).toBeNull();
  expect((await report(other)).status).toBe(200);
});

const mount = "/api/auth/admin";

async function newAdmin(): Promise<Person> {
  const name = await createAdmin(newName(), password);
  const answer = await call("POST /login", { body: credentials(name) });
  return { ...tokensOf(answer), id: userOf(answer).id, name };
}

interface AdminBody extends AnswerBody {
  user: ListedUser;
  users: ListedUser[];
  next: string | null;
  invited: boolean;
  results: unknown[];
}

type ListedUser = AnswerBody["user"] & { role: string; emailVerifiedAt: string | null; disabledAt: string | null };

function ask(
  route: string,
  { accessToken }: { accessToken: string },
  { id = "", ...more }: Call & { id?: string } = {},
) {
  return call<AdminBody>(at(route, id), { app, mount, bearer: accessToken, ...more });
}

function at(route: string, id: string): string {
  return route.replace(":id", id);
}

function report({ accessToken }: { accessToken: string }) {
  return call("GET /report", { app, mount: "", bearer: accessToken });
}

function usernames({ users }: AdminBody): string[] {
  return users.map((user) => user[loginName]);
}

async function change({ id }: { id: string }, changes: object): Promise<void> {
  await write((db) => db.update(users).set(changes).where(eq(users.id, id)));
}

async function rowOf({ id }: { id: string }) {
  const [row] = await read((db) => db.select().from(users).where(eq(users.id, id)));
  return row;
}

async function removeRow(name: string): Promise<void> {
  await write((db) => db.delete(users).where(eq(users.username, name)));
}

async function logInAgo({ id }: Person, minutes: number): Promise<void> {
  const started = { createdAt: fromNow(-60 * minutes) };
  await write((db) => db.update(sessions).set(started).where(eq(sessions.userId, id)));
}

/** The log says who did it, and to whom. */
function expectNoted(event: string, userId: string, admin: Person, reason?: string): void {
  const noted = { event, outcome: "success", userId, actorId: admin.id, ...(reason === undefined ? {} : { reason }) };
  expect(events).toContainEqual(match.objectContaining(noted));
}

async function withReset<T>(way: (typeof passwordResets)[number], work: () => Promise<T>): Promise<T> {
  const others = passwordResets.splice(0, passwordResets.length, way);
  const result = await work();
  passwordResets.splice(0, 1, ...others);
  return result;
}

async function withoutProfileChanges(work: () => Promise<unknown>): Promise<void> {
  const others = profileChanges.splice(0);
  await work();
  profileChanges.push(...others);
}
