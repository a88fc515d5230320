import type { Purge } from "../purge.js";
import { batchRows, inPages } from "../purge-store.js";
import { deleteOrphanedDevices, lastOfNextDevices } from "./known-devices-store.js";

/** Devices of users who are gone, where the process ended before it could forget them. */
export const purgeDevices: Purge = { name: "known devices of deleted users", run: deleteOrphans };

async function deleteOrphans(): Promise<number> {
  let deleted = 0;
  await inPages(async (after) => {
    const last = await lastOfNextDevices(after, batchRows);
    if (last !== null) deleted += await deleteOrphanedDevices(after, batchRows);
    return last;
  });
  return deleted;
}
