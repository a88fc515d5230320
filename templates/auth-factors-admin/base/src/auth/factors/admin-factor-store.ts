import { and, gt, inArray, isNotNull, type SQL, sql } from "drizzle-orm";
import { type Database, read } from "../../db/client.js";
import { users } from "../../db/schema/auth.js";
import { loginName } from "../login-name.js";
import { type FactorKind, factorKinds } from "./factor-kinds.js";
import { isMain } from "./factor-store.js";

/** Somebody with a second factor, and the kinds of it. */
export type FactorUser = { id: string; kinds: string[] } & Record<typeof loginName, string>;

/** The next users who have one, in the order of their ids. */
export async function findFactorUsers(after: string, rows: number): Promise<FactorUser[]> {
  return read(async (db) => {
    const page = await db
      .select({ id: users.id, [loginName]: users.username })
      .from(users)
      .where(and(gt(users.id, after), hasAnyAfter(after)))
      .orderBy(users.id)
      .limit(rows);
    const kindsOf = await kindsByUser(
      db,
      page.map(({ id }) => String(id)),
    );
    return page.map((user) => ({ ...user, kinds: kindsOf.get(String(user.id)) ?? [] }));
  });
}

function hasAnyAfter(after: string): SQL {
  const selects = factorKinds
    .filter(isMain)
    .map(
      ({ owner, setAt }) => sql`select ${owner} from ${owner.table} where ${and(isNotNull(setAt), gt(owner, after))}`,
    );
  return selects.length === 0 ? sql`1 = 0` : sql`${users.id} in (${sql.join(selects, sql` union `)})`;
}

async function kindsByUser(db: Database, ids: string[]): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  if (ids.length === 0) return found;
  for (const kind of factorKinds.filter(isMain))
    for (const id of await ownersOf(db, kind, ids)) found.set(id, [...(found.get(id) ?? []), kind.name]);
  return found;
}

async function ownersOf(db: Database, { owner, setAt }: FactorKind, ids: string[]): Promise<string[]> {
  const rows = await db
    .selectDistinct({ id: sql<string>`${owner}` })
    .from(owner.table)
    .where(and(inArray(owner, ids), isNotNull(setAt)));
  return rows.map(({ id }) => id);
}
