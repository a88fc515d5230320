import "./test-environment.js";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { EventName } from "../../src/auth/events.js";
import { type ProfileChange, profileChanges } from "../../src/auth/hooks.js";
import { canonicalLoginName, loginName } from "../../src/auth/login-name.js";
import { findCredentials } from "../../src/auth/store.js";
import { read } from "../../src/db/client.js";
import { users } from "../../src/db/schema/auth.js";
import {
  call,
  credentials,
  events,
  expectAlive,
  expectProblem,
  logIn,
  named,
  newName,
  type Person,
  password,
  signUp,
  startAuth,
  stopAuth,
} from "./client.js";
import { notNames, spellingsOf } from "./login-names.js";
import { tokensOf, userShape } from "./shapes.js";

// What `PATCH /me` promises of the name, and of bodies that change nothing.
beforeAll(startAuth, 60_000);
afterAll(stopAuth, 60_000);

const patch = ({ accessToken }: Person, body: unknown) => call("PATCH /me", { bearer: accessToken, body });
const rename = (person: Person, name: string) => patch(person, { ...named(name), currentPassword: password });

describe("another name to log in with", () => {
  // Where it may have to wait, that is tested with what makes it wait.
  let others: ProfileChange[] = [];
  beforeAll(() => {
    others = profileChanges.splice(0);
  });
  afterAll(() => {
    profileChanges.push(...others);
  });

  test("takes the current password; then the new name logs in, the old one is free, and every login lives on", async () => {
    const [ada, name] = [await signUp(), newName()];
    expectProblem(await patch(ada, named(name)), "WrongPassword");
    expectProblem(await patch(ada, { ...named(name), currentPassword: "a wrong password" }), "WrongPassword");
    await logIn(ada.name);
    const answer = await rename(ada, name);
    expect([answer.status, answer.body]).toEqual([200, { user: userShape({ id: ada.id, ...named(name) }) }]);
    await logIn(name);
    await expectAlive(ada);
    const old = await call("POST /login", { body: credentials(ada.name) });
    expectProblem(old, "InvalidLoginCredentials");
    expect((await signUp(named(ada.name))).id).not.toBe(ada.id);
  });

  test("that another account has, in whatever form, is refused, and nothing changes", async () => {
    const [ada, bob] = [await signUp(), await signUp()];
    const asked: string[] = [];
    const listen: ProfileChange = (_user, changes) => {
      asked.push("asked");
      return Promise.resolve(changes);
    };
    profileChanges.push(listen);
    for (const name of [bob.name, ...spellingsOf(bob.name)]) {
      const body = { email: "new@example.org", ...named(name), displayName: "Ada", currentPassword: password };
      expectProblem(await patch(ada, body), "UsernameNotAvailable");
    }
    profileChanges.splice(profileChanges.indexOf(listen), 1);
    expect(asked).toEqual([]);
    const { body } = await call("GET /me", { bearer: ada.accessToken });
    expect(body.user).toEqual(userShape({ id: ada.id, ...named(ada.name) }));
  });

  test("may be the same name in another form, and is what a signup may hold", async () => {
    const ada = await signUp();
    const name = ada.name.toUpperCase();
    expect((await rename(ada, name)).body.user[loginName]).toBe(name);
    for (const bad of [...Object.values(notNames), null]) {
      const answer = await patch(ada, { [loginName]: bad, currentPassword: password });
      expectProblem(answer, "ValidationError", loginName);
    }
  });

  test("twenty who want one name at once: one has it, the others keep theirs", async () => {
    const people = await Promise.all(Array.from({ length: 20 }, () => signUp()));
    const name = newName();
    const answers = await Promise.all(people.map((person) => rename(person, name)));
    const refused = answers.filter(({ status }) => status !== 200);
    expect(refused).toHaveLength(19);
    for (const answer of refused) expectProblem(answer, "UsernameNotAvailable");
    const found = await read((db) => db.select().from(users).where(eq(users.username, name)));
    expect(found.map(({ usernameCanonical }) => usernameCanonical)).toEqual([canonicalLoginName(name)]);
  });

  test("of two at once of one account one stays, whole", async () => {
    const [ada, names] = [await signUp(), [newName(), newName().toUpperCase()]];
    const answers = await Promise.all(names.map((name) => rename(ada, name)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    const [row] = await read((db) => db.select().from(users).where(eq(users.id, ada.id)));
    expect(names).toContain(row?.username);
    expect(row?.usernameCanonical).toBe(canonicalLoginName(row?.username ?? ""));
    expect(await findCredentials({ usernameCanonical: row?.usernameCanonical ?? "" })).not.toBeNull();
  });

  test("is told to the log, without the name; the name that stays takes no password, and is not told", async () => {
    const [ada, name] = [await signUp(), newName()];
    const told = () => events.filter(({ userId, event }) => userId === ada.id && /^user_u/.test(event));
    expect((await patch(ada, named(ada.name))).status).toBe(200);
    expect(told()).toEqual([]);
    await rename(ada, name);
    expect(told().map(({ event }) => event)).toEqual(["user_username_change", "user_updated"]);
    expect(JSON.stringify(events)).not.toContain(name);
  });
});

describe("a body", () => {
  test("that holds no member that is known is 400, and says which are", async () => {
    const ada = await signUp();
    for (const body of [{}, { user_name: "ada" }, { role: "admin", id: "x" }]) {
      const answer = await patch(ada, body);
      expectProblem(answer, "ValidationError", "");
      expect(answer.body.errors[0]?.message).toContain(loginName);
    }
  });

  test("that holds one is taken, and what else it holds has no effect", async () => {
    const ada = await signUp();
    const { status, body } = await patch(ada, { displayName: "Ada", role: "admin", passwordHash: "x" });
    expect([status, body.user]).toEqual([200, userShape({ id: ada.id, ...named(ada.name), displayName: "Ada" })]);
    const [row] = await read((db) => db.select().from(users).where(eq(users.id, ada.id)));
    expect(row?.role).toBe("user");
    await logIn(ada.name);
  });
});

describe("what one user can fill", () => {
  const told = (id: string, name: EventName) => events.filter(({ event, userId }) => event === name && userId === id);

  test("is thirty changes of a profile an hour: each of them is told, and one more changes nothing", async () => {
    const ada = await signUp();
    const names = Array.from({ length: 40 }, (_, index) => `Ada ${index}`);
    const answers = await Promise.all(names.map((displayName) => patch(ada, { displayName })));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(30);
    const refused = await patch(ada, { displayName: "Ada 41" });
    expectProblem(refused, "TooManyRequests");
    expect(Number(refused.headers["retry-after"])).toBeGreaterThan(3_500);
    expect(told(ada.id, "user_updated")).toHaveLength(30);
    expect((await call("GET /me", { bearer: ada.accessToken })).body.user.displayName).not.toBe("Ada 41");
  });

  test("is thirty changes of a password an hour, counted apart, and another user is not in the way", async () => {
    const [ada, bob] = [await signUp(), await signUp()];
    for (let time = 1; time <= 30; time += 1) await patch(ada, { displayName: `Ada ${time}` });
    let [bearer, currentPassword] = [ada.accessToken, password];
    const change = (newPassword: string) => call("PUT /password", { bearer, body: { currentPassword, newPassword } });
    for (let time = 1; time <= 30; time += 1) {
      const next = `ten grey geese waddle ${time}`;
      const answer = await change(next);
      expect(answer.status).toBe(200);
      [bearer, currentPassword] = [tokensOf(answer).accessToken, next];
    }
    expectProblem(await change(password), "TooManyRequests");
    expect(told(ada.id, "authn_password_change")).toHaveLength(30);
    expect((await patch(bob, { displayName: "Bob" })).status).toBe(200);
  });
});
