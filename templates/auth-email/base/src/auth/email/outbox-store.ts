import { and, eq, gt, isNotNull, isNull, lte, or, type SQL, sql } from "drizzle-orm";
import { ago, type Database, fromNow, now, read, skipLocked, write } from "../../db/client.js";
import { users } from "../../db/schema/auth.js";
import { emailTokens, mailOutbox } from "../../db/schema/auth-email.js";
import { canonicalAddress } from "../values/address.js";
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
 * Stores a mail with a link for the user. A new link ends the older ones of its kind, but for those that put an address
 * back. A change of address that waits does not end the link to the address that the account has, nor the other way round.
 */
export async function addLinkMail(tx: Database, link: NewLink): Promise<void> {
  const { purpose, userId, address } = link;
  const { id } = await addLink(tx, link);
  await addMail(tx, { purpose, userId, address, tokenId: id });
}

/** Stores a link without a mail. @returns its id, and the token that uses it. */
export async function addLink(
  tx: Database,
  { purpose, userId, address, epoch }: NewLink,
): Promise<{ id: string; token: string }> {
  const id = newId();
  const token = tokenOf({ id, purpose, address });
  const isOfKind = epoch === null ? isNull(emailTokens.epoch) : isNotNull(emailTokens.epoch);
  if (purpose !== "revert") await dropLinks(tx, userId, purpose, isOfKind);
  const row = { id, purpose, userId, address, addressCanonical: canonicalAddress(address), epoch };
  const times = { createdAt: now, expiresAt: fromNow(linkSeconds[purpose]) };
  await tx.insert(emailTokens).values({ ...row, tokenHash: hashOf(token), ...times });
  return { id, token };
}

export interface NewLink {
  purpose: TokenPurpose;
  userId: string;
  address: string;
  /**
   * The link works only as long as this is the user's session epoch. Threat: a link that outlives the change of the
   * password, or the logout everywhere, with which its owner ends what it came from. Null for what no such step may end:
   * the proof of the address that the account has, and the owner's way back to a proven one.
   */
  epoch: number | null;
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
export async function dropLinks(tx: Database, userId: string, purpose: TokenPurpose, match?: SQL): Promise<void> {
  await tx.delete(emailTokens).where(and(eq(emailTokens.userId, userId), eq(emailTokens.purpose, purpose), match));
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

/** Who the mail is for, and the link's hash; null when the user is gone or the link dead, and nobody needs it any more. */
export async function findRecipient({ userId, tokenId }: ClaimedMail) {
  const isOfToday = or(isNull(emailTokens.epoch), eq(emailTokens.epoch, users.sessionEpoch));
  const isItsLink = and(eq(emailTokens.id, tokenId ?? ""), gt(emailTokens.expiresAt, now), isOfToday);
  const [found] = await read((db) =>
    db
      .select({ username: users.username, createdAt: users.createdAt, tokenHash: emailTokens.tokenHash })
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
