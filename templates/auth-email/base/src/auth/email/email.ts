import { isPasswordOf } from "../accounts.js";
import { canonicalAddress } from "../address.js";
import { AuthError } from "../errors.js";
import { type ClientInfo, emit } from "../events.js";
import { canonicalLoginName, loginName } from "../login-name.js";
import { checkNewPassword } from "../password-checks.js";
import { hashPassword } from "../passwords.js";
import { markRevoked } from "../revocations.js";
import { findCredentials } from "../store.js";
import { admitClient, admitPasswordAttempt, rememberNetwork } from "../throttle.js";
import { ringForMail } from "./bell.js";
import type { ForgotInput, ResetInput, VerifyInput } from "./input.js";
import { resetReason } from "./on-event.js";
import type { ResetRequest } from "./outbox-store.js";
import {
  addResetRequest,
  addVerification,
  findResetOwner,
  findVerificationOwner,
  type Prover,
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
  if (await addVerification(userId, client.ip, "asked")) ringForMail();
}

/**
 * Proves the address that the link went to. It is this account's alone from then on. The first proof of an account ends
 * every other session; without a live session of the account or its right password, that password and its factors too:
 * whoever signed up with another's address must not stay when its owner confirms it.
 *
 * @param session what the caller is logged in with: with the link of another's signup they would lose their own address.
 * @returns with what sets a new password, for an hour, where the one that the account had has ended.
 * @throws AuthError "ForbiddenError" for a link that is not good, or of another account than the caller's;
 * "TooManyRequests".
 */
export async function verifyEmail(
  { token, password }: VerifyInput,
  client: ClientInfo,
  session: Prover["session"],
): Promise<Spent> {
  await admitClient(client);
  const passwordEpoch = password === undefined ? null : await epochOfPassword(token, password, client);
  const spent = await used(await spendVerification(token, { session, passwordEpoch }), client);
  const reason = spent.setPasswordToken === undefined ? undefined : "the password before it has ended";
  await emit({ event: "user_email_verified", outcome: "success", userId: spent.userId, reason, client });
  return spent;
}

/** The epoch at which the account that the link is about has this password, as a login would check it; null: it has not. */
async function epochOfPassword(token: string, password: string, client: ClientInfo): Promise<number | null> {
  const owner = await findVerificationOwner(token);
  if (!owner) throw notGood();
  // Only a first proof asks for it.
  if (owner.emailVerifiedAt !== null) return null;
  const byLink = () => Promise.resolve(token);
  const accept = await admitPasswordAttempt(canonicalLoginName(owner.username), client, byLink);
  const credentials = await findCredentials({ id: owner.id });
  if (!(await isPasswordOf(credentials, password)) || !credentials) return null;
  await accept();
  return credentials.sessionEpoch;
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
export async function resetPassword({ token, newPassword }: ResetInput, client: ClientInfo): Promise<Spent> {
  await admitClient(client);
  const owner = await findResetOwner(token);
  if (!owner) throw notGood();
  await checkNewPassword(newPassword, { ...owner, [loginName]: owner.username }, "newPassword");
  const spent = await used(await spendReset(token, await hashPassword(newPassword)), client);
  const { userId } = spent;
  await emit({ event: "authn_password_change", outcome: "success", userId, reason: resetReason, client });
  ringForMail();
  return spent;
}

/** Puts back the address that the link went to, and ends every session. @throws AuthError "ForbiddenError" */
export async function revertEmail(token: string, client: ClientInfo): Promise<Spent> {
  await admitClient(client);
  const spent = await used(await spendRevert(token), client);
  await emit({ event: "user_email_reverted", outcome: "success", userId: spent.userId, client });
  return spent;
}

/** Whoever uses a link is the owner: strangers who use up the account's limit do not keep their network out. */
async function used(spent: Spent | null, client: ClientInfo): Promise<Spent> {
  if (!spent) throw notGood();
  markRevoked(spent.ended);
  await rememberNetwork(canonicalLoginName(spent.username), client);
  return spent;
}

function notGood(): AuthError {
  return new AuthError("ForbiddenError", { detail: "This link is not good any more. Ask for a new one." });
}
