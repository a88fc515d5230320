import { and, desc, eq, gt, isNull, ne, not, type SQL, sql } from "drizzle-orm";
import { ago, type Database, forShare, fromNow, now, read, transaction, write } from "../db/client.js";
import { sessions, users } from "../db/schema/auth.js";
import { config } from "./config.js";
import type { PasswordHash } from "./passwords.js";
import { type FieldName, type FieldsWith, fieldEntries } from "./user-fields.js";

const mostSessionsListed = 1000;

type UserRow = typeof users.$inferSelect;
type AnsweredField = FieldsWith<"inAnswers", true>;

/** What clients may see of a user: never the hash. */
export type User = Pick<UserRow, "id" | "username" | "createdAt" | AnsweredField>;

/** What a login needs to know of a user. */
export interface Credentials extends PasswordHash {
  user: User;
  sessionEpoch: number;
  disabledAt: Date | null;
}

/** Fields that are left out are null, or what their column says. */
export type UserValues = { [Name in FieldName | "username" | "usernameCanonical"]?: UserRow[Name] | undefined };

export interface NewUser extends UserValues, PasswordHash {
  id: string;
  username: string;
  usernameCanonical: string;
}

export interface UserChanges extends UserValues {
  emailVerifiedAt?: null;
}

export interface SessionRow {
  id: string;
  ip: string | null;
  userAgent: string | null;
}

/** Whose session it is, and at which epoch of theirs. */
export interface SessionOwner {
  user: User;
  sessionEpoch: number;
}

/** What a transaction does before it writes a session, and whose that is then; null where there is to be none. */
export type BeforeSession = (tx: Database) => Promise<SessionOwner | null>;

/** A session row that was just written. */
export interface StoredSession {
  id: string;
  userId: string;
  generation: number;
  absoluteExpiresAt: Date;
}

/**
 * Why a session ended. `replaced`: another took its place; `limit`: its owner had too many; `disabled` and `role`: somebody
 * has barred its owner, or changed what they may do.
 */
export type RevokedReason =
  | "logout"
  | "logout-all"
  | "password"
  | "reuse"
  | "deleted"
  | "replaced"
  | "limit"
  | "disabled"
  | "role";

const answeredFields = Object.fromEntries(
  fieldEntries.flatMap(([name, { inAnswers }]) => (inAnswers ? [[name, users[name]]] : [])),
) as Pick<typeof users, AnsweredField>;

/** The columns of a `User`. */
export const publicUser = {
  id: users.id,
  username: users.username,
  ...answeredFields,
  createdAt: users.createdAt,
};

const uniqueColumns = [
  "usernameCanonical" as const,
  ...fieldEntries.flatMap(([name, { unique }]) => (unique ? name : [])),
];

export const storedSession = {
  id: sessions.id,
  userId: sessions.userId,
  generation: sessions.generation,
  absoluteExpiresAt: sessions.absoluteExpiresAt,
};

/** Sessions that are neither ended nor expired. */
export const isLive = and(
  isNull(sessions.revokedAt),
  gt(sessions.idleExpiresAt, now),
  gt(sessions.absoluteExpiresAt, now),
);
/** Joins a session to its owner, unless that one is barred or has ended all sessions since. */
export const ownerAllows = and(
  eq(users.id, sessions.userId),
  isNull(users.disabledAt),
  eq(users.sessionEpoch, sessions.epoch),
);

/** Adds the user, as the first step of the transaction that starts their session; null where the name is taken. */
export async function insertUser(tx: Database, user: NewUser): Promise<SessionOwner | null> {
  const [added] = await tx
    .insert(users)
    .values({ ...user, createdAt: now })
    .onConflictDoNothing({ target: users.usernameCanonical })
    .returning(publicUser);
  return added ? { user: added, sessionEpoch: 0 } : null;
}

export async function findCredentials(by: { usernameCanonical: string } | { id: string }): Promise<Credentials | null> {
  const match = "id" in by ? eq(users.id, by.id) : eq(users.usernameCanonical, by.usernameCanonical);
  const [row] = await read((db) =>
    db
      .select({
        user: publicUser,
        passwordHash: users.passwordHash,
        pepperId: users.pepperId,
        sessionEpoch: users.sessionEpoch,
        disabledAt: users.disabledAt,
      })
      .from(users)
      .where(match),
  );
  return row ?? null;
}

export async function findUser(id: string): Promise<User | null> {
  const [user] = await read((db) => db.select(publicUser).from(users).where(eq(users.id, id)));
  return user ?? null;
}

/** With `epoch`, null also when the password was changed since then. */
export async function updateUser(id: string, changes: UserChanges, epoch?: number): Promise<User | null> {
  const match = epoch === undefined ? eq(users.id, id) : isEnabledAt(id, epoch);
  const [user] = await write((db) => db.update(users).set(changes).where(match).returning(publicUser));
  return user ?? null;
}

/** Which of `values` stand in unique columns. */
export function uniqueNames(values: UserValues) {
  return uniqueColumns.filter((name) => (values[name] ?? null) !== null);
}

/** Which of `values` another account has, each in a unique column. */
export async function findTaken(id: string, values: UserValues): Promise<string[]> {
  const taken: string[] = [];
  for (const name of uniqueNames(values)) {
    const others = and(eq(users[name], values[name] ?? ""), ne(users.id, id));
    const found = await read((db) => db.select({ id: users.id }).from(users).where(others).limit(1));
    if (found.length > 0) taken.push(name);
  }
  return taken;
}

/** Puts the same password's newer hash in place, unless the password was changed in between. */
export async function replaceHash(userId: string, old: PasswordHash, newer: PasswordHash): Promise<void> {
  const unchanged = and(eq(users.id, userId), eq(users.passwordHash, old.passwordHash));
  await write((db) => db.update(users).set(newer).where(unchanged));
}

/**
 * A session for `owner`, or for whom it answers: that happens before it in the same transaction. Null when it answers
 * null, and when the owner's password has been changed, or the owner barred, since `sessionEpoch`.
 */
export async function insertSession(session: SessionRow, owner: SessionOwner | BeforeSession) {
  return transaction(async (tx) => {
    const settled = typeof owner === "function" ? await owner(tx) : owner;
    const started = settled && (await startSession(tx, session, settled.user.id, settled.sessionEpoch));
    return started && { user: settled.user, session: started };
  });
}

/**
 * The next generation in place of `generation`: one statement, so that of many attempts one wins. Null when it can't be.
 *
 * On Postgres, a rotation that waited for another change of its session sees the session of after beside the user of
 * before. Where their epochs moved together, that refuses a token that is good: it is tried once more.
 */
export async function rotateSession(id: string, generation: number): Promise<StoredSession | null> {
  const rotate = () => write((db) => rotation(db).execute({ id, generation }));
  const [rotated] = await rotate();
  if (rotated || !(await findCurrent(id, generation))) return rotated ?? null;
  const [afterAll] = await rotate();
  return afterAll ?? null;
}

const rotation = prepareOnce((db) =>
  db
    .update(sessions)
    .set({
      generation: sql`${sessions.generation} + 1`,
      rotatedAt: now,
      idleExpiresAt: fromNow(config.refreshTokenSeconds),
    })
    .from(users)
    .where(
      and(
        eq(sessions.id, sql.placeholder("id")),
        eq(sessions.generation, sql.placeholder("generation")),
        isLive,
        ownerAllows,
      ),
    )
    .returning(storedSession),
);

/** Ends the login whose spent token came back; null when there was nothing to end. */
export async function revokeReused(id: string, generation: number): Promise<{ userId: string } | null> {
  const spent = and(eq(sessions.id, id), isNull(sessions.revokedAt), gt(sessions.generation, generation));
  const [revoked] = await write((db) =>
    db
      .update(sessions)
      .set({ revokedAt: now, revokedReason: "reuse" })
      .where(config.refreshGraceSeconds > 0 ? and(spent, not(withinGrace(generation))) : spent)
      .returning({ userId: sessions.userId }),
  );
  return revoked ?? null;
}

/** The live session that was rotated from `generation` a moment ago, for a client that lost our reply. */
export async function findJustRotated(id: string, generation: number): Promise<StoredSession | null> {
  return findSession(and(eq(sessions.id, id), withinGrace(generation)));
}

/** The live session whose newest token is `generation`. */
export async function findCurrent(id: string, generation: number): Promise<StoredSession | null> {
  return findSession(and(eq(sessions.id, id), eq(sessions.generation, generation)));
}

/** Whether access tokens of the session are still good. */
export async function isSessionLive(id: string): Promise<boolean> {
  return (await findSession(eq(sessions.id, id))) !== null;
}

/** Ends one session, of that user if one is given; null when it has ended. An expired one may have a live access token. */
export async function revokeSession(id: string, reason: RevokedReason, userId?: string) {
  const mine = userId === undefined ? undefined : eq(sessions.userId, userId);
  const [revoked] = await write((db) =>
    db
      .update(sessions)
      .set({ revokedAt: now, revokedReason: reason })
      .where(and(eq(sessions.id, id), isNull(sessions.revokedAt), mine))
      .returning({ userId: sessions.userId }),
  );
  return revoked ?? null;
}

/** The sessions of the user that were used last: somebody with the password can start any number. */
export async function listSessions(userId: string) {
  return read((db) =>
    db
      .select({
        id: sessions.id,
        createdAt: sessions.createdAt,
        lastUsedAt: sessions.rotatedAt,
        ip: sessions.ip,
        userAgent: sessions.userAgent,
      })
      .from(sessions)
      .where(and(eq(sessions.userId, userId), isLive))
      .orderBy(desc(sessions.rotatedAt))
      .limit(mostSessionsListed),
  );
}

/** Ends every session of the user, also those whose login is still in flight. */
export async function revokeAllSessions(userId: string, reason: RevokedReason): Promise<string[]> {
  return transaction(async (tx) => {
    await tx.update(users).set({ sessionEpoch: nextEpoch }).where(eq(users.id, userId));
    return endSessions(tx, userId, reason);
  });
}

/** Ends every session of everybody, and says how many. */
export async function revokeEveryone(): Promise<number> {
  return transaction(async (tx) => {
    await tx.update(users).set({ sessionEpoch: nextEpoch });
    const ended = await tx
      .update(sessions)
      .set({ revokedAt: now, revokedReason: "logout-all" })
      .where(isNull(sessions.revokedAt))
      .returning({ id: sessions.id });
    return ended.length;
  });
}

/**
 * A new password, and every session ended, as the first step of the transaction that starts a new one. Null when the
 * password was changed since `sessionEpoch`.
 */
export async function replacePassword(tx: Database, { user, sessionEpoch }: SessionOwner, hash: PasswordHash) {
  const [changed] = await tx
    .update(users)
    .set({ ...hash, sessionEpoch: nextEpoch })
    .where(isEnabledAt(user.id, sessionEpoch))
    .returning({ epoch: users.sessionEpoch });
  if (!changed) return null;
  return { user, sessionEpoch: changed.epoch, ended: await endSessions(tx, user.id, "password") };
}

/** Takes the user away. The sessions stay as tombstones, without what could name a person. */
export async function deleteUser(userId: string, epoch: number): Promise<string[] | null> {
  return transaction((tx) => removeUser(tx, userId, isEnabledAt(userId, epoch)));
}

/** `deleteUser` as a part of a transaction, of a user who is `match`. */
export async function removeUser(tx: Database, userId: string, match: SQL | undefined): Promise<string[] | null> {
  const [gone] = await tx
    .delete(users)
    .where(and(eq(users.id, userId), match))
    .returning({ id: users.id });
  if (!gone) return null;
  await tx.update(sessions).set({ ip: null, userAgent: null }).where(eq(sessions.userId, userId));
  return endSessions(tx, userId, "deleted");
}

/** The sessions that were revoked in the last `seconds`, by the database's clock. */
export async function revokedWithin(seconds: number): Promise<string[]> {
  const rows = await read((db) =>
    db
      .select({ id: sessions.id })
      .from(sessions)
      .where(gt(sessions.revokedAt, ago(seconds))),
  );
  return rows.map(({ id }) => id);
}

/** Asks the database for nothing: throws when it does not answer. */
export async function ping(): Promise<void> {
  await read((db) => db.select({ one: sql`1` }).from(users).limit(1));
}

/** Ends what was started before: sessions, and logins in flight. */
export const nextEpoch = sql`${users.sessionEpoch} + 1`;

/**
 * The row comes from a locked read of its owner: a password change either sees the new session and ends it, or has
 * moved the epoch and no row is made.
 */
export async function startSession(tx: Database, session: SessionRow, userId: string, epoch: number) {
  const [started] = await tx
    .insert(sessions)
    .select(
      sql`select ${session.id}, ${users.id}, ${users.sessionEpoch}, 0, ${now}, ${now},
        ${fromNow(config.refreshTokenSeconds)}, ${fromNow(config.sessionMaxSeconds)},
        null, null, ${session.ip}, ${session.userAgent}
        from ${users} where ${isEnabledAt(userId, epoch)} ${forShare}`,
    )
    .returning(storedSession);
  return started ?? null;
}

/** The user, if nothing has ended all sessions since `epoch` was read and nobody has barred the account. */
function isEnabledAt(userId: string, epoch: number): SQL | undefined {
  return and(eq(users.id, userId), eq(users.sessionEpoch, epoch), isNull(users.disabledAt));
}

export async function endSessions(tx: Database, userId: string, reason: RevokedReason): Promise<string[]> {
  const ended = await tx
    .update(sessions)
    .set({ revokedAt: now, revokedReason: reason })
    .where(and(eq(sessions.userId, userId), isNull(sessions.revokedAt)))
    .returning({ id: sessions.id });
  return ended.map(({ id }) => id);
}

async function findSession(match: SQL | undefined): Promise<StoredSession | null> {
  const [found] = await read((db) =>
    db.select(storedSession).from(sessions).innerJoin(users, ownerAllows).where(and(match, isLive)),
  );
  return found ?? null;
}

/** Only ever asked with REFRESH_GRACE_SECONDS over 0: in strict mode two requests of one millisecond must not both win. */
function withinGrace(generation: number): SQL {
  const justRotated = gt(sessions.rotatedAt, fromNow(-config.refreshGraceSeconds));
  return sql`(${eq(sessions.generation, generation + 1)} and ${justRotated})`;
}

/**
 * A statement whose text is built once for a database, and not for each call. Its name is empty: a named statement does
 * not survive a transaction pooler.
 */
function prepareOnce<Prepared>(build: (db: Database) => { prepare(name: string): Prepared }) {
  const prepared = new WeakMap<Database, Prepared>();
  return (db: Database): Prepared => {
    const statement = prepared.get(db) ?? build(db).prepare("");
    prepared.set(db, statement);
    return statement;
  };
}
