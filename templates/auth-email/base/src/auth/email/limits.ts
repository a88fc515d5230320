import { createHmac } from "node:crypto";
import { and, eq, gt, lt, lte, sql } from "drizzle-orm";
import { type Database, fromNow, now } from "../../db/client.js";
import { mailLimits } from "../../db/schema/auth-email.js";
import { networkOf } from "../client-network.js";
import { config } from "../config.js";
import { AuthError } from "../errors.js";
import { canonicalAddress } from "../values/address.js";
import type { MailPurpose } from "./mails/mail.js";
import { linkSeconds } from "./outbox-store.js";

interface MailLimit {
  /** Mails that may go at once; each is back after `everySeconds`. */
  burst: number;
  everySeconds: number;
  most: number;
  /** Seconds from the first mail on, in which there are `most`. */
  inSeconds: number;
}

const daySeconds = 86_400;

/** Mail of one purpose for one account. */
const perAccount: MailLimit = { burst: 1, everySeconds: 60, most: 10, inSeconds: daySeconds };
/** Resets that one network the owner has logged in from asks for: nobody elsewhere can use those up. */
const perKnownNetwork: MailLimit = { burst: 1, everySeconds: 60, most: 10, inSeconds: daySeconds };
/** Mail to one address that nobody has proven, for all accounts together. */
const perAddress: MailLimit = { burst: 1, everySeconds: 60, most: 10, inSeconds: daySeconds };
/** Mail that one network asks for: an office behind one address fits in. */
const perNetwork: MailLimit = { burst: 20, everySeconds: 3, most: 200, inSeconds: daySeconds };
/**
 * One reset an hour goes beyond those of a day. Threat: who asks for all of a day's in another's name keeps the owner's own
 * away. So there is always a link that lives, whoever has asked for it, or one can be asked for.
 */
const perLinkLife: MailLimit = { burst: 1, everySeconds: 0, most: 1, inSeconds: linkSeconds.reset };

/** The link that a signup sends by itself: counted apart from those that are asked for. @throws AuthError "TooManyRequests" */
export async function admitGreeting(tx: Database, userId: string, address: string, ip: string | null): Promise<void> {
  await admit(tx, perAccount, ...greeting(userId));
  await admitToAddress(tx, address, ip);
}

/**
 * Counts a link that is asked for; false where the signup's own went out so short a time ago that it may still be on its
 * way. @throws AuthError "TooManyRequests"
 */
export async function admitAsked(tx: Database, userId: string, address: string, ip: string | null): Promise<boolean> {
  await admit(tx, perAccount, "verify account", userId);
  if (await wasJustGreeted(tx, userId)) return false;
  await admitToAddress(tx, address, ip);
  return true;
}

async function wasJustGreeted(tx: Database, userId: string): Promise<boolean> {
  const isRecent = and(eq(mailLimits.key, keyOf(greeting(userId))), gt(mailLimits.nextAt, now));
  return (await tx.select({ key: mailLimits.key }).from(mailLimits).where(isRecent)).length > 0;
}

function greeting(userId: string): string[] {
  return ["greeting account", userId];
}

/** @throws AuthError "TooManyRequests" with the seconds to wait; in a transaction, so that nothing is counted then. */
export async function admitVerification(tx: Database, userId: string, address: string, ip: string | null) {
  await admit(tx, perAccount, "verify account", userId);
  await admitToAddress(tx, address, ip);
}

async function admitToAddress(tx: Database, address: string, ip: string | null): Promise<void> {
  await admit(tx, perAddress, "address", canonicalAddress(address));
  if (ip) await admit(tx, perNetwork, "network", networkOf(ip));
}

/** Counts a reset that an admin sends, and apart from those that anybody can ask for. @throws AuthError "TooManyRequests" */
export async function admitReset(tx: Database, userId: string): Promise<void> {
  await admit(tx, perAccount, "admin's reset", userId);
}

/** Whether the network may ask for another reset: that depends on nobody's account. */
export async function mayAsk(tx: Database, ip: string | null): Promise<boolean> {
  return !ip || (await secondsToWait(tx, perNetwork, "network", networkOf(ip))) === 0;
}

/**
 * Whether another reset mail may go to the account. `known` is the asker's network where the owner has logged in from
 * there: it passes the account's limit by, so that nobody who asks in the owner's name locks the owner out.
 */
export async function mayReset(tx: Database, userId: string, known: string | null): Promise<boolean> {
  if (known) return (await secondsToWait(tx, perKnownNetwork, "reset network", userId, known)) === 0;
  return mayGoOrIsLast(tx, perAccount, "reset account", userId);
}

/**
 * Whether another reset mail may go to an address that nobody has proven. Threat: a stranger who signs up with somebody's
 * address, again after each deletion, and logs in from many networks. So it counts for all accounts and networks together,
 * and apart from other mail, or that would keep resets away.
 */
export async function mayResetUnproven(tx: Database, address: string): Promise<boolean> {
  return mayGoOrIsLast(tx, perAddress, "reset address", canonicalAddress(address));
}

/** Counts in both limits, so that the one beyond the day's comes when the links of those are dead. */
async function mayGoOrIsLast(tx: Database, limit: MailLimit, ...who: string[]): Promise<boolean> {
  const waits = await secondsToWait(tx, limit, ...who);
  const waitsForLast = await secondsToWait(tx, perLinkLife, "last", ...who);
  return waits === 0 || waitsForLast === 0;
}

/** Whether the owner may be sent one more notice of that kind. */
export async function mayTell(tx: Database, purpose: MailPurpose, userId: string): Promise<boolean> {
  return (await secondsToWait(tx, perAccount, `${purpose} account`, userId)) === 0;
}

/** What is stored of the network of an address. Null without one. */
export function networkKeyOf(ip: string | null): string | null {
  return ip ? keyOf(["asker", networkOf(ip)]) : null;
}

async function admit(tx: Database, limit: MailLimit, ...who: string[]): Promise<void> {
  const retryAfterSeconds = await secondsToWait(tx, limit, ...who);
  if (retryAfterSeconds > 0) throw new AuthError("TooManyRequests", { retryAfterSeconds });
}

/** Counts a mail, in one statement, so that of many at once only as many pass as may; 0 when it has passed. */
async function secondsToWait(tx: Database, limit: MailLimit, ...who: string[]): Promise<number> {
  if (!config.rateLimit) return 0;
  const key = keyOf(who);
  const next = { nextAt: fromNow(limit.everySeconds), dayEndsAt: fromNow(limit.inSeconds) };
  const laterStill = sql`${mailLimits.nextAt} + (${next.nextAt} - ${now})`;
  const isNewDay = lte(mailLimits.dayEndsAt, now);
  const [counted] = await tx
    .insert(mailLimits)
    .values({ key, sent: 1, ...next })
    .onConflictDoUpdate({
      target: mailLimits.key,
      set: {
        sent: sql`case when ${isNewDay} then 1 else ${mailLimits.sent} + 1 end`,
        dayEndsAt: sql`case when ${isNewDay} then ${next.dayEndsAt} else ${mailLimits.dayEndsAt} end`,
        nextAt: sql`case when ${lte(mailLimits.nextAt, now)} then ${next.nextAt} else ${laterStill} end`,
      },
      setWhere: sql`${lte(mailLimits.nextAt, fromNow(aheadSeconds(limit)))} and (${isNewDay} or ${lt(mailLimits.sent, limit.most)})`,
    })
    .returning({ sent: mailLimits.sent });
  return counted ? 0 : waitOf(tx, key, limit);
}

async function waitOf(tx: Database, key: string, limit: MailLimit): Promise<number> {
  const [row] = await tx.select().from(mailLimits).where(eq(mailLimits.key, key));
  const secondsUntil = (at = new Date(0)): number => (at.getTime() - Date.now()) / 1000;
  const isOverToday = row !== undefined && row.sent >= limit.most;
  const seconds = isOverToday ? secondsUntil(row.dayEndsAt) : secondsUntil(row?.nextAt) - aheadSeconds(limit);
  return Math.max(1, Math.ceil(seconds));
}

/** How far `next_at`, which every mail puts off, may be ahead of time: a burst's length. */
function aheadSeconds({ burst, everySeconds }: MailLimit): number {
  return (burst - 1) * everySeconds;
}

/** Keys tell a reader of the table nothing. */
function keyOf(who: string[]): string {
  return createHmac("sha256", config.jwtSecretKey)
    .update(JSON.stringify(["mail", ...who]))
    .digest("base64url");
}
