import type { EventSink } from "../events.js";
import { deleteDevices } from "./known-devices-store.js";

/** Forgets the devices of a user who is deleted. */
export const forgetDevices: EventSink = async ({ event, userId }) => {
  if (event === "user_deleted" && userId !== undefined) await deleteDevices(userId);
};
