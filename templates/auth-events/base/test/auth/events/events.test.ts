import "./webhook-environment.js";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Environment } from "../../../src/auth/environment.js";
import { readEventsConfig } from "../../../src/auth/events/config.js";
import { insertEvent } from "../../../src/auth/events/store.js";
import { storeEvent } from "../../../src/auth/events/stored-events.js";
import { type AuthEvent, type EventName, emit, eventSinks, onEvent } from "../../../src/auth/events.js";
import { purge } from "../../../src/auth/purge.js";
import { fromNow, read, write } from "../../../src/db/client.js";
import { authEvents } from "../../../src/db/schema/auth-events.js";
import {
  call,
  credentials,
  expectProblem,
  password,
  refresh,
  sessionOf,
  signUp,
  startAuth,
  stopAuth,
} from "../client.js";
import { duringOutage } from "../database.js";
import { nameWith } from "../login-names.js";
import { match, tokensOf, userOf } from "../shapes.js";
import { webhookKey } from "./webhook-environment.js";

const installedSinks = [...eventSinks];

beforeAll(async () => {
  await startAuth();
  eventSinks.push(storeEvent);
}, 60_000);
afterAll(stopAuth, 60_000);

const day = 86_400;

describe("the table of events", () => {
  test("is among the sinks that `emit` tells", () => {
    expect(installedSinks).toContain(storeEvent);
  });

  test("has an event before its client is answered, with the database's time", async () => {
    const headers = { "User-Agent": "a browser" };
    const answer = await call("POST /signup", {
      body: credentials(nameWith("ada-events")),
      from: "192.0.2.7",
      headers,
    });
    const { id: userId } = userOf(answer);
    const events = await eventsOf(userId);
    expect(events).toEqual([
      {
        id: match.any(Number),
        time: match.any(Date),
        event: "user_created",
        outcome: "success",
        userId,
        actorId: null,
        sessionId: sessionOf(tokensOf(answer).accessToken),
        ip: "192.0.2.7",
        userAgent: "a browser",
        reason: null,
      },
    ]);
    expect(Math.abs(Number(events[0]?.time) - Date.now())).toBeLessThan(5_000);
  });

  test("has neither passwords nor tokens nor submitted names in it", async () => {
    await call("POST /login", { body: credentials(nameWith("nobody-of-that-name")) });
    await call("POST /login", { body: credentials(nameWith("ada-events"), "a wrong one, long enough") });
    const rows = JSON.stringify(await read((db) => db.select().from(authEvents)));
    expect(rows).toContain("authn_login_fail");
    expect(rows).not.toMatch(/nobody-of-that-name|a wrong one|nine blue herons|ada-events/);
  });

  test("does not have sys_error, which tells of outages and would make the next one", async () => {
    await emit({ event: "sys_error", outcome: "failure", reason: "a test" });
    expect(await countOf("sys_error")).toBe(0);
  });

  test("forgets addresses and user agents of a user that is deleted, and keeps what happened", async () => {
    const gone = await signUp();
    const stays = await signUp();
    const answer = await call("DELETE /me", { bearer: gone.accessToken, body: { password } });
    expect(answer.status).toBe(204);
    const events = await eventsOf(gone.id);
    expect(events.map(({ event }) => event)).toEqual(["user_created", "user_deleted"]);
    for (const { ip, userAgent } of events) expect({ ip, userAgent }).toEqual({ ip: null, userAgent: null });
    expect((await eventsOf(stays.id))[0]?.ip).toMatch(/^3fff:/);
  });

  test("knows who did it to a user: it is their address that stands there, until they are gone themselves", async () => {
    const client = { ip: "192.0.2.9", userAgent: "an admin's browser" };
    const by = { outcome: "success", actorId: "an-admin", client } as const;
    await emit({ event: "user_updated", userId: "kept", ...by });
    await emit({ event: "user_deleted", userId: "gone", ...by });
    const [deleted] = await eventsOf("gone");
    expect(deleted).toMatchObject({ actorId: "an-admin", ip: client.ip, userAgent: client.userAgent });
    await emit({ event: "user_deleted", outcome: "success", userId: "an-admin", actorId: "an-admin", client });
    const events = [...(await eventsOf("kept")), ...(await eventsOf("gone")), ...(await eventsOf("an-admin"))];
    expect(events.map(({ ip, userAgent }) => ip ?? userAgent)).toEqual([null, null, null]);
  });

  test("an outage fails no request and throws nothing; afterwards events are stored again", async () => {
    const userId = "in-an-outage";
    const event: AuthEvent = { event: "authn_logout", outcome: "success", userId };
    await duringOutage(async () => {
      for (let count = 0; count < 5; count++) await emit(event);
    });
    await emit(event);
    expect(await eventsOf(userId)).toHaveLength(1);
  });
});

describe("auth:purge", () => {
  test("deletes events older than AUTH_EVENT_DAYS, and no others", async () => {
    const old = await signUp();
    const young = await signUp();
    await write((db) =>
      db
        .update(authEvents)
        .set({ time: fromNow(-91 * day) })
        .where(eq(authEvents.userId, old.id)),
    );
    await write((db) =>
      db
        .update(authEvents)
        .set({ time: fromNow(-89 * day) })
        .where(eq(authEvents.userId, young.id)),
    );
    expect((await purge()).deleted).toMatchObject({ events: 1 });
    expect(await eventsOf(old.id)).toEqual([]);
    expect(await eventsOf(young.id)).toHaveLength(1);
  });

  test("finishes what a process that died while forgetting a user has left", async () => {
    const client = { ip: "192.0.2.8", userAgent: "a browser" };
    await insertEvent({ event: "authn_logout", outcome: "success", userId: "half-gone", client });
    await insertEvent({ event: "user_deleted", outcome: "success", userId: "half-gone" });
    await purge();
    expect((await eventsOf("half-gone")).map(({ ip, userAgent }) => ip ?? userAgent)).toEqual([null, null]);
  });
});

describe("onEvent", () => {
  test("hears of a refresh token that comes back, and of whose it is", async () => {
    const heard: AuthEvent[] = [];
    const end = onEvent("authn_token_reuse", (event) => void heard.push(event));
    const person = await signUp();
    await refresh(person.refreshToken);
    expectProblem(await refresh(person.refreshToken), "ForbiddenError");
    end();
    expect(heard).toHaveLength(1);
    expect(heard[0]).toMatchObject({ userId: person.id, sessionId: sessionOf(person.accessToken) });
    await emit({ event: "authn_token_reuse", outcome: "failure" });
    expect(heard).toHaveLength(1);
  });

  test("a handler that throws or rejects fails neither the request nor the other handlers", async () => {
    const heard: AuthEvent[] = [];
    const ends = [
      onEvent("user_created", () => {
        throw new Error("thrown");
      }),
      onEvent("user_created", () => Promise.reject(new Error("rejected"))),
      onEvent("user_created", (event) => void heard.push(event)),
    ];
    await signUp();
    for (const end of ends) end();
    expect(heard).toHaveLength(1);
  });
});

describe("the configuration", () => {
  const webhook = {
    AUTH_WEBHOOK_URL: "https://example.com/hooks",
    AUTH_WEBHOOK_SECRET: process.env["AUTH_WEBHOOK_SECRET"],
  };
  const production = { ...webhook, NODE_ENV: "production" };

  test("without variables: 90 days, no webhook", () => {
    expect(readEventsConfig({})).toMatchObject({ eventSeconds: 90 * day, webhook: undefined });
  });

  const good: [string, Environment][] = [
    ["https", production],
    ["http to this machine", { ...production, AUTH_WEBHOOK_URL: "http://localhost:8080/" }],
    ["http to this machine by address", { ...production, AUTH_WEBHOOK_URL: "http://[::1]:8080/" }],
    ["http anywhere outside production", { ...webhook, AUTH_WEBHOOK_URL: "http://hooks.test/" }],
  ];
  test.each(good)("takes %s", (_, env) => {
    expect(readEventsConfig(env).webhook?.key).toEqual(webhookKey);
  });

  test("takes a secret that is no whsec_ as it stands", () => {
    const env = { ...webhook, AUTH_WEBHOOK_SECRET: "plain text of 24 letters" };
    expect(readEventsConfig(env).webhook?.key.toString()).toBe("plain text of 24 letters");
  });

  const bad: [string, Environment][] = [
    ["AUTH_EVENT_DAYS must be", { AUTH_EVENT_DAYS: "0" }],
    ["AUTH_WEBHOOK_URL is not a URL", { ...webhook, AUTH_WEBHOOK_URL: "hooks" }],
    ["AUTH_WEBHOOK_URL must start with https", { ...production, AUTH_WEBHOOK_URL: "http://example.com/" }],
    ["AUTH_WEBHOOK_URL must start with https", { ...production, AUTH_WEBHOOK_URL: "http://127.0.0.1.example.com/" }],
    ["AUTH_WEBHOOK_URL must start with https", { ...webhook, AUTH_WEBHOOK_URL: "file:///etc/passwd" }],
    ["AUTH_WEBHOOK_URL must not have a user name", { ...webhook, AUTH_WEBHOOK_URL: "https://me:secret@example.com/" }],
    ["AUTH_WEBHOOK_SECRET is missing", { ...webhook, AUTH_WEBHOOK_SECRET: "" }],
    ["AUTH_WEBHOOK_SECRET is shorter than 24 bytes", { ...webhook, AUTH_WEBHOOK_SECRET: "too short" }],
    [
      "AUTH_WEBHOOK_SECRET must be whsec_",
      { ...webhook, AUTH_WEBHOOK_SECRET: "whsec_not*base64*at*all*and*long*enough" },
    ],
    ["AUTH_WEBHOOK_SECRET must be whsec_", { ...webhook, AUTH_WEBHOOK_SECRET: "whsec_YWJjZGVmZ2hpamtsbW5vcA==" }],
    ["AUTH_WEBHOOK_TIMEOUT_SECONDS must be", { ...webhook, AUTH_WEBHOOK_TIMEOUT_SECONDS: "60" }],
  ];
  test.each(bad)("refuses to start with: %s", (message, env) => {
    expect(() => readEventsConfig(env)).toThrow(message);
    expect(() => readEventsConfig(env)).not.toThrow(/secret@|too short|not\*base64/);
  });
});

async function eventsOf(userId: string) {
  return read((db) => db.select().from(authEvents).where(eq(authEvents.userId, userId)).orderBy(authEvents.id));
}

async function countOf(event: EventName): Promise<number> {
  return (await read((db) => db.select().from(authEvents).where(eq(authEvents.event, event)))).length;
}
