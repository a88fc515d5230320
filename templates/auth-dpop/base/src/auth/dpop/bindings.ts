import { and, eq, gt, inArray, notExists, sql } from "drizzle-orm";
import { type Database, read, write } from "../../db/client.js";
import { prepareOnce } from "../../db/prepared.js";
import { sessions } from "../../db/schema/auth.js";
import { keyBindings } from "../../db/schema/auth-dpop.js";
import type { Purge } from "../purge.js";
import { batchRows, inPages } from "../purge-store.js";

/** Deletes what sessions were bound to that are gone. */
export const purgeKeyBindings: Purge = { name: "key bindings", run: deleteOrphans };

/** Binds a session that is about to start, in its transaction: nothing binds one later, and nothing takes that back. */
export async function insertBinding(tx: Database, sessionId: string, thumbprint: string): Promise<void> {
  await tx.insert(keyBindings).values({ sessionId, thumbprint });
}

/** The thumbprint of the key that the session is bound to; null where it is bound to none. */
export async function findBinding(sessionId: string): Promise<string | null> {
  const [found] = await read((db) => finding(db).execute({ sessionId }));
  return found?.thumbprint ?? null;
}

const finding = prepareOnce((db: Database) =>
  db
    .select({ thumbprint: keyBindings.thumbprint })
    .from(keyBindings)
    .where(eq(keyBindings.sessionId, sql.placeholder("sessionId"))),
);

/** Walks along the primary key. A session and its binding are seen by others at once: one without the other is over. */
async function deleteOrphans(): Promise<number> {
  let deleted = 0;
  await inPages(async (after) => {
    const page = await nextBindings(after);
    const orphans = page.filter(({ session }) => session === null).map(({ id }) => id);
    if (orphans.length > 0) deleted += await deleteBindings(orphans);
    return page.at(-1)?.id ?? null;
  });
  return deleted;
}

async function nextBindings(after: string) {
  return read((db) =>
    db
      .select({ id: keyBindings.sessionId, session: sessions.id })
      .from(keyBindings)
      .leftJoin(sessions, eq(sessions.id, keyBindings.sessionId))
      .where(gt(keyBindings.sessionId, after))
      .orderBy(keyBindings.sessionId)
      .limit(batchRows),
  );
}

async function deleteBindings(ids: string[]): Promise<number> {
  const deleted = await write((db) => {
    const session = db.select({ id: sessions.id }).from(sessions).where(eq(sessions.id, keyBindings.sessionId));
    const isOrphan = and(inArray(keyBindings.sessionId, ids), notExists(session));
    return db.delete(keyBindings).where(isOrphan).returning({ id: keyBindings.sessionId });
  });
  return deleted.length;
}
