import type { Purge } from "../purge.js";
import { inBatches } from "../purge-store.js";
import { deleteOrphanedDevices } from "./known-devices-store.js";

/** Devices of users who are gone, where the process ended before it could forget them. */
export const purgeDevices: Purge = { name: "known devices of deleted users", run: deleteOrphans };

async function deleteOrphans(): Promise<number> {
  return inBatches(deleteOrphanedDevices);
}
