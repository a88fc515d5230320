import { and, desc, eq, getTableName, gt, gte, isNotNull, isNull, ne, or, type SQL, sql } from "drizzle-orm";
import { type Database, forUpdate, now, read, transaction, write } from "../../db/client.js";
import { asciiLower } from "../../db/columns.js";
import { isUniqueViolation } from "../../db/failure.js";
import { sessions, users } from "../../db/schema/auth.js";
import { emailTokens, mailOutbox } from "../../db/schema/auth-email.js";
import { addressColumns, loginIsAddress } from "../login-name.js";
import { hasPassword, noPassword, type PasswordHash } from "../passwords.js";
import { endOutdatedSessions, endSessions, isLive, nextEpoch, type RevokedReason, withEpoch } from "../store.js";
import { canonicalAddress } from "../values/address.js";
import {
  admitAsked,
  admitGreeting,
  admitReset,
  admitVerification,
  mayAsk,
  mayReset,
  mayResetUnproven,
  mayTell,
  networkKeyOf,
} from "./limits.js";
import type { MailPurpose } from "./mails/mail.js";
import { addLink, addLinkMail, addMail, addRequest, dropLinks, type ResetRequest } from "./outbox-store.js";
import { proofEffects } from "./proof-effects.js";
import { hashOf, type TokenPurpose } from "./token.js";

/** What of an account decides about its mail. */
export interface EmailAccount {
  id: string;
  username: string;
  email: string | null;
  emailVerifiedAt: Date | null;
  sessionEpoch: number;
  disabledAt: Date | null;
  passwordHash: string;
}

/** What the use of a link has done. */
export interface Spent extends Done {
  userId: string;
  /** As it is now. */
  username: string;
  /** The session epoch of the user from now on. */
  epoch: number;
}

interface Done {
  /** The sessions that have ended. */
  ended: string[];
  /** Uses a link to a new password, where the account has none any more. */
  setPasswordToken?: string;
}

/** What else speaks for who uses a link that proves an address. */
export interface Prover {
  /** The session that the request came with. */
  session: { userId: string; sessionId: string } | null;
  /** The session epoch at which the password that came along was right. Null without a right one. */
  passwordEpoch: number | null;
}

const account = {
  id: users.id,
  username: users.username,
  email: users.email,
  emailVerifiedAt: users.emailVerifiedAt,
  sessionEpoch: users.sessionEpoch,
  disabledAt: users.disabledAt,
  passwordHash: users.passwordHash,
};

/** So many of an account's latest logins say which networks are its owner's. */
const loginsLookedAt = 100;

const proofRetries = 3;

export async function isProven(userId: string): Promise<boolean> {
  const proven = and(eq(users.id, userId), isNotNull(users.emailVerifiedAt));
  return (await read((db) => db.select({ id: users.id }).from(users).where(proven))).length > 0;
}

/**
 * Mail to the stored address of an account, unless it has none or a proven one, or the signup's own is on its way.
 *
 * @returns whether there was one to write. @throws AuthError "TooManyRequests"
 */
export async function addVerification(userId: string, ip: string | null, why: "signup" | "asked"): Promise<boolean> {
  return transaction(async (tx) => {
    const [user] = await lockAccounts(tx, eq(users.id, userId));
    if (!user?.email || user.emailVerifiedAt || user.disabledAt) return false;
    if (why === "signup") await admitGreeting(tx, userId, user.email, ip);
    else if (!(await admitAsked(tx, userId, user.email, ip))) return false;
    await addLinkMail(tx, { purpose: "verify", userId, address: user.email, epoch: null });
    return true;
  });
}

/**
 * Mail to the new address, and to the old one when that was proven; with `null` for a new address, to the old one only.
 * Nothing happens when the password was changed, or every session ended, since `epoch` was read.
 *
 * @returns whether the change has to wait for its proof. @throws AuthError "TooManyRequests"
 */
export async function addAddressChange(
  userId: string,
  newAddress: string | null,
  epoch: number,
  ip: string | null,
): Promise<"waits" | "stands" | "refused"> {
  return transaction(async (tx) => {
    const [user] = await lockAccounts(tx, eq(users.id, userId));
    if (!user || user.disabledAt || user.sessionEpoch !== epoch) return "refused";
    const proven = user.emailVerifiedAt && typedAddress(user);
    const waits = newAddress !== null && (loginIsAddress || proven !== null);
    if (newAddress) {
      await admitVerification(tx, userId, newAddress, ip);
      await addLinkMail(tx, { purpose: "verify", userId, address: newAddress, epoch: waits ? epoch : null });
    } else await dropLinks(tx, userId, "verify");
    if (proven) await addLinkMail(tx, { purpose: "revert", userId, address: proven, epoch: null });
    return waits ? "waits" : "stands";
  });
}

/** The address as its owner typed it, which the link that puts it back restores. */
function typedAddress({ username, email }: EmailAccount): string | null {
  return loginIsAddress ? username : email;
}

/** Ends a change that waits for its proof. */
export async function cancelAddressChange(userId: string): Promise<void> {
  const waiting = and(eq(emailTokens.userId, userId), eq(emailTokens.purpose, "verify"), isNotNull(emailTokens.epoch));
  await write((db) => db.delete(emailTokens).where(waiting));
}

/**
 * Stores that somebody asks for a reset. Who is meant is looked up by who sends the mail, so that the answer takes the
 * same time and work for everybody: one statement, and no account is read.
 *
 * @returns false where the network of `ip` has asked too often.
 */
export async function addResetRequest(asked: Omit<ResetRequest, "network">, ip: string | null): Promise<boolean> {
  return transaction(async (tx) => {
    const mayGo = await mayAsk(tx, ip);
    if (mayGo) await addRequest(tx, { ...asked, network: networkKeyOf(ip) });
    return mayGo;
  });
}

/** Puts the reset mail in the place of the request, if the account that is meant may be sent one, and not too often. */
export async function answerResetRequest(asked: ResetRequest & { id: string }): Promise<void> {
  const { id, purpose, address } = asked;
  const isMeant = purpose === "forgot-username" ? eq(users.usernameCanonical, address) : hasAddress(address);
  await transaction(async (tx) => {
    const isReachable = loginIsAddress ? undefined : isNotNull(users.emailVerifiedAt);
    const [user] = await lockAccounts(tx, and(isMeant, isReachable, isNull(users.disabledAt)));
    const [request] = await tx.delete(mailOutbox).where(eq(mailOutbox.id, id)).returning({ id: mailOutbox.id });
    if (!request || !user?.email) return;
    const { id: userId, email, emailVerifiedAt, sessionEpoch: epoch } = user;
    const mayGo = emailVerifiedAt
      ? await mayReset(tx, userId, await knownNetwork(tx, userId, emailVerifiedAt, asked.network))
      : await mayResetUnproven(tx, email);
    if (mayGo) await addLinkMail(tx, { purpose: "reset", userId, address: email, epoch });
  });
}

/** The network, if a login came from it since the address was proven: one from before may have been a stranger's. */
async function knownNetwork(
  tx: Database,
  userId: string,
  provenAt: Date,
  network: string | null,
): Promise<string | null> {
  const logins = await tx
    .select({ ip: sessions.ip })
    .from(sessions)
    .where(and(eq(sessions.userId, userId), isNotNull(sessions.ip), gt(sessions.createdAt, provenAt)))
    .orderBy(desc(sessions.createdAt))
    .limit(loginsLookedAt);
  return logins.some(({ ip }) => networkKeyOf(ip) === network) ? network : null;
}

/**
 * Reset mail that was asked for by somebody who may: an account that has no password yet gets it at an address that is not
 * proven too, as its invitation.
 *
 * @returns whether there was an address. @throws AuthError "TooManyRequests"
 */
export async function addReset(userId: string): Promise<boolean> {
  return transaction(async (tx) => {
    const [user] = await lockAccounts(tx, eq(users.id, userId));
    if (!user?.email || !mayReceiveReset(user)) return false;
    await admitReset(tx, userId);
    await addLinkMail(tx, { purpose: "reset", userId, address: user.email, epoch: user.sessionEpoch });
    return true;
  });
}

/** Whose reset link it is, without using it; null when it is not good. */
export async function findResetOwner(token: string): Promise<EmailAccount | null> {
  const [found] = await read((db) =>
    db
      .select({ account, addressCanonical: emailTokens.addressCanonical, epoch: emailTokens.epoch })
      .from(emailTokens)
      .innerJoin(users, eq(users.id, emailTokens.userId))
      .where(isGood(token, "reset")),
  );
  return found && mayUseReset(found, found.account) ? found.account : null;
}

/**
 * Uses a reset link: the new password, every session ended, and word of it to the owner. Where nobody had proven the
 * address it proves it, and whatever was set up before goes. Null when it is not good.
 */
export async function spendReset(token: string, hash: PasswordHash): Promise<Spent | null> {
  return spend(token, "reset", mayUseReset, async (tx, link, user) => {
    const isProof = user.emailVerifiedAt === null;
    await dropLinks(tx, user.id, "reset");
    if (isProof) await prove(tx, link, user);
    else await addMail(tx, { purpose: "password-changed", userId: user.id, address: link.address });
    return { ended: await moveOn(tx, user.id, isProof ? { ...hash, emailVerifiedAt: now } : hash, "password") };
  });
}

/** Whose verification link it is, without using it; null when it is not good. */
export async function findVerificationOwner(token: string): Promise<EmailAccount | null> {
  const [found] = await read((db) =>
    db
      .select(account)
      .from(emailTokens)
      .innerJoin(users, eq(users.id, emailTokens.userId))
      .where(isGood(token, "verify")),
  );
  return found ?? null;
}

/** Uses a verification link. Null when it is not good, or of another account than the prover's session. */
export async function spendVerification(token: string, prover: Prover): Promise<Spent | null> {
  const allows = (link: Link, user: EmailAccount, others: EmailAccount[]) =>
    mayVerify(link, user) && mayTakeFrom(others) && (prover.session?.userId ?? user.id) === user.id;
  return spend(token, "verify", allows, async (tx, link, user) => {
    const moved = link.epoch === null ? {} : addressColumns(link.address);
    const changes = { ...moved, emailVerifiedAt: now };
    if (user.emailVerifiedAt === null) return proveFirst(tx, link, user, prover, changes);
    await prove(tx, link, user);
    return { ended: await moveOn(tx, user.id, changes, "logout-all") };
  });
}

/**
 * The first proof of an account. Threat: a stranger signs up with somebody's address and waits for them to confirm it, to
 * get in with the password, session or factor that they know. So these stay only for who has one of them beside the link;
 * else they end, and the link's owner chooses a password.
 */
async function proveFirst(
  tx: Database,
  link: Link,
  user: EmailAccount,
  prover: Prover,
  changes: object,
): Promise<Done> {
  const kept = prover.session && (await carryOver(tx, prover.session.sessionId, user));
  if (kept || prover.passwordEpoch === user.sessionEpoch) {
    await detach(tx, link);
    return { ended: await moveOn(tx, user.id, changes, "logout-all", kept ? ne(sessions.id, kept) : undefined) };
  }
  await prove(tx, link, user);
  const ended = await moveOn(tx, user.id, { ...changes, ...noPassword }, "password");
  const epoch = user.sessionEpoch + 1;
  const { token } = await addLink(tx, { purpose: "reset", userId: user.id, address: link.address, epoch });
  return { ended, setPasswordToken: token };
}

/** Takes a live session of the user into the epoch that comes next; null where it is none. */
async function carryOver(tx: Database, sessionId: string, user: EmailAccount): Promise<string | null> {
  const isTheirs = and(eq(sessions.id, sessionId), eq(sessions.userId, user.id), eq(sessions.epoch, user.sessionEpoch));
  const [kept] = await tx
    .update(sessions)
    .set({ epoch: user.sessionEpoch + 1 })
    .where(and(isTheirs, isLive))
    .returning({ id: sessions.id });
  return kept?.id ?? null;
}

/** What somebody logs in with is theirs, proven or not: nobody's proof takes it. */
function mayTakeFrom(others: EmailAccount[]): boolean {
  return !loginIsAddress || others.length === 0;
}

/** What a proof of the address takes from others, and from the account itself. */
async function prove(tx: Database, link: Link, user: EmailAccount): Promise<void> {
  await detach(tx, link);
  const proof = { userId: user.id, hadProvenAddress: user.emailVerifiedAt !== null };
  for (const effect of proofEffects) await effect(tx, proof);
}

/** The address is the account's own; or, where a proven one is being changed, nothing has ended all sessions since. */
function mayVerify({ epoch, addressCanonical }: Link, { email, sessionEpoch, disabledAt }: EmailAccount): boolean {
  const isAskedFor = epoch === null ? canonicalAddress(email ?? "") === addressCanonical : epoch === sessionEpoch;
  return isAskedFor && disabledAt === null;
}

/**
 * Uses a link that puts a proven address back. Links that were made later end with it: they are about addresses of
 * whoever changed this one. Older ones stay. An account that has proven the address since keeps it: its proof is newer
 * than the link. An account that is disabled stays so, but a thief who has it deleted, to be restored later, does not
 * outwait the link. Null when it is not good.
 */
export async function spendRevert(token: string): Promise<Spent | null> {
  const allows = (_link: Link, _user: EmailAccount, others: EmailAccount[]) =>
    mayTakeFrom(others) && others.every(({ emailVerifiedAt }) => emailVerifiedAt === null);
  return spend(token, "revert", allows, async (tx, link, user) => {
    const later = or(ne(emailTokens.purpose, "revert"), gte(emailTokens.createdAt, link.createdAt));
    await tx.delete(emailTokens).where(and(eq(emailTokens.userId, user.id), later));
    await detach(tx, link);
    const back = { ...addressColumns(link.address), emailVerifiedAt: now };
    return { ended: await moveOn(tx, user.id, back, "logout-all") };
  });
}

/** Mail to a proven address: the password was changed. */
export async function addPasswordNotice(userId: string): Promise<void> {
  await transaction(async (tx) => {
    const [user] = await lockAccounts(tx, and(eq(users.id, userId), isNotNull(users.emailVerifiedAt)));
    if (user?.email) await addMail(tx, { purpose: "password-changed", userId, address: user.email });
  });
}

/** Mail to a proven address of what may happen often: so not all of it is told. */
export async function addNotice(userId: string, purpose: MailPurpose): Promise<void> {
  await transaction(async (tx) => {
    const [user] = await lockAccounts(tx, and(eq(users.id, userId), isNotNull(users.emailVerifiedAt)));
    if (user?.email && (await mayTell(tx, purpose, userId)))
      await addMail(tx, { purpose, userId, address: user.email });
  });
}

/** Takes away what mail knows of a user. */
export async function forgetUser(userId: string): Promise<void> {
  await transaction(async (tx) => {
    await tx.delete(emailTokens).where(eq(emailTokens.userId, userId));
    await tx.delete(mailOutbox).where(eq(mailOutbox.userId, userId));
  });
}

type Link = typeof emailTokens.$inferSelect;

/**
 * Locks the accounts that a link is about, then the links to its address, each the lowest id first, so that proofs of one
 * address wait for each other and not in a circle; then uses the link up in one guarded statement, so that of many attempts
 * one wins.
 */
async function spend(
  token: string,
  purpose: TokenPurpose,
  /** `others` have the same address. */
  allows: (link: Link, user: EmailAccount, others: EmailAccount[]) => boolean,
  act: (tx: Database, link: Link, user: EmailAccount) => Promise<Done>,
): Promise<Spent | null> {
  return retryingProofs(() =>
    transaction(async (tx) => {
      const [seen] = await tx.select().from(emailTokens).where(isGood(token, purpose));
      if (!seen) return null;
      const concerned = or(eq(users.id, seen.userId), hasAddress(seen.addressCanonical));
      const accounts = await lockAccounts(tx, concerned);
      const user = accounts.find(({ id }) => id === seen.userId);
      const others = accounts.filter(({ id }) => id !== seen.userId);
      if (!user || !allows(seen, user, others)) return null;
      await lockLinks(tx, seen);
      const [link] = await tx.delete(emailTokens).where(isGood(token, purpose)).returning();
      return link ? { ...(await act(tx, link, user)), ...(await afterwards(tx, user.id)) } : null;
    }),
  );
}

async function afterwards(tx: Database, id: string): Promise<Pick<Spent, "userId" | "username" | "epoch">> {
  const columns = { userId: users.id, username: users.username, epoch: users.sessionEpoch };
  const [user] = await tx.select(columns).from(users).where(eq(users.id, id));
  if (!user) throw new Error("The account of a link that was used is gone.");
  return user;
}

/** Of two first proofs of one address at once, the later one finds the address taken: seen again, it detaches it. */
async function retryingProofs<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const isTaken = isUniqueViolation(error, getTableName(users));
      if (!isTaken || attempt === proofRetries) throw error;
    }
  }
}

/** Other accounts lose the address where they don't log in with it, and their links to it: nothing else is touched. */
async function detach(tx: Database, link: Link): Promise<void> {
  const { addressCanonical } = link;
  if (!loginIsAddress) await takeFromOthers(tx, link);
  const itsLinks = and(eq(emailTokens.addressCanonical, addressCanonical), eq(emailTokens.purpose, "verify"));
  await tx.delete(emailTokens).where(itsLinks);
}

async function takeFromOthers(tx: Database, { userId, addressCanonical }: Link): Promise<void> {
  const others = await tx
    .update(users)
    .set(withEpoch({ email: null, emailVerifiedAt: null }))
    .where(and(hasAddress(addressCanonical), ne(users.id, userId)))
    .returning({ id: users.id });
  for (const { id } of others) await endOutdatedSessions(tx, id);
}

/** Changes the account, and ends its sessions, or those that `match`, and those of a login in flight too. */
async function moveOn(
  tx: Database,
  userId: string,
  changes: object,
  reason: RevokedReason,
  match?: SQL,
): Promise<string[]> {
  await tx
    .update(users)
    .set({ ...changes, sessionEpoch: nextEpoch })
    .where(eq(users.id, userId));
  return endSessions(tx, userId, reason, match);
}

async function lockAccounts(tx: Database, match: SQL | undefined): Promise<EmailAccount[]> {
  return tx.select(account).from(users).where(sql`${match} order by ${users.id} ${forUpdate}`);
}

/** Those that the proof of their address ends. */
async function lockLinks(tx: Database, { addressCanonical }: Link): Promise<void> {
  const links = eq(emailTokens.addressCanonical, addressCanonical);
  await tx
    .select({ id: emailTokens.id })
    .from(emailTokens)
    .where(sql`${links} order by ${emailTokens.id} ${forUpdate}`);
}

function isGood(token: string, purpose: TokenPurpose): SQL | undefined {
  return and(
    eq(emailTokens.tokenHash, hashOf(token)),
    eq(emailTokens.purpose, purpose),
    gt(emailTokens.expiresAt, now),
  );
}

function mayUseReset(link: Pick<Link, "addressCanonical" | "epoch">, user: EmailAccount): boolean {
  const isOfToday = link.epoch === user.sessionEpoch && canonicalAddress(user.email ?? "") === link.addressCanonical;
  return isOfToday && mayReceiveReset(user);
}

/**
 * An address that nobody has proven is good for a first password only: who has one may be somebody else. Where the
 * address is what people log in with, whoever reads its mail may take the account: nobody else can have signed up with it.
 */
function mayReceiveReset({ emailVerifiedAt, passwordHash, disabledAt }: EmailAccount): boolean {
  return disabledAt === null && (loginIsAddress || emailVerifiedAt !== null || !hasPassword({ passwordHash }));
}

function hasAddress(addressCanonical: string): SQL {
  return sql`${sql.raw(asciiLower("email"))} = ${addressCanonical}`;
}
