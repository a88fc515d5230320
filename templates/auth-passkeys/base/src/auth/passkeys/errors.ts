import { defineError } from "../errors.js";

// None is a 401: clients answer that by refreshing, which proves nothing.

/** Not known here, or not any more: a page can tell the browser so, and it is offered no longer. */
export const unknownPasskey = defineError("UnknownPasskey", 403, "This passkey is not known here.");

export const invalidPasskey = defineError("InvalidPasskey", 403, "The passkey was not accepted.");

/** What may be copied is settled when a key is made. Some password managers change it all the same. */
export const passkeyBackupChanged = defineError(
  "PasskeyBackupChanged",
  403,
  "This passkey is not what it was when it was made: whether it may be copied has changed. Log in another way, and make a new one.",
);

/** The challenge was answered already, or its time is over, or it was for something else. */
export const passkeyChallengeOver = defineError("PasskeyChallengeOver", 403, "This took too long. Start again.");

export const passkeyTaken = defineError("PasskeyTaken", 409, "This passkey has an owner.");

export const tooManyPasskeys = defineError("TooManyPasskeys", 409, "There are too many. Remove one first.");

export const lastWayIn = defineError("LastWayIn", 409, "Without this, nobody could log in to the account any more.");
