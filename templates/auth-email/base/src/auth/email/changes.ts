import { AuthError } from "../errors.js";
import { type ClientInfo, emit } from "../events.js";
import type { ProfileChanges } from "../hooks.js";
import { invalid } from "../input.js";
import type { User } from "../store.js";
import { asciiAddress } from "../values/address.js";
import { ringForMail } from "./bell.js";
import { addAddressChange, cancelAddressChange } from "./store.js";

declare module "../events.js" {
  interface EventNames {
    user_email_change_start: true;
  }
}

/**
 * A proven address stays until the new one is proven, and is told of the change; so does one that its owner logs in with.
 * Another that nobody has proven protects nobody: the new one takes its place at once, unproven too.
 *
 * @throws AuthError "TooManyRequests", or "InvalidAccessToken" when the password was changed in between.
 */
export async function confirmNewAddress(
  user: User,
  changes: ProfileChanges,
  client: ClientInfo,
  epoch?: number,
): Promise<ProfileChanges> {
  const { email, ...others } = changes;
  if (email === undefined) return changes;
  if (epoch === undefined || email === user.email) return staysAsItIs(user, changes);
  if (email !== null && asciiAddress(email) === null) throw invalid("email", "This is no e-mail address.");
  const change = await addAddressChange(user.id, email, epoch, client.ip);
  if (change === "refused") throw new AuthError("InvalidAccessToken");
  ringForMail();
  if (change === "stands") return changes;
  await emit({ event: "user_email_change_start", outcome: "success", userId: user.id, client });
  return others;
}

/** To ask for the address that is stored is to think better of a change. */
async function staysAsItIs(user: User, changes: ProfileChanges): Promise<ProfileChanges> {
  await cancelAddressChange(user.id);
  return changes;
}
