import "./webhook-environment.js";
import { createHmac } from "node:crypto";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { eventsConfig } from "../../../src/auth/events/config.js";
import { insertEvent } from "../../../src/auth/events/store.js";
import { storeEvent } from "../../../src/auth/events/stored-events.js";
import { messageOf } from "../../../src/auth/events/webhook-message.js";
import { startWebhooks, stopWebhooks } from "../../../src/auth/events/webhooks.js";
import { emit, eventSinks } from "../../../src/auth/events.js";
import { purge } from "../../../src/auth/purge.js";
import { fromNow, read, write } from "../../../src/db/client.js";
import { webhookOutbox } from "../../../src/db/schema/auth-events.js";
import { call, logIn, password, sessionOf, signUp, startAuth, stopAuth } from "../client.js";
import { match } from "../shapes.js";
import { webhookKey } from "./webhook-environment.js";
import { eventually, type Received, type Receiver, startReceiver } from "./webhook-receiver.js";

let receiver: Receiver;

beforeAll(async () => {
  await startAuth();
  receiver = await startReceiver();
  Object.assign(eventsConfig.webhook ?? {}, { url: receiver.url });
}, 60_000);

/** Each test has the outbox and the receiver for itself. */
beforeEach(async () => {
  receiver.answer = () => 204;
  await stopWebhooks();
  await write((db) => db.delete(webhookOutbox));
  receiver.received.length = 0;
  eventSinks.splice(1, eventSinks.length, storeEvent);
}, 60_000);

afterAll(async () => {
  await stopAuth();
  await receiver.close();
}, 60_000);

const day = 86_400;

describe("the webhook", () => {
  test("delivers an event as documented, signed as Standard Webhooks says, and forgets it then", async () => {
    const person = await signUp();
    await expectDelivered(1);
    const { headers, text, body } = await theOnlyOne();
    expect(body).toEqual({
      type: "auth.user_created",
      timestamp: match.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      data: {
        outcome: "success",
        userId: person.id,
        actorId: null,
        sessionId: sessionOf(person.accessToken),
        ip: match.stringMatching(/^3fff:/),
        userAgent: null,
        reason: null,
      },
    });
    expect(headers["content-type"]).toBe("application/json");
    expect(headers["webhook-id"]).toMatch(/^msg_[\w-]{22}$/);
    expect(Math.abs(Number(headers["webhook-timestamp"]) - Date.now() / 1000)).toBeLessThan(5);
    const signed = [headers["webhook-id"], headers["webhook-timestamp"], text].join(".");
    const signature = createHmac("sha256", webhookKey).update(signed).digest("base64");
    expect(headers["webhook-signature"]).toBe(`v1,${signature}`);
  });

  test("sends again what was answered 500, under the same id", async () => {
    receiver.answer = () => (receiver.received.length === 1 ? 500 : 204);
    await signUp();
    await expectDelivered(2);
    const [first, second] = receiver.received;
    expect(second?.headers["webhook-id"]).toBe(first?.headers["webhook-id"]);
    expect(second?.text).toBe(first?.text);
  });

  test("forgets addresses and user agents of a user that is deleted in what has not been sent, and of nobody else", async () => {
    receiver.answer = () => 500;
    const [gone, stays] = [await signUp(), await signUp()];
    const client = { ip: "192.0.2.9", userAgent: "an admin's browser" };
    await emit({ event: "user_updated", outcome: "success", userId: gone.id, actorId: stays.id, client });
    await emit({ event: "user_updated", outcome: "success", userId: stays.id, actorId: gone.id, client });
    await call("DELETE /me", { bearer: gone.accessToken, body: { password } });
    const waiting = await read((db) => db.select().from(webhookOutbox).orderBy(webhookOutbox.id));
    const bodies = waiting.map(({ payload }) => JSON.parse(payload) as Received["body"]);
    const seen = bodies.map(({ type, data }) => [type, data["ip"] !== null]);
    expect(seen).toEqual([
      ["auth.user_created", false],
      ["auth.user_created", true],
      ["auth.user_updated", true],
      ["auth.user_updated", false],
      ["auth.user_deleted", false],
    ]);
  });

  test("sends later what a receiver that is away refused to hear; the login does not notice", async () => {
    await receiver.close();
    const person = await signUp();
    await logIn(person.name);
    await eventually(outbox, ([first]) => (first?.attempts ?? 0) > 0);
    await receiver.open();
    await expectDelivered(2);
    expect(typesOf(person.id)).toEqual(["auth.user_created", "auth.authn_login_success"]);
  });

  test("keeps the order of one user's events while another user's pass by", async () => {
    const stuck = await signUp();
    const other = await signUp();
    await expectDelivered(2);
    let isUp = false;
    receiver.answer = ({ body }) => (isUp || body.data["userId"] !== stuck.id ? 204 : 503);
    await logIn(stuck.name);
    await call("POST /logout-all", { bearer: stuck.accessToken });
    await logIn(other.name);
    expect(
      await eventually(
        () => typesOf(other.id),
        (types) => types.length === 2,
      ),
    ).toHaveLength(2);
    expect(new Set(typesOf(stuck.id))).toEqual(new Set(["auth.user_created", "auth.authn_login_success"]));
    isUp = true;
    await expectEmptyOutbox();
    expect(typesOf(stuck.id).slice(-2)).toEqual(["auth.authn_login_success", "auth.authn_logout_all"]);
  });

  test("a receiver that does not answer keeps no client waiting, and nothing else once the timeout is over", async () => {
    const seen = new Set<string>();
    receiver.answer = ({ body: { type }, text }) => {
      if (type !== "auth.user_created" || seen.has(text)) return 204;
      seen.add(text);
      return new Promise(() => undefined);
    };
    const people = [await signUp(), await signUp(), await signUp(), await signUp()];
    for (const { name } of people) await logIn(name);
    await expectDelivered(12);
    for (const { id } of people)
      expect(typesOf(id)).toEqual(["auth.user_created", "auth.user_created", "auth.authn_login_success"]);
  });

  test("does not follow a redirect", async () => {
    receiver.answer = () => (receiver.received.length === 1 ? 307 : 204);
    await signUp();
    await expectDelivered(2);
    expect(receiver.received.map(({ path }) => path)).toEqual(["/hooks", "/hooks"]);
  });

  test("delivers what an earlier process left in the outbox, and what died in its hands after the lease", async () => {
    for (const userId of ["left-behind", "in-its-hands"])
      await insertEvent({ event: "authn_logout", outcome: "success", userId }, messageOf);
    const leased = { leasedUntil: fromNow(1), attempts: 1 };
    await write((db) => db.update(webhookOutbox).set(leased).where(eq(webhookOutbox.userId, "in-its-hands")));
    startWebhooks();
    await expectDelivered(2);
    expect(receiver.received.map(({ body }) => body.data["userId"])).toEqual(["left-behind", "in-its-hands"]);
  });

  test("closing waits for what is on its way, and sends nothing more", async () => {
    receiver.answer = () => new Promise((resolve) => setTimeout(resolve, 300, 204));
    const person = await signUp();
    await theOnlyOne();
    await stopWebhooks();
    expect(await outbox()).toEqual([]);
    await insertEvent({ event: "authn_logout", outcome: "success", userId: person.id }, messageOf);
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect(receiver.received).toHaveLength(1);
  });

  test("an event that has failed for three days is given up, and the next one comes", async () => {
    receiver.answer = ({ body }) => (body.type === "auth.authn_logout" ? 400 : 204);
    await insertEvent({ event: "authn_logout", outcome: "success", userId: "patient" }, messageOf);
    await write((db) => db.update(webhookOutbox).set({ createdAt: fromNow(-3.1 * day) }));
    await insertEvent({ event: "authn_login_success", outcome: "success", userId: "patient" }, messageOf);
    startWebhooks();
    await expectDelivered(2);
    expect(typesOf("patient")).toEqual(["auth.authn_logout", "auth.authn_login_success"]);
  });

  test("auth:purge deletes what nobody has sent for six days", async () => {
    for (const userId of ["old", "young"])
      await insertEvent({ event: "authn_logout", outcome: "success", userId }, messageOf);
    await write((db) =>
      db
        .update(webhookOutbox)
        .set({ nextAttemptAt: fromNow(-6.1 * day) })
        .where(eq(webhookOutbox.userId, "old")),
    );
    expect((await purge()).deleted).toMatchObject({ "unsent webhooks": 1 });
    expect((await outbox()).map(({ userId }) => userId)).toEqual(["young"]);
  });

  test("the event that a user was deleted says neither from where nor with what", async () => {
    const person = await signUp();
    const headers = { "User-Agent": "a browser" };
    await call("DELETE /me", { bearer: person.accessToken, body: { password }, headers });
    await expectDelivered(2);
    const { type, data } = receiver.received[1]?.body ?? {};
    expect({ type, ...data }).toMatchObject({
      type: "auth.user_deleted",
      userId: person.id,
      ip: null,
      userAgent: null,
    });
  });

  test("sys_error goes to no receiver", async () => {
    await emit({ event: "sys_error", outcome: "failure", reason: "a test" });
    expect(await outbox()).toEqual([]);
  });

  /** The last test: this process sends nothing afterwards. */
  test("a receiver that answers 410 Gone hears nothing more from this process; what waits is kept", async () => {
    receiver.answer = () => 410;
    const person = await signUp();
    await theOnlyOne();
    await logIn(person.name);
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect(receiver.received).toHaveLength(1);
    expect(await outbox()).toHaveLength(2);
  });
});

/** So many requests came, and nothing is left to send. */
async function expectDelivered(count: number): Promise<void> {
  await expectEmptyOutbox();
  expect(receiver.received).toHaveLength(count);
}

async function expectEmptyOutbox(): Promise<void> {
  expect(await eventually(outbox, ({ length }) => length === 0)).toEqual([]);
}

async function theOnlyOne(): Promise<Received> {
  const [first, ...others] = await eventually(
    () => receiver.received,
    ({ length }) => length > 0,
  );
  if (!first) throw new Error("Nothing came.");
  expect(others).toEqual([]);
  return first;
}

function typesOf(userId: string): string[] {
  const mine = ({ body }: Received) => body.data["userId"] === userId;
  return receiver.received.filter(mine).map(({ body }) => body.type);
}

async function outbox() {
  return read((db) => db.select().from(webhookOutbox).orderBy(webhookOutbox.id));
}
