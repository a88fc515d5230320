import { and, eq, isNotNull, lte, sql } from "drizzle-orm";
import { ago, type Database, fromNow, now, read, skipLocked, write } from "../../db/client.js";
import { users } from "../../db/schema/auth.js";
import { emailTokens, mailOutbox } from "../../db/schema/auth-email.js";
import { canonicalAddress } from "../address.js";
import type { MailPurpose } from "./mails/mail.js";
import { hashOf, newId, type TokenPurpose, tokenOf } from "./token.js";

/** How long a link works. */
export const linkSeconds: Record<TokenPurpose, number> = { verify: 86_400, reset: 3_600, revert: 7 * 86_400 };

/** Somebody has forgotten a password: `address` is what they gave, in its canonical form. */
export interface ResetRequest {
  purpose: "forgot-address" | "forgot-username";
  address: string;
  /** Who asks, as `networkKeyOf` says it. */
  network: string | null;
}

/** A mail that has been claimed, with what its rendering needs. */
export interface ClaimedMail {
  id: string;
  purpose: MailPurpose;
  userId: string;
  address: string;
  tokenId: string | null;
  /** This one included. */
  attempts: number;
  createdAt: Date;
}

/**
 * Stores a mail with a link for the user. A new link ends the older ones of its purpose, but for those that put an
 * address back.
 */
export async function addLinkMail(tx: Database, { purpose, userId, address, epoch = null }: NewLink): Promise<void> {
  const id = newId();
  const tokenHash = hashOf(tokenOf({ id, purpose, address }));
  if (purpose !== "revert") await dropLinks(tx, userId, purpose);
  const addressCanonical = canonicalAddress(address);
  const times = { createdAt: now, expiresAt: fromNow(linkSeconds[purpose]) };
  await tx.insert(emailTokens).values({ id, purpose, userId, address, addressCanonical, epoch, tokenHash, ...times });
  await addMail(tx, { purpose, userId, address, tokenId: id });
}

export interface NewLink {
  purpose: TokenPurpose;
  userId: string;
  address: string;
  /** The link works only as long as this is the user's session epoch. */
  epoch?: number | null;
}

/** Stores a mail for the user. */
export async function addMail(
  tx: Database,
  {
    purpose,
    userId,
    address,
    tokenId = null,
  }: { purpose: MailPurpose; userId: string; address: string; tokenId?: string | null },
): Promise<void> {
  await tx.insert(mailOutbox).values({
    id: newId(),
    purpose,
    userId,
    address,
    tokenId,
    attempts: 0,
    dueAt: now,
    createdAt: now,
  });
}

/** Stores a request for a mail: whether it becomes one is seen when it is claimed. */
export async function addRequest(tx: Database, asked: ResetRequest): Promise<void> {
  const row = { id: newId(), userId: "", attempts: 0, dueAt: now, createdAt: now };
  await tx.insert(mailOutbox).values({ ...row, ...asked });
}

/** Ends the user's links of a purpose. */
export async function dropLinks(tx: Database, userId: string, purpose: TokenPurpose): Promise<void> {
  await tx.delete(emailTokens).where(and(eq(emailTokens.userId, userId), eq(emailTokens.purpose, purpose)));
}

/** What is in the outbox, claimed. */
export type Claimed = ClaimedMail | (Omit<ClaimedMail, "purpose"> & ResetRequest);

/** Takes what has been due longest, for `leaseSeconds`: whoever takes it crashes, and it is due again. */
export async function claimMail(leaseSeconds: number): Promise<Claimed | null> {
  const isDue = lte(mailOutbox.dueAt, ago(0));
  const [waiting] = await read((db) =>
    db.select({ id: mailOutbox.id }).from(mailOutbox).where(isDue).orderBy(mailOutbox.dueAt).limit(1),
  );
  if (!waiting) return null;
  const next = sql`(select id from ${mailOutbox} where ${isDue} order by due_at limit 1 ${skipLocked})`;
  const [claimed] = await write((db) =>
    db
      .update(mailOutbox)
      .set({ attempts: sql`${mailOutbox.attempts} + 1`, dueAt: fromNow(leaseSeconds) })
      .where(sql`${mailOutbox.id} = ${next}`)
      .returning(),
  );
  return (claimed as Claimed | undefined) ?? null;
}

/** The milliseconds until a mail is due, by the database's clock; null where none waits. */
export async function mailDueInMs(): Promise<number | null> {
  const next = { dueAt: mailOutbox.dueAt, readAt: sql`${now}`.mapWith(mailOutbox.createdAt) };
  const [first] = await read((db) =>
    db.select(next).from(mailOutbox).where(isNotNull(mailOutbox.dueAt)).orderBy(mailOutbox.dueAt).limit(1),
  );
  return first?.dueAt ? first.dueAt.getTime() - first.readAt.getTime() : null;
}

/** Who the mail is for, and the link's hash; null when the user or the link is gone, and nobody needs it any more. */
export async function findRecipient({ userId, tokenId }: ClaimedMail) {
  const isItsLink = and(eq(emailTokens.id, tokenId ?? ""), sql`${emailTokens.expiresAt} > ${now}`);
  const [found] = await read((db) =>
    db
      .select({ username: users.username, tokenHash: emailTokens.tokenHash })
      .from(users)
      .leftJoin(emailTokens, isItsLink)
      .where(eq(users.id, userId)),
  );
  return found && (tokenId === null || found.tokenHash) ? found : null;
}

export async function dropMail(id: string): Promise<void> {
  await write((db) => db.delete(mailOutbox).where(eq(mailOutbox.id, id)));
}

/** Another attempt in `seconds`, or none any more (null). Not when its lease ran out and somebody else has it now. */
export async function postponeMail({ id, attempts }: Claimed, seconds: number | null): Promise<void> {
  const mine = and(eq(mailOutbox.id, id), eq(mailOutbox.attempts, attempts));
  await write((db) =>
    db
      .update(mailOutbox)
      .set({ dueAt: seconds === null ? null : fromNow(seconds) })
      .where(mine),
  );
}
