import { canonicalAddress } from "../address.js";
import { AuthError } from "../errors.js";
import { type ClientInfo, emit } from "../events.js";
import { canonicalLoginName, loginName } from "../login-name.js";
import { checkNewPassword } from "../password-checks.js";
import { hashPassword } from "../passwords.js";
import { markRevoked } from "../revocations.js";
import { admitClient } from "../throttle.js";
import { ringForMail } from "./bell.js";
import type { ForgotInput, ResetInput } from "./input.js";
import { resetReason } from "./on-event.js";
import type { ResetRequest } from "./outbox-store.js";
import {
  addResetRequest,
  addVerification,
  findResetOwner,
  type Spent,
  spendReset,
  spendRevert,
  spendVerification,
} from "./store.js";

declare module "../events.js" {
  interface EventNames {
    authn_password_reset_request: true;
    user_email_verified: true;
    user_email_reverted: true;
  }
}

/** Mails a link to the stored address of the account, if that is not proven yet. @throws AuthError "TooManyRequests" */
export async function sendVerification(userId: string, client: ClientInfo): Promise<void> {
  if (await addVerification(userId, client.ip)) ringForMail();
}

/**
 * Proves the address that the link went to. It is this account's alone from then on, and every session that was started
 * before has ended: whoever signed up with another's address must not stay when its owner confirms it.
 *
 * @param callerId who asks, if they are logged in: with the link of another's signup they would lose their own address.
 * @throws AuthError "ForbiddenError" for a link that is not good, or of another account than the caller's.
 */
export async function verifyEmail(token: string, client: ClientInfo, callerId: string | null): Promise<void> {
  await admitClient(client);
  const { userId } = ended(await spendVerification(token, callerId));
  await emit({ event: "user_email_verified", outcome: "success", userId, client });
}

/** Mails a reset link, if the account that is meant has an address for it. Nothing tells whether it has. */
export async function forgotPassword(input: ForgotInput, client: ClientInfo): Promise<void> {
  const asked: Omit<ResetRequest, "network"> =
    input.email === undefined
      ? { purpose: "forgot-username", address: canonicalLoginName(input[loginName] ?? "") }
      : { purpose: "forgot-address", address: canonicalAddress(input.email) };
  // What was refused is no event, or anybody could fill the log with them.
  if (!(await addResetRequest(asked, client.ip))) return;
  await emit({ event: "authn_password_reset_request", outcome: "success", client });
  ringForMail();
}

/**
 * Sets the password of the account that the link went to, and ends every session of it. A password that is refused does
 * not use the link up.
 *
 * @throws AuthError "ForbiddenError" for a link that is not good, "ValidationError" for a weak password.
 */
export async function resetPassword({ token, newPassword }: ResetInput, client: ClientInfo): Promise<void> {
  await admitClient(client);
  const owner = await findResetOwner(token);
  if (!owner) throw notGood();
  await checkNewPassword(newPassword, { ...owner, [loginName]: owner.username }, "newPassword");
  const { userId } = ended(await spendReset(token, await hashPassword(newPassword)));
  await emit({ event: "authn_password_change", outcome: "success", userId, reason: resetReason, client });
  ringForMail();
}

/** Puts back the address that the link went to, and ends every session. @throws AuthError "ForbiddenError" */
export async function revertEmail(token: string, client: ClientInfo): Promise<void> {
  await admitClient(client);
  const { userId } = ended(await spendRevert(token));
  await emit({ event: "user_email_reverted", outcome: "success", userId, client });
}

function ended(spent: Spent | null): Spent {
  if (!spent) throw notGood();
  markRevoked(spent.ended);
  return spent;
}

function notGood(): AuthError {
  return new AuthError("ForbiddenError", { detail: "This link is not good any more. Ask for a new one." });
}
