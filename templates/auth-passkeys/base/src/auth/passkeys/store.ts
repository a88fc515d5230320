import { createHash } from "node:crypto";
import { and, count, desc, eq, lt, or, sql } from "drizzle-orm";
import { type Database, forShare, forUpdate, now, read, transaction, write } from "../../db/client.js";
import { sessions, users } from "../../db/schema/auth.js";
import { passkeys } from "../../db/schema/auth-passkeys.js";
import type { Caller } from "../accounts.js";
import { hasPassword } from "../passwords.js";
import { isEnabledAt, isLive, ownerAllows, type SessionOwner } from "../store.js";
import type { Assertion, NewCredential } from "./ceremonies.js";
import { mostPasskeys } from "./input.js";

/** What is stored of a passkey. */
export type StoredPasskey = typeof passkeys.$inferSelect;

/** What its owner may see of it. */
const shown = {
  id: passkeys.id,
  credentialId: passkeys.credentialId,
  name: passkeys.name,
  transports: passkeys.transports,
  backedUp: passkeys.backedUp,
  createdAt: passkeys.createdAt,
  lastUsedAt: passkeys.lastUsedAt,
};

export interface Passkey {
  id: string;
  credentialId: string;
  name: string;
  transports: string[];
  backedUp: boolean;
  createdAt: Date;
  lastUsedAt: Date | null;
}

type ShownRow = Omit<Passkey, "transports" | "backedUp"> & Pick<StoredPasskey, "transports" | "backedUp">;

/** A credential, whose it becomes, and under which name. */
export interface NewPasskey {
  credential: NewCredential;
  userHandle: string;
  rpId: string;
  transports: readonly string[];
  name: string;
}

/** The id of a passkey here, and in paths: 43 characters, however long the credential's is. */
export function passkeyIdOf(credentialId: string): string {
  return createHash("sha256").update(credentialId).digest("base64url");
}

export async function findPasskey(credentialId: string): Promise<StoredPasskey | null> {
  const isIt = eq(passkeys.id, passkeyIdOf(credentialId));
  const [found] = await read((db) => db.select().from(passkeys).where(isIt));
  return found ?? null;
}

/** The passkeys of the user, the newest first. */
export async function listPasskeys(userId: string): Promise<Passkey[]> {
  const rows = await read((db) =>
    db.select(shown).from(passkeys).where(eq(passkeys.userId, userId)).orderBy(desc(passkeys.createdAt), passkeys.id),
  );
  return rows.map(asShown);
}

/** What the user's passkeys know them by; null where there is none. */
export async function findUserHandle(userId: string): Promise<string | null> {
  const ofUser = eq(passkeys.userId, userId);
  const [found] = await read((db) => db.select({ handle: passkeys.userHandle }).from(passkeys).where(ofUser).limit(1));
  return found?.handle ?? null;
}

/**
 * Adds it to the user, and lets one such change of theirs at a time go on.
 *
 * @returns "taken" where somebody has that credential, "full" where the user has as many as there may be, "ended" where the
 * session that asks has ended since.
 */
export async function addPasskey(caller: Caller, added: NewPasskey): Promise<Passkey | "taken" | "full" | "ended"> {
  return transaction(async (tx) => {
    if (!(await lockCaller(tx, caller))) return "ended";
    if ((await countPasskeys(tx, caller.userId)) >= mostPasskeys) return "full";
    return (await insertPasskey(tx, caller.userId, added)) ?? "taken";
  });
}

/** The same as a part of a transaction that has locked the user. Null where somebody has that credential. */
export async function insertPasskey(
  tx: Database,
  userId: string,
  { credential, transports, ...others }: NewPasskey,
): Promise<Passkey | null> {
  const { id, publicKey, algorithm, counter, isBackupEligible, isBackedUp } = credential;
  const backup = { backupEligible: Number(isBackupEligible), backedUp: Number(isBackedUp) };
  const key = { id: passkeyIdOf(id), credentialId: id, publicKey, algorithm, counter, ...backup };
  const [row] = await tx
    .insert(passkeys)
    .values({ ...key, ...others, userId, transports: transports.join(" "), createdAt: now })
    .onConflictDoNothing({ target: passkeys.id })
    .returning(shown);
  return row ? asShown(row) : null;
}

/**
 * Notes that it was used, unless it was used since with as high a counter, or is gone: of many answers of a key that was
 * copied one wins. False then, and where the owner was barred or has ended all sessions since `owner` was read.
 */
export async function noteUse(
  tx: Database,
  { id }: StoredPasskey,
  { counter, isBackedUp }: Assertion,
  owner: SessionOwner,
): Promise<boolean> {
  // The owner first, as everywhere: in the other order, this and the end of a passkey could wait for each other.
  const isAllowed = sql`${isEnabledAt(owner.user.id, owner.sessionEpoch)} ${forShare}`;
  const [allowed] = await tx.select({ id: users.id }).from(users).where(isAllowed);
  if (!allowed) return false;
  const counts = or(eq(passkeys.backupEligible, 1), lt(passkeys.counter, counter), eq(passkeys.counter, 0));
  const used = await tx
    .update(passkeys)
    .set({ counter, backedUp: Number(isBackedUp), lastUsedAt: now })
    .where(and(eq(passkeys.id, id), eq(passkeys.userId, owner.user.id), counts))
    .returning({ id: passkeys.id });
  return used.length > 0;
}

/** Another name. Null where the user has no such passkey. */
export async function renamePasskey(userId: string, id: string, name: string): Promise<Passkey | null> {
  const [row] = await write((db) => db.update(passkeys).set({ name }).where(isTheirs(userId, id)).returning(shown));
  return row ? asShown(row) : null;
}

/** Takes a passkey away, unless it is the last way in: the user is locked, so that two can't go at once. */
export async function deletePasskey(caller: Caller, id: string): Promise<"deleted" | "unknown" | "last" | "ended"> {
  const { userId } = caller;
  return transaction(async (tx) => {
    const owner = await lockCaller(tx, caller);
    if (!owner) return "ended";
    const [found] = await tx.select({ id: passkeys.id }).from(passkeys).where(isTheirs(userId, id));
    if (!found) return "unknown";
    if (!hasPassword(owner) && (await countPasskeys(tx, userId)) < 2) return "last";
    await tx.delete(passkeys).where(isTheirs(userId, id));
    return "deleted";
  });
}

/** Takes every passkey of the user away. @returns how many there were. */
export async function deletePasskeys(tx: Database, userId: string): Promise<number> {
  return (await tx.delete(passkeys).where(eq(passkeys.userId, userId)).returning({ id: passkeys.id })).length;
}

/** How many passkeys there are of each domain. */
export async function countByDomain(): Promise<{ rpId: string; total: number }[]> {
  const rows = await read((db) =>
    db.select({ rpId: passkeys.rpId, total: count() }).from(passkeys).groupBy(passkeys.rpId).orderBy(passkeys.rpId),
  );
  return rows.map(({ rpId, total }) => ({ rpId, total: Number(total) }));
}

/**
 * Locks whose session it is, and looks again whether that lives. Threat: who is logged out at this moment, by a new password
 * say, would be back with a key that is added a moment later.
 */
async function lockCaller(tx: Database, { userId, sessionId }: Caller): Promise<{ passwordHash: string } | null> {
  const isIt = sql`${eq(users.id, userId)} ${forUpdate}`;
  const [owner] = await tx.select({ passwordHash: users.passwordHash }).from(users).where(isIt);
  const [live] = await tx
    .select({ id: sessions.id })
    .from(sessions)
    .innerJoin(users, ownerAllows)
    .where(and(eq(sessions.id, sessionId), eq(sessions.userId, userId), isLive));
  return owner && live ? owner : null;
}

async function countPasskeys(tx: Database, userId: string): Promise<number> {
  const [found] = await tx.select({ total: count() }).from(passkeys).where(eq(passkeys.userId, userId));
  return Number(found?.total ?? 0);
}

function isTheirs(userId: string, id: string) {
  return and(eq(passkeys.id, id), eq(passkeys.userId, userId));
}

function asShown({ transports, backedUp, ...row }: ShownRow): Passkey {
  return { ...row, transports: transports.split(" ").filter(Boolean), backedUp: backedUp === 1 };
}
