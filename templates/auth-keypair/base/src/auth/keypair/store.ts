import {
  and,
  desc,
  eq,
  getTableColumns,
  gt,
  inArray,
  isNull,
  lt,
  ne,
  or,
  type SQL,
  type SQLWrapper,
  sql,
} from "drizzle-orm";
import { ago, type Database, forUpdate, now, read, transaction, write } from "../../db/client.js";
import { columnType } from "../../db/columns.js";
import { prepareOnce } from "../../db/prepared.js";
import { sessions, users } from "../../db/schema/auth.js";
import { keypairTokens as tokens } from "../../db/schema/auth-keypair.js";
import type { StoredClaims } from "../access-claims.js";
import { isLive, storedClaims } from "../store.js";

/** A token as its owner sees it. */
export interface TokenRow {
  id: string;
  name: string;
  createdAt: Date;
  expiresAt: Date;
}

/** Whose token is to be issued, and what it takes. */
export interface NewTokenOwner {
  readonly userId: string;
  /** Sessions of the owner's that have to be live at that moment, each named once. */
  readonly sessionIds: readonly string[];
}

export interface NewTokenRow extends TokenRow {
  readonly sessionId: string | null;
  readonly sealed: string | null;
}

/** A token with the row that it gets. */
export interface MadeToken {
  readonly row: NewTokenRow;
}

/** What the database knows of a token whose owner is allowed to use it. */
export interface KnownToken {
  userId: string;
  sealed: string | null;
  expiresAt: Date;
  /** The moment at which the database said so. */
  readAt: Date;
  claims: StoredClaims;
}

/** What stands for a session where a token is asked what it says of its user: RFC 8176 has no word for how it was proven. */
const proof = "token";

/**
 * Writes a token for `owner`, as `make` makes it of the database's time, while nobody else can end what the owner has: a
 * password change either sees the new row or has moved the epoch before it. Of many at once no more than `most` are live.
 *
 * @param make is asked again where the transaction has to be, and waits for nothing outside: others wait for this one.
 * @returns null when the owner or the session has ended; "full" when there are `most` already.
 */
export async function insertToken<Made extends MadeToken>(
  owner: NewTokenOwner,
  most: number,
  make: (at: Date) => Promise<Made>,
): Promise<Made | "full" | null> {
  return transaction(async (tx) => {
    const found = await lockOwner(tx, owner.userId);
    if (!found || !(await hasSessions(tx, owner, found.epoch))) return null;
    const mine = await tx.select({ id: tokens.id }).from(tokens).where(isLiveOf(owner.userId, found.epoch)).limit(most);
    if (mine.length >= most) return "full";
    const made = await make(found.at);
    await tx.insert(tokens).values({ ...made.row, userId: owner.userId, epoch: found.epoch });
    return made;
  });
}

/** One question by primary keys. Null when the token or its session has ended, or its owner is barred or has ended everything since. */
export async function findToken(id: string): Promise<KnownToken | null> {
  const [found] = await read((db) => knownToken(db).execute({ id }));
  return found ?? null;
}

/** The live tokens of a user, the newest first. */
export async function listTokens(userId: string): Promise<TokenRow[]> {
  const epochNow = sql`(select ${users.sessionEpoch} from ${users} where ${eq(users.id, userId)})`;
  const { id, name, createdAt, expiresAt } = tokens;
  return read((db) =>
    db
      .select({ id, name, createdAt, expiresAt })
      .from(tokens)
      .where(isLiveOf(userId, epochNow))
      .orderBy(desc(createdAt), desc(id)),
  );
}

/** Ends a token, of that user if one is given. @returns whose it was; null when there was none. */
export async function deleteToken(id: string, userId?: string): Promise<{ userId: string } | null> {
  const mine = userId === undefined ? undefined : eq(tokens.userId, userId);
  const [deleted] = await write((db) =>
    db
      .delete(tokens)
      .where(and(eq(tokens.id, id), mine))
      .returning({ userId: tokens.userId }),
  );
  return deleted ?? null;
}

/** Ends every token of the user, those that are being issued too. @returns their ids. */
export async function deleteTokensOf(userId: string): Promise<string[]> {
  return transaction(async (tx) => {
    await lockOwner(tx, userId);
    const deleted = await tx.delete(tokens).where(eq(tokens.userId, userId)).returning({ id: tokens.id });
    return deleted.map(({ id }) => id);
  });
}

/** The next tokens along the primary key, and which of them will never open anything again. */
export async function nextTokens(after: string, rows: number): Promise<{ id: string; isDead: unknown }[]> {
  const isOutdated = or(isNull(users.id), ne(users.sessionEpoch, tokens.epoch));
  const isDead = sql<unknown>`${or(lt(tokens.expiresAt, ago(0)), isOutdated, sql`not ${sessionAllows}`)}`;
  return read((db) =>
    db
      .select({ id: tokens.id, isDead })
      .from(tokens)
      .leftJoin(users, eq(users.id, tokens.userId))
      .where(gt(tokens.id, after))
      .orderBy(tokens.id)
      .limit(rows),
  );
}

export async function deleteTokens(ids: string[]): Promise<number> {
  const deleted = await write((db) => db.delete(tokens).where(inArray(tokens.id, ids)).returning({ one: sql`1` }));
  return deleted.length;
}

/** The owner's epoch, and the database's time; nobody moves that epoch before the transaction ends. Null for who is gone or barred. */
async function lockOwner(tx: Database, userId: string): Promise<{ epoch: number; at: Date } | null> {
  const columns = { epoch: users.sessionEpoch, disabledAt: users.disabledAt, at: clock };
  const [found] = await tx
    .select(columns)
    .from(users)
    .where(sql`${eq(users.id, userId)} ${forUpdate}`);
  return found && found.disabledAt === null ? found : null;
}

async function hasSessions(tx: Database, { userId, sessionIds }: NewTokenOwner, epoch: number): Promise<boolean> {
  if (sessionIds.length === 0) return true;
  const isOne = inArray(sessions.id, [...sessionIds]);
  const isTheirs = and(isOne, eq(sessions.userId, userId), eq(sessions.epoch, epoch), isLive);
  const found = await tx.select({ id: sessions.id }).from(sessions).where(isTheirs);
  return found.length === sessionIds.length;
}

function isLiveOf(userId: string, epoch: number | SQL): SQL | undefined {
  return and(eq(tokens.userId, userId), eq(tokens.epoch, epoch), gt(tokens.expiresAt, now), sessionAllows);
}

const clock = sql`${now}`.mapWith(sessions.rotatedAt);

const itsSession = and(eq(sessions.id, tokens.sessionId), eq(sessions.epoch, tokens.epoch), isLive);
const sessionAllows = sql`(${tokens.sessionId} is null or exists (select 1 from ${sessions} where ${itsSession}))`;

/** In the place of a session's row: what its claims say of the user is read as for a session. */
const asSession: Record<keyof typeof sessions.$inferSelect, SQLWrapper> = {
  id: tokens.id,
  userId: tokens.userId,
  epoch: tokens.epoch,
  generation: sql`0`,
  createdAt: tokens.createdAt,
  rotatedAt: tokens.createdAt,
  idleExpiresAt: tokens.expiresAt,
  absoluteExpiresAt: tokens.expiresAt,
  revokedAt: sql.raw(`cast(null as ${columnType.time})`),
  revokedReason: sql.raw("cast(null as text)"),
  ip: sql.raw("cast(null as text)"),
  userAgent: sql.raw("cast(null as text)"),
  amr: sql.raw(`'${proof}'`),
};

const knownToken = prepareOnce((db: Database) => {
  const isAllowed = and(
    eq(users.id, tokens.userId),
    isNull(users.disabledAt),
    eq(users.sessionEpoch, tokens.epoch),
    sessionAllows,
  );
  const columns = sql.join(
    Object.entries(asSession).map(([name, value]) => sql`${value} as ${sql.identifier(nameOf(name))}`),
    sql`, `,
  );
  const row = sql`select ${tokens.sealed} as sealed, ${columns} from ${tokens} inner join ${users} on ${isAllowed}
    where ${eq(tokens.id, sql`${sql.placeholder("id")}`)}`;
  const sealed = sql<string | null>`sealed`;
  const expiresAt = sql<Date>`${sessions.absoluteExpiresAt}`.mapWith(sessions.absoluteExpiresAt);
  return db
    .select({ userId: sql<string>`${sessions.userId}`, sealed, expiresAt, readAt: clock, claims: storedClaims })
    .from(sql`(${row}) as ${sessions}`);
});

function nameOf(member: string): string {
  const columns: Record<string, { name: string }> = getTableColumns(sessions);
  return columns[member]?.name ?? member;
}
