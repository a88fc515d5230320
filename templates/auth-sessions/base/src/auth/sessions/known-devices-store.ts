import { and, desc, eq, notExists, notInArray, sql } from "drizzle-orm";
import { forUpdate, now, read, transaction, write } from "../../db/client.js";
import { users } from "../../db/schema/auth.js";
import { knownDevices } from "../../db/schema/auth-sessions.js";
import { deleteSome } from "../purge-store.js";

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

/** Deletes the devices of users who are gone: those of at least `rows` rows, in one statement. */
export async function deleteOrphanedDevices(rows: number): Promise<number> {
  const isOrphaned = notExists(sql`(select 1 from ${users} where ${eq(users.id, knownDevices.userId)})`);
  return deleteSome(knownDevices, knownDevices.userId, isOrphaned, rows);
}
