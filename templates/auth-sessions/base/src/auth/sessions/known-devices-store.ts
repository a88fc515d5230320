import { and, desc, eq, gt, notInArray, sql } from "drizzle-orm";
import { forUpdate, now, read, transaction, write } from "../../db/client.js";
import { users } from "../../db/schema/auth.js";
import { knownDevices } from "../../db/schema/auth-sessions.js";

/** How many devices of a user are remembered, the newest: user agents can be made up. */
const devicesPerUser = 50;

export async function isKnownDevice(userId: string, device: string): Promise<boolean> {
  const rows = await read((db) =>
    db
      .select({ device: knownDevices.device })
      .from(knownDevices)
      .where(and(eq(knownDevices.userId, userId), eq(knownDevices.device, device))),
  );
  return rows.length > 0;
}

/** Remembers a device; true when it is new and not the first. The user is locked: of many at once, one adds it. */
export async function addDevice(userId: string, device: string): Promise<boolean> {
  return transaction(async (tx) => {
    const [owner] = await tx
      .select({ id: users.id })
      .from(users)
      .where(sql`${eq(users.id, userId)} ${forUpdate}`);
    if (!owner) return false;
    const mine = eq(knownDevices.userId, userId);
    const [earlier] = await tx.select({ device: knownDevices.device }).from(knownDevices).where(mine).limit(1);
    const [added] = await tx
      .insert(knownDevices)
      .values({ userId, device, firstSeenAt: now })
      .onConflictDoNothing()
      .returning({ device: knownDevices.device });
    const newest = tx
      .select({ device: knownDevices.device })
      .from(knownDevices)
      .where(mine)
      .orderBy(desc(knownDevices.firstSeenAt), desc(knownDevices.device))
      .limit(devicesPerUser);
    await tx.delete(knownDevices).where(and(mine, notInArray(knownDevices.device, newest)));
    return earlier !== undefined && added !== undefined;
  });
}

export async function deleteDevices(userId: string): Promise<void> {
  await write((db) => db.delete(knownDevices).where(eq(knownDevices.userId, userId)));
}

/** Who has the last of the next `rows` devices in the order of users; null at the end. */
export async function lastOfNextDevices(after: string, rows: number): Promise<string | null> {
  const page = await read((db) =>
    db
      .select({ userId: knownDevices.userId })
      .from(knownDevices)
      .where(gt(knownDevices.userId, after))
      .orderBy(knownDevices.userId)
      .limit(rows),
  );
  return page.at(-1)?.userId ?? null;
}

/** Deletes the devices of those users of the next `rows` devices who are gone. */
export async function deleteOrphanedDevices(after: string, rows: number): Promise<number> {
  const batch = sql`select ${knownDevices.userId} as key from ${knownDevices} where ${gt(knownDevices.userId, after)}
    order by ${knownDevices.userId} limit ${rows}`;
  const gone = sql`(with batch as (${batch}) select key from batch where not exists (select 1 from ${users} where ${users.id} = batch.key))`;
  const isOrphaned = sql`${knownDevices.userId} in ${gone}`;
  const deleted = await write((db) =>
    db.delete(knownDevices).where(isOrphaned).returning({ user: knownDevices.userId }),
  );
  return deleted.length;
}
