import type { Purge } from "../purge.js";
import { batchRows, repeat } from "../purge-store.js";
import { deleteOrphanedDevices } from "./known-devices-store.js";

/** Devices of users who are gone, where the process ended before it could forget them. */
export const purgeDevices: Purge = { name: "known devices of deleted users", run: deleteOrphans };

async function deleteOrphans(): Promise<number> {
  let total = 0;
  await repeat(async () => {
    const deleted = await deleteOrphanedDevices(batchRows);
    total += deleted;
    return deleted >= batchRows;
  });
  return total;
}
