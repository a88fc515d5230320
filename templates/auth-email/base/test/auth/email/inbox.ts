import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { eq, isNotNull, lt } from "drizzle-orm";
import { expect } from "vitest";
import { mailOnEvent } from "../../../src/auth/email/on-event.js";
import { eventSinks } from "../../../src/auth/events.js";
import { fromNow, now, read, write } from "../../../src/db/client.js";
import { users } from "../../../src/db/schema/auth.js";
import { mailLimits, mailOutbox } from "../../../src/db/schema/auth-email.js";
import { call, logIn, type Person, signUp, startAuth, stopAuth } from "../client.js";
import { mailFolder } from "./environment.js";

/** A mail as its reader sees it. */
export interface Received {
  headers: string;
  to: string;
  subject: string;
  text: string;
  html: string;
}

/** `startAuth` leaves only its own listener: this brings back the one that greets new accounts. */
export async function startMailAuth(): Promise<void> {
  await startAuth();
  eventSinks.push(mailOnEvent);
}

export async function stopMailAuth(): Promise<void> {
  await stopAuth();
  rmSync(mailFolder, { recursive: true, force: true });
}

/** Every mail to the address so far, the oldest first, once nothing is on its way any more. */
export async function mailsTo(address: string): Promise<Received[]> {
  for (const endsAt = Date.now() + 5_000; Date.now() < endsAt && (await isOnItsWay()); ) await pause(10);
  const names = existsSync(mailFolder) ? readdirSync(mailFolder).sort() : [];
  const mails = names.filter((name) => name.endsWith(".eml")).map((name) => parse(join(mailFolder, name)));
  return mails.filter(({ to }) => to === address);
}

/** The newest mail to the address. */
export async function mailTo(address: string): Promise<Received> {
  const mails = await mailsTo(address);
  const newest = mails[mails.length - 1];
  if (!newest) throw new Error(`There is no mail to ${address}.`);
  return newest;
}

/** The token of the link in the newest mail to the address. */
export async function tokenTo(address: string, page = ""): Promise<string> {
  return tokenIn(await mailTo(address), page);
}

export function tokenIn({ text }: Received, page = ""): string {
  const [, path = "", token = ""] = /^https:\/\/shop\.example\/app\/([\w-]+)#token=([\w-]{43})$/m.exec(text) ?? [];
  expect(path).toContain(page);
  return token;
}

/** Somebody with a proven address, logged in. */
export async function signUpProven(extra: Record<string, unknown> = {}): Promise<Person & { email: string }> {
  const email = newMailAddress();
  const person = await signUp({ email, ...extra });
  const proof = { bearer: person.accessToken, body: { token: await tokenTo(email) } };
  expect((await call("POST /email/verify", proof)).status).toBe(204);
  await waitedLong();
  return { ...person, ...(await logIn(person.name)), email };
}

let addresses = 0;

export function newMailAddress(): string {
  addresses += 1;
  return `ada.${addresses}@example.org`;
}

/** The limits on mail are those of another day. */
export async function waitedLong(): Promise<void> {
  await write((db) => db.delete(mailLimits));
}

/** So long that only the limits of a day still count. */
export async function minutesPass(): Promise<void> {
  await write((db) => db.update(mailLimits).set({ nextAt: fromNow(-1) }));
}

/** Limits that are shorter than a day's are over. */
export async function hourPasses(): Promise<void> {
  await minutesPass();
  const hours = lt(mailLimits.dayEndsAt, fromNow(2 * 3600));
  await write((db) =>
    db
      .update(mailLimits)
      .set({ dayEndsAt: fromNow(-1) })
      .where(hours),
  );
}

export async function addressOf(userId: string): Promise<{ email: string | null; isProven: boolean }> {
  const [row] = await read((db) => db.select().from(users).where(eq(users.id, userId)));
  return { email: row?.email ?? null, isProven: row?.emailVerifiedAt != null };
}

export async function disable(userId: string): Promise<void> {
  await write((db) => db.update(users).set({ disabledAt: now }).where(eq(users.id, userId)));
}

async function isOnItsWay(): Promise<boolean> {
  return (await read((db) => db.select().from(mailOutbox).where(isNotNull(mailOutbox.dueAt)).limit(1))).length > 0;
}

/** Two parts, quoted-printable or plain: what the transport writes for mails like ours. */
function parse(path: string): Received {
  const raw = readFileSync(path, "utf8").split("\r\n").join("\n");
  const [headers = "", ...body] = raw.split("\n\n");
  const boundary = /boundary="([^"]+)"/.exec(headers)?.[1] ?? "none";
  const parts = body.join("\n\n").split(`--${boundary}`);
  const part = (type: string) => decode(parts.find((one) => one.includes(`Content-Type: ${type}`)) ?? "");
  const header = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(headers)?.[1] ?? "";
  return { headers, to: header("To"), subject: header("Subject"), text: part("text/plain"), html: part("text/html") };
}

function decode(part: string): string {
  const [head = "", ...lines] = part.split("\n\n");
  const text = lines.join("\n\n");
  if (!/quoted-printable/.test(head)) return text;
  const bytes = text.replace(/=\n/g, "").replace(/=([0-9A-F]{2})/g, (_all, hex: string) => `%${hex}`);
  return decodeURIComponent(bytes.replace(/%(?![0-9A-F]{2})/g, "%25"));
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
