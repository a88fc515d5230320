import { and, asc, desc, eq, isNotNull, isNull, type SQL, sql } from "drizzle-orm";
import { read } from "../../db/client.js";
import { asciiLower, columnType } from "../../db/columns.js";
import { users } from "../../db/schema/auth.js";
import { canonicalLoginName, loginName } from "../login-name.js";
import { publicUser, type User } from "../store.js";
import type { Position } from "./cursor.js";
import type { ListQuery, Sort } from "./input.js";

/** What an admin may see of a user. */
export const adminUser = {
  ...publicUser,
  role: users.role,
  emailVerifiedAt: users.emailVerifiedAt,
  disabledAt: users.disabledAt,
};

export type AdminUser = User & Pick<typeof users.$inferSelect, "role" | "emailVerifiedAt" | "disabledAt">;

/** Above every text that begins with a name or an address, in the order of code points. */
const last = "\u{10FFFF}".repeat(64);

/** Code points in order, whatever the database's locale: so an index finds what begins with a text. */
const nameOrder = sql.raw(asciiLower("username_canonical"));
const emailOrder = sql.raw(asciiLower("email"));

interface Order {
  by: SQL;
  /** A position's value, back from its text. */
  from: (value: string) => SQL;
}

const byTime: Order = {
  by: sql`${users.createdAt}`,
  from: (value) => sql`cast(${value} as ${sql.raw(columnType.time)})`,
};
const byName: Order = { by: nameOrder, from: (value) => sql`${value}` };

/** One user more than asked for, if there is one: then there is a next page. */
export async function findUsers(query: ListQuery, after: Position | null) {
  const { by } = orderOf(query.sort);
  const direction = query.sort.startsWith("-") ? desc : asc;
  return read((db) =>
    db
      .select({ user: adminUser, value: sql<string>`cast(${by} as text)` })
      .from(users)
      .where(and(...filtersOf(query), after ? follows(query.sort, after) : undefined))
      .orderBy(direction(by), direction(users.id))
      .limit(query.limit + 1),
  );
}

export async function findUser(id: string): Promise<AdminUser | null> {
  const [found] = await read((db) => db.select(adminUser).from(users).where(eq(users.id, id)));
  return found ?? null;
}

/** What all admins log in with who are not disabled. */
export async function findAdmins(): Promise<string[]> {
  const isAdmin = and(eq(users.role, "admin"), isNull(users.disabledAt));
  const admins = await read((db) => db.select({ name: users.username }).from(users).where(isAdmin).orderBy(users.id));
  return admins.map(({ name }) => name);
}

function orderOf(sort: Sort): Order {
  return sort === loginName || sort === `-${loginName}` ? byName : byTime;
}

/** The first half is for SQLite, which looks for no pair with an expression in it. */
function follows(sort: Sort, { value, id }: Position): SQL {
  const { by, from } = orderOf(sort);
  const [sign, orSame] = sort.startsWith("-") ? [sql`<`, sql`<=`] : [sql`>`, sql`>=`];
  return sql`(${by} ${orSame} ${from(value)} and (${by}, ${users.id}) ${sign} (${from(value)}, ${id}))`;
}

/** How a text in the query finds users by what begins with it. */
const byAddress = { email: (text: string) => beginsWith(emailOrder, lowerAscii(text)) };
const beginnings = {
  ...byAddress,
  [loginName]: (text: string) => beginsWith(nameOrder, canonicalLoginName(text)),
};
const beginningEntries = Object.entries(beginnings) as [keyof typeof beginnings, (text: string) => SQL][];

function filtersOf({ role, disabled, ...texts }: ListQuery): (SQL | undefined)[] {
  return [
    role === undefined ? undefined : eq(users.role, role),
    disabled === undefined ? undefined : disabled === "true" ? isNotNull(users.disabledAt) : isNull(users.disabledAt),
    ...beginningEntries.map(([name, find]) => (texts[name] === undefined ? undefined : find(texts[name]))),
  ];
}

/** A range and no LIKE: nothing in a text is a wildcard. */
function beginsWith(column: SQL, text: string): SQL {
  return sql`(${column} >= ${text} and ${column} <= ${text + last})`;
}

function lowerAscii(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
