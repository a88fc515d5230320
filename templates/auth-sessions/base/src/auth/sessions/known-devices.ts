import { emit } from "../events.js";
import type { SessionStart } from "../hooks.js";
import { deviceInWords } from "./device-words.js";
import { addDevice, isKnownDevice } from "./known-devices-store.js";

declare module "../events.js" {
  interface EventNames {
    /** Hook it with `onEvent` to write to the user. */
    authn_new_device: true;
  }
}

/** Tells of a session on a device that the user has not used before. Their first one is no news. */
export const noteDevice: SessionStart = async ({ id, userId }, client) => {
  const device = deviceInWords(client.userAgent);
  if (await isKnownDevice(userId, device)) return;
  const isNew = await addDevice(userId, device);
  if (isNew) await emit({ event: "authn_new_device", outcome: "success", userId, sessionId: id, client });
};
