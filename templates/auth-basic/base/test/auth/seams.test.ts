import "./environment.js";
import { inspect } from "node:util";
import { eq } from "drizzle-orm";
import express from "express";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AuthError } from "../../src/auth/errors.js";
import { eventSinks, onEvent } from "../../src/auth/events.js";
import { type ProfileChange, profileChanges, sessionStarts } from "../../src/auth/hooks.js";
import { newTokens } from "../../src/auth/sessions.js";
import { now, read, write } from "../../src/db/client.js";
import { users } from "../../src/db/schema/auth.js";
import { sessionTransports } from "../../src/middleware/authenticators.js";
import { protectedRoute } from "../../src/middleware/jwt.js";
import { authRouter } from "../../src/routes/auth.js";
import {
  call,
  events,
  expectAlive,
  expectProblem,
  logIn,
  newName,
  password,
  refresh,
  signUp,
  startAuth,
  stopAuth,
} from "./client.js";
import { duringOutage } from "./database.js";
import { loginShape } from "./shapes.js";

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
    ["rejects", async () => thrown()],
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

describe("the start of a session", () => {
  test("fails the login when what follows it throws, and nobody holds the session", async () => {
    const { username } = await signUp();
    const refuse = async () => {
      throw new AuthError("TooManyRequests");
    };
    sessionStarts.push(refuse);
    const answer = await call("POST /login", { body: { username, password } });
    sessionStarts.splice(sessionStarts.indexOf(refuse), 1);
    expectProblem(answer, "TooManyRequests");
  });

  test("is told who, and from where, at signup and at login", async () => {
    const told: string[] = [];
    const listen = async ({ userId }: { userId: string }, { ip }: { ip: string | null }) =>
      void told.push(`${userId} ${ip}`);
    sessionStarts.push(listen);
    const { username, id } = await signUp();
    await call("POST /login", { body: { username, password }, from: "3fff::7" });
    sessionStarts.splice(sessionStarts.indexOf(listen), 1);
    expect(told).toEqual([expect.stringContaining(id), `${id} 3fff::7`]);
  });
});

describe("a profile change", () => {
  test("that holds the new address back leaves the old one, and that it was proven", async () => {
    const ada = await signUp({ email: "ada@example.com" });
    await write((db) => db.update(users).set({ emailVerifiedAt: now }).where(eq(users.id, ada.id)));
    const holdBack: ProfileChange = async (_user, { email: _, ...changes }) => changes;
    profileChanges.push(holdBack);
    const body = { email: "new@example.com", displayName: "Ada", currentPassword: password };
    const answer = await call("PATCH /me", { bearer: ada.accessToken, body });
    profileChanges.splice(profileChanges.indexOf(holdBack), 1);
    expect(answer.body.user).toMatchObject({ email: "ada@example.com", displayName: "Ada" });
    const [row] = await read((db) => db.select().from(users).where(eq(users.id, ada.id)));
    expect(row?.emailVerifiedAt).toBeInstanceOf(Date);
  });
});

describe("an address that stays", () => {
  test("is not written again, so that it can't undo what happens meanwhile", async () => {
    const ada = await signUp({ email: "ada@example.com" });
    const prove: ProfileChange = async (user, changes) => {
      const proven = { email: "proven@example.com", emailVerifiedAt: now };
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
    const { username } = await signUp();
    const transport: (typeof sessionTransports)[number] = (req) => {
      if (req.get("x-transport") !== "name only") return null;
      const { row } = newTokens({ ip: null, userAgent: null });
      return { row, deliver: ({ id }) => ({ session: id }) };
    };
    sessionTransports.push(transport);
    const carried = await call("POST /login", {
      body: { username, password },
      headers: { "x-transport": "name only" },
    });
    const usual = await logIn(username);
    sessionTransports.splice(sessionTransports.indexOf(transport), 1);
    expect(carried.body).toEqual(loginShape({ username }, { session: expect.any(String) }));
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
    const body = { username: newName(), password };
    await duringOutage(async () => {
      expect((await call("POST /signup", { app, mount: "", body })).status).toBe(503);
      await new Promise((resolve) => setTimeout(resolve, 300));
    });
    console.error = consoleError;
    expect(inspect(logged)).toBe("[]");
    expect(events.slice(before)).toMatchObject([{ event: "sys_error", reason: expect.stringMatching(/^Service/) }]);
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
