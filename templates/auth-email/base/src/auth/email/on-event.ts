import { AuthError } from "../errors.js";
import type { AuthEvent, EventName } from "../events.js";
import { ringForMail } from "./bell.js";
import type { MailPurpose } from "./mails/mail.js";
import { addNotice, addPasswordNotice, addVerification, forgetUser } from "./store.js";

/** Why a password changed, where its owner is told with the reset itself. */
export const resetReason = "reset by a mailed link";

const notices: { [Name in EventName]?: MailPurpose } = {
  user_username_change: "username-changed",
  authn_reauth_fail_max: "password-guessed",
};

/** Greets a new account, tells of a new password or name and of guesses, and forgets the mail of an account that is gone. */
export async function mailOnEvent({ event, userId, actorId, client, reason }: AuthEvent): Promise<void> {
  if (!userId) return;
  if (event === "authn_password_change" && reason !== resetReason) await tellOwner(userId, addPasswordNotice);
  const notice = notices[event];
  if (notice) await tellOwner(userId, (id) => addNotice(id, notice));
  if (event === "user_deleted") await forgetUser(userId);
  // Whom somebody else has signed up gets an invitation, which proves the address too.
  if (event === "user_created" && !actorId) await welcome(userId, client?.ip ?? null);
}

async function tellOwner(userId: string, addNotice: (userId: string) => Promise<void>): Promise<void> {
  await addNotice(userId);
  ringForMail();
}

/** Over a limit no mail goes out, and the signup does not say so. */
async function welcome(userId: string, ip: string | null): Promise<void> {
  try {
    if (await addVerification(userId, ip, "signup")) ringForMail();
  } catch (error) {
    if (!(error instanceof AuthError && error.code === "TooManyRequests")) throw error;
  }
}
