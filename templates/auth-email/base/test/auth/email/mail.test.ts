import "./environment.js";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { readMailConfig } from "../../../src/auth/email/config.js";
import { drainMail, stopMail } from "../../../src/auth/email/dispatch.js";
import type { Mail } from "../../../src/auth/email/rendering.js";
import { addResetRequest, addVerification } from "../../../src/auth/email/store.js";
import { addressColumns } from "../../../src/auth/login-name.js";
import { purge } from "../../../src/auth/purge.js";
import { canonicalAddress, isMailAddress } from "../../../src/auth/values/address.js";
import { fromNow, read, write } from "../../../src/db/client.js";
import { users } from "../../../src/db/schema/auth.js";
import { emailTokens, mailLimits, mailOutbox } from "../../../src/db/schema/auth-email.js";
import { call, credentials, events, signUp } from "../client.js";
import { match } from "../shapes.js";
import {
  mailTo,
  newMailAddress,
  signUpProven,
  startMailAuth,
  stopMailAuth,
  tokenIn,
  tokenTo,
  waitedLong,
} from "./inbox.js";

beforeAll(startMailAuth, 60_000);
afterAll(stopMailAuth, 60_000);

describe("a mail", () => {
  test("has a text and an HTML part with the same link, and says that no person sent it", async () => {
    const email = newMailAddress();
    await signUp({ email });
    const mail = await mailTo(email);
    expect(mail.html).toContain(`<a href="https://shop.example/app/verify-email#token=${tokenIn(mail)}">`);
    expect(mail.headers).toMatch(/^From: Shop <no-reply@shop\.example>$/m);
    expect(mail.headers).toMatch(/^Auto-Submitted: auto-generated$/m);
    expect(mail.headers).toMatch(/^Message-ID: <[\w-]{22}@shop\.example>$/m);
    expect(mail.headers).not.toMatch(/^(Bcc|Cc|Reply-To):/im);
  });

  test("to an address that is not proven does not name the account: a name is words of whoever chose it", async () => {
    const email = newMailAddress();
    const name = `win-at-http://evil.example/${email.length}${Date.now()}`;
    expect((await call("POST /signup", { body: { ...credentials(name), email } })).status).toBe(201);
    const { headers, text, html } = await mailTo(email);
    expect(headers + text + html).not.toContain("evil");
  });

  test("escapes what it is told, and loads nothing from elsewhere", async () => {
    const ada = await signUpProven();
    const name = `<img/src="//evil.example">&'${Date.now()}`;
    await write((db) => db.update(users).set({ username: name }).where(eq(users.id, ada.id)));
    await call("POST /password/forgot", { body: { email: ada.email } });
    const { text, html } = await mailTo(ada.email);
    expect(text).toContain(name);
    expect(html).toContain("&lt;img/src=&quot;//evil.example&quot;&gt;&amp;&#39;");
    expect(html).not.toMatch(/<(img|script|link|style|iframe)|\ssrc=/i);
  });

  test("builds its link from APP_URL, whatever the request says of its host", async () => {
    const ada = await signUpProven();
    const headers = { Host: "evil.example", "X-Forwarded-Host": "evil.example", Origin: "https://evil.example" };
    await call("POST /password/forgot", { body: { email: ada.email }, headers });
    const mail = await mailTo(ada.email);
    expect(mail.text + mail.html).not.toContain("evil");
    expect(tokenIn(mail, "reset-password")).toMatch(/^[\w-]{43}$/);
  });

  test("is logged with where it went, and without its link", async () => {
    const email = newMailAddress();
    const ada = await signUp({ email });
    const token = await tokenTo(email);
    const sent = events.find(({ event, userId }) => event === "mail_sent" && userId === ada.id);
    expect(sent?.reason).toMatch(/^verify: .*auth-mail-.*\.eml$/);
    expect(sent?.reason).not.toContain(token);
  });
});

describe("the outbox", () => {
  beforeEach(async () => {
    await stopMail();
    await waitedLong();
    await write((db) => db.delete(mailOutbox));
  }, 60_000);

  test("hands over each mail as the documented JSON, and its row is gone when that is acknowledged", async () => {
    const { id: userId, email } = await waitingMail();
    const taken: Mail[] = [];
    expect(await drainMail((mail) => Promise.resolve(void taken.push(mail)))).toBe(1);
    expect(taken).toEqual([
      {
        id: match.stringMatching(/^[\w-]{22}$/),
        purpose: "verify",
        userId,
        to: email,
        from: { name: "Shop", address: "no-reply@shop.example" },
        subject: match.stringContaining("Confirm"),
        text: match.stringContaining("/verify-email#token="),
        html: match.stringContaining("/verify-email#token="),
        createdAt: match.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      },
    ]);
    expect(await waiting()).toEqual([]);
    expect(await drainMail(() => Promise.resolve())).toBe(0);
  });

  test("keeps a mail that was not acknowledged, and hands it over again as the same one", async () => {
    await waitingMail();
    const seen: string[] = [];
    const failing = ({ id }: Mail) => {
      seen.push(id);
      return Promise.reject(Object.assign(new Error("to somebody@example.org"), { code: "ECONNREFUSED" }));
    };
    expect(await drainMail(failing)).toBe(0);
    const [row] = await waiting();
    const pauseSeconds = ((row?.dueAt?.getTime() ?? 0) - Date.now()) / 1000;
    expect(pauseSeconds).toBeGreaterThan(1);
    expect(pauseSeconds).toBeLessThan(4);
    expect(events[events.length - 1]).toMatchObject({
      event: "mail_send_fail",
      reason: "verify: ECONNREFUSED, attempt 1 of 80",
    });
    await due();
    expect(await drainMail(({ id }) => Promise.resolve(void seen.push(id)))).toBe(1);
    expect(seen).toEqual([row?.id, row?.id]);
  });

  test("tries for three days, every hour in the end, then gives a mail up and keeps it for who wants to know", async () => {
    await waitingMail();
    const pauses: number[] = [];
    for (let attempt = 1; attempt < 80; attempt += 1) {
      await drainMail(async () => Promise.reject(new Error("no")));
      pauses.push(((await waiting())[0]?.dueAt?.getTime() ?? 0) - Date.now());
      await due();
    }
    const hour = 3_600_000;
    expect(pauses.reduce((sum, pause) => sum + pause, 0)).toBeGreaterThan(72 * hour);
    expect(Math.max(...pauses)).toBeLessThan(1.3 * hour);
    await drainMail(async () => Promise.reject(new Error("no")));
    expect(await waiting()).toEqual([match.objectContaining({ attempts: 80, dueAt: null })]);
    expect(events[events.length - 1]?.reason).toBe("verify: Error, attempt 80 of 80, given up");
  });

  test("takes up a mail whose sender crashed, when its lease is over", async () => {
    await waitingMail();
    let release = (): void => undefined;
    const crashed = drainMail(() => new Promise((resolve) => (release = resolve)));
    await soon(async () => (await waiting())[0]?.attempts === 1);
    expect(await drainMail(() => Promise.resolve())).toBe(0);
    await due();
    expect(await drainMail(() => Promise.resolve())).toBe(1);
    release();
    await crashed;
  });

  test("gives up a mail whose senders have all crashed", async () => {
    await waitingMail();
    await write((db) => db.update(mailOutbox).set({ attempts: 88 }));
    expect(await drainMail(() => Promise.resolve())).toBe(0);
    expect(await waiting()).toEqual([match.objectContaining({ dueAt: null })]);
  });

  test("many that drain it at once take each mail once", async () => {
    await waitingMails(12);
    const taken: string[] = [];
    const drain = () => drainMail(({ id }) => Promise.resolve(void taken.push(id)));
    await Promise.all(Array.from({ length: 6 }, drain));
    expect(taken).toHaveLength(12);
    expect(new Set(taken).size).toBe(12);
  });

  test("sends no link that is dead already", async () => {
    const { id } = await waitingMail();
    await write((db) => db.delete(emailTokens).where(eq(emailTokens.userId, id)));
    expect(await drainMail(() => Promise.resolve())).toBe(0);
    expect(await waiting()).toEqual([]);
  });

  test("holds the same of a request for a reset, whoever is meant, and looks nobody up until it is claimed", async () => {
    const { email } = await proven();
    const shapes: unknown[] = [];
    for (const address of [email, "nobody@example.org"]) {
      await waitedLong();
      await addResetRequest({ purpose: "forgot-address", address }, "3fff::1");
      const [row] = await waiting();
      const counted = await read((db) => db.select({ sent: mailLimits.sent }).from(mailLimits));
      shapes.push({ ...row, id: "", address: "", dueAt: "", createdAt: "", counted });
      expect(await drainMail(() => Promise.resolve())).toBe(address === email ? 1 : 0);
      expect(await waiting()).toEqual([]);
    }
    expect(shapes[0]).toEqual(shapes[1]);
  });

  test("and the limits are purged of what is over", async () => {
    const { id } = await waitingMail();
    await purge();
    expect([(await waiting()).length, (await links(id)).length]).toEqual([1, 1]);
    await write((db) =>
      db
        .update(emailTokens)
        .set({ expiresAt: fromNow(-1) })
        .where(eq(emailTokens.userId, id)),
    );
    await write((db) => db.update(mailLimits).set({ dayEndsAt: fromNow(-1) }));
    await write((db) => db.update(mailOutbox).set({ dueAt: null, createdAt: fromNow(-8 * 86_400) }));
    expect((await purge()).deleted["links, limits and failed mails"]).toBeGreaterThan(3);
    expect([(await waiting()).length, (await links(id)).length]).toEqual([0, 0]);
  });
});

describe("an address to send to", () => {
  test.each([
    "ada@example.org",
    "o'neil+tag@sub.example.co.uk",
    "a.b-c_d@xn--bcher-kva.example",
    "ada@example.xn--p1ai",
    `${"a".repeat(64)}@example.org`,
  ])("is %s", (address) => expect(isMailAddress(address)).toBe(true));

  test.each([
    "",
    "ada",
    "@example.org",
    "ada@localhost",
    "ada@example.org\n",
    "ada@example.org\r\nBcc: eve@example.org",
    "ada@example.org,eve@example.org",
    "ada@example.org;eve@example.org",
    "Ada <ada@example.org>",
    "<ada@example.org>",
    '"ada eve"@example.org',
    "ada(comment)@example.org",
    "ada@[127.0.0.1]",
    "ada@127.0.0.1",
    "ada@eve@example.org",
    ".ada@example.org",
    "ada..b@example.org",
    "ada@example..org",
    "ada@-example.org",
    "ada@example.org.",
    "ädä@example.org",
    "ada@bücher.example",
    "ada\u0000@example.org",
    "ada@exam\u200dple.org",
    `${"a".repeat(65)}@example.org`,
    `ada@${"a.".repeat(130)}org`,
  ])("is not %j", (address) => expect(isMailAddress(address)).toBe(false));

  test("is one whatever the case of its letters", () => {
    expect(canonicalAddress("Ada.L+x@Example.ORG")).toBe("ada.l+x@example.org");
  });
});

describe("the configuration", () => {
  const good = {
    AUTH_MAIL: "smtps://ada:p%40ss@mail.example",
    MAIL_FROM: "a@example.org",
    APP_URL: "https://shop.example",
  };
  const production = { ...good, NODE_ENV: "production" };

  test("reads a server, a sender and where the pages are", () => {
    expect(
      readMailConfig({ ...production, MAIL_FROM: "The Shop <a@example.org>", APP_URL: "https://shop.example/app/" }),
    ).toEqual({
      delivery: {
        kind: "smtp",
        host: "mail.example",
        port: 465,
        secure: true,
        requireTls: false,
        auth: { user: "ada", pass: "p@ss" },
      },
      from: { name: "The Shop", address: "a@example.org" },
      appUrl: "https://shop.example/app",
    });
  });

  test.each([
    ["smtp://mail.example", "production", true],
    ["smtp://mail.example", "development", false],
    ["smtp://ada:secret@mail.example", "development", true],
    ["smtp://127.0.0.1:25", "production", false],
    ["smtp://[::1]:25", "production", false],
  ])("%s in %s takes STARTTLS: %s", (AUTH_MAIL, NODE_ENV, requireTls) => {
    expect(readMailConfig({ ...good, AUTH_MAIL, NODE_ENV }).delivery).toMatchObject({ kind: "smtp", requireTls });
  });

  test("without anything, mails of a development server are files, and those of tests wait", () => {
    const { delivery, appUrl } = readMailConfig({});
    expect([delivery, appUrl]).toEqual([{ kind: "outbox", dir: ".data/mail" }, "http://localhost:3000"]);
    expect(readMailConfig({ NODE_ENV: "test" }).delivery).toEqual({ kind: "queue" });
    expect(readMailConfig({ ...good, NODE_ENV: "test" }).delivery).toEqual({ kind: "queue" });
  });

  test.each([
    ["AUTH_MAIL", undefined],
    ["AUTH_MAIL", "sendmail"],
    ["AUTH_MAIL", "outbox:"],
    ["AUTH_MAIL", "smtp://"],
    ["AUTH_MAIL", "smtp://mail.example/inbox"],
    ["AUTH_MAIL", "smtp://mail.example?pool=true"],
    ["AUTH_MAIL", "smtp://ada:100%@mail.example"],
    ["AUTH_MAIL", "smtp://mail.example:99999"],
    ["MAIL_FROM", undefined],
    ["MAIL_FROM", "Shop"],
    ["MAIL_FROM", "Shop <a@example.org>, b@example.org"],
    ["MAIL_FROM", "Shop\r\nBcc: b@example.org <a@example.org>"],
    ["APP_URL", undefined],
    ["APP_URL", "shop.example"],
    ["APP_URL", "http://shop.example"],
    ["APP_URL", "javascript:alert(1)"],
    ["APP_URL", "https://ada:secret@shop.example"],
    ["APP_URL", "https://shop.example/?a=b"],
    ["APP_URL", "https://shop.example/#x"],
    ["APP_URL", "https://shop.example/?"],
  ])("in production, %s as %j is refused by its name, without its value", (name, value) => {
    let message = "";
    try {
      readMailConfig({ ...production, [name]: value });
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toMatch(new RegExp(`^${name} `));
    expect(message).not.toMatch(/secret|100%/);
  });
});

/** An account whose verification mail is in the outbox. */
async function waitingMail(): Promise<{ id: string; email: string }> {
  const [one] = await waitingMails(1);
  if (!one) throw new Error("There is none.");
  return one;
}

/** Requests start the sending: so all accounts come first. */
async function waitingMails(count: number): Promise<{ id: string; email: string }[]> {
  const people: { id: string; email: string }[] = [];
  for (let person = 1; person <= count; person += 1) people.push({ ...(await signUp()), email: newMailAddress() });
  await nothingWaits();
  for (const { id, email } of people) {
    await write((db) => db.update(users).set(addressColumns(email)).where(eq(users.id, id)));
    await addVerification(id, null, "asked");
  }
  return people.map(({ id, email }) => ({ id, email }));
}

async function proven(): Promise<{ email: string }> {
  const email = newMailAddress();
  const { id } = await signUp();
  await nothingWaits();
  await write((db) =>
    db
      .update(users)
      .set({ ...addressColumns(email), emailVerifiedAt: fromNow(0) })
      .where(eq(users.id, id)),
  );
  return { email };
}

/** A signup with an address leaves a mail. */
async function nothingWaits(): Promise<void> {
  await stopMail();
  await write((db) => db.delete(mailOutbox));
  await waitedLong();
}

async function waiting() {
  return read((db) => db.select().from(mailOutbox));
}

async function links(userId: string) {
  return read((db) => db.select().from(emailTokens).where(eq(emailTokens.userId, userId)));
}

async function due(): Promise<void> {
  await write((db) => db.update(mailOutbox).set({ dueAt: fromNow(-1) }));
}

async function soon(isSo: () => Promise<boolean>): Promise<void> {
  for (const endsAt = Date.now() + 30_000; Date.now() < endsAt && !(await isSo()); )
    await new Promise((resolve) => setTimeout(resolve, 10));
}
