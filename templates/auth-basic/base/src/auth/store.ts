import {
  type AnyColumn,
  and,
  Column,
  desc,
  eq,
  getTableColumns,
  getTableName,
  gt,
  gte,
  is,
  isNull,
  lt,
  lte,
  ne,
  not,
  or,
  type SQL,
  type SQLWrapper,
  sql,
} from "drizzle-orm";
import {
  ago,
  type Database,
  forShare,
  forUpdate,
  fromNow,
  now,
  read,
  secondOf,
  transaction,
  write,
} from "../db/client.js";
import { isReferenced, isUniqueViolation } from "../db/failure.js";
import { prepareOnce } from "../db/prepared.js";
import { sessions, users } from "../db/schema/auth.js";
import { type StoredClaims, sessionClaims } from "./access-claims.js";
import { config } from "./config.js";
import { AuthError } from "./errors.js";
import type { AccountDelete, AccountInsert } from "./hooks.js";
import { type LoginColumns, loginName } from "./login-name.js";
import type { PasswordHash } from "./passwords.js";
import { inPages } from "./purge-store.js";
import { type FieldName, type FieldsWith, fieldEntries } from "./user-fields.js";

const mostSessionsListed = 1000;
/** Rows that one statement ends when everybody is logged out. */
const pageRows = 1000;

type UserRow = typeof users.$inferSelect;
type AnsweredField = FieldsWith<"inAnswers", true>;

/** What clients may see of a user: never the hash. */
export type User = Pick<UserRow, "id" | "createdAt" | AnsweredField> & { [Name in typeof loginName]: string };

/** What a login needs to know of a user. */
export interface Credentials extends PasswordHash {
  user: User;
  sessionEpoch: number;
  disabledAt: Date | null;
}

/** Fields that are left out are null, or what their column says. */
export type UserValues = { [Name in FieldName | keyof LoginColumns]?: UserRow[Name] | undefined };

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

/** Whose device it may be. */
export interface DeviceOwner {
  user: Pick<User, "id">;
  sessionEpoch: number;
}

export interface ProvenOwner extends SessionOwner {
  /** How it was proven who they are, in the words of RFC 8176. */
  amr: readonly string[];
  /** The session whose time of login the new one says. */
  timeOf?: string | undefined;
}

/** What a transaction does before it writes a session, and its owner after that; null where there is to be none. */
export type BeforeSession = (tx: Database) => Promise<SessionOwner | null>;

/** A session row that was just written. */
export interface StoredSession {
  id: string;
  userId: string;
  generation: number;
  absoluteExpiresAt: Date;
  /** The session epoch of its owner. */
  epoch: number;
  claims: StoredClaims;
}

/**
 * Why a session ended. `replaced`: another took its place; `limit`: its owner had too many; `disabled` and `role`: somebody
 * has barred its owner, or changed what they may do; `claim`: what its access tokens say of its owner is so no more;
 * `guesses`: whoever had it has guessed at the password.
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
  | "role"
  | "claim"
  | "guesses";

const answeredFields = Object.fromEntries(
  fieldEntries.flatMap(([name, { inAnswers }]) => (inAnswers ? [[name, users[name]]] : [])),
) as Pick<typeof users, AnsweredField>;

/** The columns of a `User`. */
export const publicUser = {
  id: users.id,
  [loginName]: users.username,
  ...answeredFields,
  createdAt: users.createdAt,
};

const uniqueColumns = [
  "usernameCanonical" as const,
  ...fieldEntries.flatMap(([name, { unique }]) => (unique ? name : [])),
];
/**
 * What the claims of a session are made of: it comes with the session, and no query is made for it alone. (drizzle nests
 * columns after RETURNING too; its types have that for SELECT only.)
 */
export const storedClaims = Object.fromEntries(
  sessionClaims.map(({ name, from }) => [name, claimSource(from)]),
) as unknown as SQL<StoredClaims>;

/** Another value in one of these ends the user's sessions. */
const endingColumns = sessionClaims.flatMap(({ from, endsSessions }) => (endsSessions && is(from, Column) ? from : []));

export const storedSession = {
  id: sessions.id,
  userId: sessions.userId,
  generation: sessions.generation,
  absoluteExpiresAt: sessions.absoluteExpiresAt,
  epoch: sessions.epoch,
  claims: storedClaims,
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

/**
 * Adds the user, and what is made together with an account, as the first step of the transaction that starts their
 * session; null where the name is taken.
 */
export async function insertUser(
  tx: Database,
  user: NewUser,
  inserts: readonly AccountInsert[] = [],
): Promise<SessionOwner | null> {
  const [added] = await tx
    .insert(users)
    .values({ ...user, createdAt: now })
    .onConflictDoNothing({ target: users.usernameCanonical })
    .returning(publicUser);
  if (!added) return null;
  for (const insert of inserts) await insert(tx, added);
  return { user: added, sessionEpoch: 0 };
}

export async function findCredentials(by: { usernameCanonical: string } | { id: string }): Promise<Credentials | null> {
  const [row] = await read((db) => ("id" in by ? credentialsOf(db) : credentialsBehind(db)).execute(by));
  return row ?? null;
}

const credentialsOf = prepareOnce((db: Database) => selectCredentials(db).where(eq(users.id, given("id"))));
const credentialsBehind = prepareOnce((db: Database) =>
  selectCredentials(db).where(eq(users.usernameCanonical, given("usernameCanonical"))),
);

function selectCredentials(db: Database) {
  const { passwordHash, pepperId, sessionEpoch, disabledAt } = users;
  return db.select({ user: publicUser, passwordHash, pepperId, sessionEpoch, disabledAt }).from(users);
}

export async function findUser(id: string): Promise<User | null> {
  const [user] = await read((db) => db.select(publicUser).from(users).where(eq(users.id, id)));
  return user ?? null;
}

/**
 * Changes the user, and says which sessions that has ended (`withEpoch`). With `epoch`, null also when the password was
 * changed since then.
 */
export async function updateUser(
  id: string,
  changes: UserChanges,
  epoch?: number,
): Promise<{ user: User; ended: string[] } | null> {
  const match = epoch === undefined ? eq(users.id, id) : isEnabledAt(id, epoch);
  return transaction(async (tx) => {
    const [user] = await tx.update(users).set(withEpoch(changes)).where(match).returning(publicUser);
    return user ? { user, ended: await endOutdatedSessions(tx, id) } : null;
  });
}

/**
 * Runs a write that a unique column may refuse: of many who want one value at once, the database lets one have it.
 *
 * @throws AuthError "UsernameNotAvailable", or "FieldNotAvailable" that names the fields.
 */
export async function writeUnique<T>(id: string, values: UserValues, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (!isUniqueViolation(error, getTableName(users))) throw error;
    await checkAvailable(id, values);
    // Whoever had it has let it go since, or the index folds what it compares.
    throw notAvailable(uniqueNames(values)) ?? error;
  }
}

/**
 * Asks before a write whether another account has one of `values`. Two who ask at once may both hear no: so the write goes
 * through `writeUnique` all the same.
 *
 * @throws AuthError as `writeUnique` does.
 */
export async function checkAvailable(id: string, values: UserValues): Promise<void> {
  const refusal = notAvailable(await findTaken(id, values));
  if (refusal) throw refusal;
}

function notAvailable(taken: string[]): AuthError | null {
  if (taken.length === 0) return null;
  if (taken.includes("usernameCanonical")) return new AuthError("UsernameNotAvailable");
  const issues = taken.map((path) => ({ path, message: "Another account has this." }));
  return new AuthError("FieldNotAvailable", { issues });
}

function uniqueNames(values: UserValues) {
  return uniqueColumns.filter((name) => (values[name] ?? null) !== null);
}

/** Which of `values` another account has, each in a unique column. */
async function findTaken(id: string, values: UserValues): Promise<string[]> {
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
 * A session for `owner`. What comes `first`, in the same transaction, may change the owner, but not who that is. Null when
 * it answers null, and when the owner's password has been changed, or the owner barred, since `sessionEpoch`.
 */
export async function insertSession(session: SessionRow, owner: ProvenOwner, first?: BeforeSession) {
  return transaction(async (tx) => {
    const settled = first ? await first(tx) : owner;
    if (!settled) return null;
    if (settled.user.id !== owner.user.id) throw new Error("This would be a session of another user.");
    const started = await startSession(tx, session, { ...settled, amr: owner.amr, timeOf: owner.timeOf });
    return started && { user: settled.user, session: started };
  });
}

/**
 * The next generation in place of `generation`: one statement, so that of many attempts one wins. Null when it can't be.
 *
 * On Postgres, a rotation that waited for another transaction sees the session as that one left it, and the user as
 * before it. Where both epochs were moved together they differ for it, and a token that is good is refused: so it is
 * tried once more.
 */
export async function rotateSession(id: string, generation: number): Promise<StoredSession | null> {
  const rotate = () => write((db) => rotation(db).execute({ id, generation }));
  const [rotated] = await rotate();
  if (rotated || !(await findCurrent(id, generation))) return rotated ?? null;
  const [afterAll] = await rotate();
  return afterAll ?? null;
}

const rotation = prepareOnce((db: Database) =>
  db
    .update(sessions)
    .set({
      generation: sql`${sessions.generation} + 1`,
      rotatedAt: now,
      idleExpiresAt: fromNow(config.refreshTokenSeconds),
    })
    .from(users)
    .where(and(eq(sessions.id, given("id")), eq(sessions.generation, given("generation")), isLive, ownerAllows))
    .returning(storedSession),
);

/** Ends the login whose spent token came back; null when there was nothing to end. */
export async function revokeReused(id: string, generation: number): Promise<{ userId: string } | null> {
  const spent = and(eq(sessions.id, id), isNull(sessions.revokedAt), gt(sessions.generation, generation));
  const [revoked] = await transaction((tx) =>
    tx
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

/**
 * Whether `token` is the last one of a login of the owner, since whose epoch nothing has ended all of them. A login that
 * has ended or expired will do, but not one that ended because somebody else had its tokens.
 */
export async function wasLastToken(
  { sessionId, generation }: { sessionId: string; generation: number },
  { user, sessionEpoch }: DeviceOwner,
): Promise<boolean> {
  const isTheirs = and(eq(sessions.userId, user.id), eq(sessions.epoch, sessionEpoch));
  const isLast = and(eq(sessions.id, sessionId), eq(sessions.generation, generation), isTheirs);
  const [found] = await read((db) => db.select({ why: sessions.revokedReason }).from(sessions).where(isLast));
  return found !== undefined && found.why !== "reuse" && found.why !== "guesses";
}

/** Whether access tokens of the session are still good. */
export async function isSessionLive(id: string): Promise<boolean> {
  return (await findSession(eq(sessions.id, id))) !== null;
}

/** Ends one session, of that user if one is given; null when it has ended. An expired one may have a live access token. */
export async function revokeSession(id: string, reason: RevokedReason, userId?: string) {
  const mine = userId === undefined ? undefined : eq(sessions.userId, userId);
  const [revoked] = await transaction((tx) =>
    tx
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

/**
 * Ends every session of everybody, and says how many: in batches, so that nobody waits long. All epochs move first, and
 * with that no refresh token is good any more; access tokens end with their sessions. What is interrupted can be run again.
 */
export async function revokeEveryone(): Promise<number> {
  await inPages(moveEpochs);
  let ended = 0;
  await inPages(async (after) => {
    const last = await lastOfPage(sessions, after, isNull(sessions.revokedAt));
    if (last !== null) ended += await endOutdated(after, last);
    return last;
  });
  return ended;
}

async function moveEpochs(after: string): Promise<string | null> {
  const last = await lastOfPage(users, after);
  const page = and(gt(users.id, after), lte(users.id, last ?? after));
  if (last !== null) await transaction((tx) => tx.update(users).set({ sessionEpoch: nextEpoch }).where(page));
  return last;
}

/** Ends the sessions after `after` up to `last` that are of an epoch before that of their user. */
async function endOutdated(after: string, last: string): Promise<number> {
  const epochNow = sql`(select ${users.sessionEpoch} from ${users} where ${eq(users.id, sessions.userId)})`;
  const isOutdated = and(isNull(sessions.revokedAt), lt(sessions.epoch, epochNow));
  const ended = await transaction((tx) =>
    tx
      .update(sessions)
      .set({ revokedAt: now, revokedReason: "logout-all" })
      .where(and(gt(sessions.id, after), lte(sessions.id, last), isOutdated))
      .returning({ id: sessions.id }),
  );
  return ended.length;
}

/** The last of the next `pageRows` ids. */
async function lastOfPage(table: typeof users | typeof sessions, after: string, match?: SQL): Promise<string | null> {
  const page = await read((db) =>
    db
      .select({ id: table.id })
      .from(table)
      .where(and(gt(table.id, after), match))
      .orderBy(table.id)
      .limit(pageRows),
  );
  return page.at(-1)?.id ?? null;
}

/**
 * A new password, and every session ended, as the first step of the transaction that starts a new one. Null when the
 * password was changed since `sessionEpoch`.
 */
export async function replacePassword(tx: Database, owner: SessionOwner, hash: PasswordHash) {
  const [changed] = await tx
    .update(users)
    .set({ ...hash, sessionEpoch: nextEpoch })
    .where(isEnabledAt(owner.user.id, owner.sessionEpoch))
    .returning({ epoch: users.sessionEpoch });
  if (!changed) return null;
  return { ...owner, sessionEpoch: changed.epoch, ended: await endSessions(tx, owner.user.id, "password") };
}

/**
 * Deletes the user, unless the password was changed or the account barred since `epoch`: null then. The sessions stay as
 * tombstones, so that other processes hear that they have ended, without what could name a person.
 *
 * @returns the sessions that have ended.
 * @throws AuthError "AccountInUse"
 */
export async function deleteUser(
  userId: string,
  epoch: number,
  deletes: readonly AccountDelete[],
): Promise<string[] | null> {
  return orAccountInUse(() => transaction((tx) => deleteUserIn(tx, userId, deletes, isEnabledAt(userId, epoch))));
}

/**
 * Goes around a transaction that deletes a user, and not into it: a foreign key may be checked at the transaction's end.
 *
 * @throws AuthError "AccountInUse" when a row of the application's still refers to the user.
 */
export async function orAccountInUse<T>(deletion: () => Promise<T>): Promise<T> {
  try {
    return await deletion();
  } catch (error) {
    throw isReferenced(error) ? new AuthError("AccountInUse", { cause: error }) : error;
  }
}

/** `deleteUser` as a part of a transaction, within `orAccountInUse`. `deletes` run first; null when no such user is `match`. */
export async function deleteUserIn(
  tx: Database,
  userId: string,
  deletes: readonly AccountDelete[],
  match?: SQL,
): Promise<string[] | null> {
  const [found] = await tx
    .select({ id: users.id })
    .from(users)
    .where(sql`${and(eq(users.id, userId), match)} ${forUpdate}`);
  if (!found) return null;
  for (const hook of deletes) await hook(tx, userId);
  await tx.delete(users).where(eq(users.id, userId));
  await tx.update(sessions).set({ ip: null, userAgent: null }).where(eq(sessions.userId, userId));
  return endSessions(tx, userId, "deleted");
}

/** How many sessions were revoked in each second of the last `seconds` in which any was, in order, by the database's clock. */
export async function countRevoked(seconds: number): Promise<{ second: number; count: number }[]> {
  const second = secondOf(sessions.revokedAt);
  const rows = await read((db) =>
    db
      .select({ second, count: sql<unknown>`count(*)` })
      .from(sessions)
      .where(gt(sessions.revokedAt, ago(seconds)))
      .groupBy(second)
      .orderBy(second),
  );
  return rows.map((row) => ({ second: row.second, count: Number(row.count) }));
}

/** The sessions that were revoked in the seconds from `first` to `last`. */
export async function revokedBetween(first: number, last: number): Promise<string[]> {
  const [from, end] = [new Date(first * 1000), new Date((last + 1) * 1000)];
  const rows = await read((db) =>
    db
      .select({ id: sessions.id })
      .from(sessions)
      .where(and(gte(sessions.revokedAt, from), lt(sessions.revokedAt, end))),
  );
  return rows.map(({ id }) => id);
}

/** What the database's clock says. */
export async function readClock(): Promise<Date> {
  const clock = sql`${now}`.mapWith(sessions.rotatedAt);
  const [row] = await read((db) => db.select({ now: clock }).from(sql`(values (1)) as one`));
  return row?.now ?? new Date();
}

/** A query for its own sake. @throws AuthError "ServiceUnavailable" when the database does not answer. */
export async function ping(): Promise<void> {
  await read((db) => db.select().from(users).innerJoin(sessions, eq(sessions.userId, users.id)).limit(0));
}

/** Ends what was started before: sessions, and logins in flight. */
export const nextEpoch = sql`${users.sessionEpoch} + 1`;

/**
 * The row comes from a locked read of its owner: a password change either sees the new session and ends it, or has
 * moved the epoch and no row is made.
 */
async function startSession(tx: Database, session: SessionRow, { user, sessionEpoch, amr, timeOf }: ProvenOwner) {
  const values = { ...session, userId: user.id, epoch: sessionEpoch, amr: amr.join(" "), timeOf: timeOf ?? null };
  const [started] = await starting(tx).execute(values);
  return started ?? null;
}

const starting = prepareOnce((tx: Database) => {
  const earlier = tx
    .select({ createdAt: sessions.createdAt })
    .from(sessions)
    .where(eq(sessions.id, given("timeOf")));
  const row = {
    id: given("id"),
    userId: users.id,
    epoch: users.sessionEpoch,
    generation: sql`0`,
    createdAt: sql`coalesce(${earlier}, ${now})`,
    rotatedAt: now,
    idleExpiresAt: fromNow(config.refreshTokenSeconds),
    absoluteExpiresAt: fromNow(config.sessionMaxSeconds),
    revokedAt: sql`null`,
    revokedReason: sql`null`,
    ip: given("ip"),
    userAgent: given("userAgent"),
    amr: given("amr"),
  };
  const owner = isEnabledAt(given("userId"), given("epoch"));
  return tx
    .insert(sessions)
    .select(sql`select ${inTableOrder(row)} from ${users} where ${owner} ${forShare}`)
    .returning(storedSession);
});

/** An insert from a select takes a value for each column, in the order of the table. */
function inTableOrder(row: Record<keyof typeof sessions.$inferSelect, SQLWrapper>): SQL {
  const columns = Object.keys(getTableColumns(sessions)) as (keyof typeof row)[];
  return sql.join(
    columns.map((column) => sql`${row[column]}`),
    sql`, `,
  );
}

/** The user, if nothing has ended all sessions since `epoch` was read and nobody has barred the account. */
export function isEnabledAt(userId: string | SQL, epoch: number | SQL): SQL | undefined {
  return and(eq(users.id, userId), eq(users.sessionEpoch, epoch), isNull(users.disabledAt));
}

/** Adds the next epoch to `changes`, where one of them is another value of a claim with `endsSessions`. */
export function withEpoch<Changes extends object>(changes: Changes): Changes & { sessionEpoch?: SQL } {
  const columns: Record<string, AnyColumn> = getTableColumns(users);
  const differences = Object.entries(changes).flatMap(([name, value]) => {
    const column = columns[name];
    const matters = column && value !== undefined && endingColumns.includes(column);
    return matters ? sql`${column} is distinct from ${sql.param(value, column)}` : [];
  });
  if (differences.length === 0) return changes;
  return {
    ...changes,
    sessionEpoch: sql`case when ${or(...differences)} then ${nextEpoch} else ${users.sessionEpoch} end`,
  };
}

/** Ends the sessions of an earlier epoch, after an update with `withEpoch` in the same transaction. */
export async function endOutdatedSessions(tx: Database, userId: string): Promise<string[]> {
  if (endingColumns.length === 0) return [];
  const epochNow = sql`(select ${users.sessionEpoch} from ${users} where ${eq(users.id, userId)})`;
  return endSessions(tx, userId, "claim", lt(sessions.epoch, epochNow));
}

export async function endSessions(tx: Database, userId: string, reason: RevokedReason, match?: SQL): Promise<string[]> {
  const ended = await tx
    .update(sessions)
    .set({ revokedAt: now, revokedReason: reason })
    .where(and(eq(sessions.userId, userId), isNull(sessions.revokedAt), match))
    .returning({ id: sessions.id });
  return ended.map(({ id }) => id);
}

/**
 * SQL for the value behind a claim, in a select of sessions and after a write alike. A column of the user takes a select of
 * its own: SQLite's RETURNING sees no table but the one that was written.
 */
function claimSource(from: AnyColumn | SQL): SQL {
  if (!is(from, Column)) return withTableNames(from);
  const isOfSession = from.table === sessions;
  const value = isOfSession ? sql`${from}` : sql`(select ${from} from ${users} where ${eq(users.id, sessions.userId)})`;
  return withTableNames(value).mapWith(from);
}

/** drizzle takes the table's name off a column that stands right in what RETURNING is given: one level down it stays. */
function withTableNames(value: SQL): SQL {
  return sql`${value}`;
}

async function findSession(match: SQL | undefined): Promise<StoredSession | null> {
  const [found] = await read((db) =>
    db.select(storedSession).from(sessions).innerJoin(users, ownerAllows).where(and(match, isLive)),
  );
  return found ?? null;
}

/** Asked only where REFRESH_GRACE_SECONDS is above 0: in strict mode two requests of one millisecond must not both win. */
function withinGrace(generation: number): SQL {
  const justRotated = gt(sessions.rotatedAt, fromNow(-config.refreshGraceSeconds));
  return sql`(${eq(sessions.generation, generation + 1)} and ${justRotated})`;
}

/** A value that `execute` brings. */
function given(name: string): SQL {
  return sql`${sql.placeholder(name)}`;
}
