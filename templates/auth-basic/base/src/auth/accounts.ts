import { randomUUID } from "node:crypto";
import { accountRemovalChecks, accountRemovals } from "./account-removals.js";
import { AuthError } from "./errors.js";
import { type ClientInfo, emit } from "./events.js";
import type { LogInInput, PasswordInput, ProfileInput, SignUpInput } from "./input.js";
import { loginChecks } from "./login-checks.js";
import { checkNewPassword } from "./password-checks.js";
import { hashPassword, isOutdated, verifyPassword } from "./passwords.js";
import { type ProfileChanges, profileChanges } from "./profile-changes.js";
import { markRevoked } from "./revocations.js";
import { sessionStarts } from "./session-starts.js";
import type { SessionDraft } from "./sessions.js";
import * as store from "./store.js";
import { admitClient, admitPasswordAttempt } from "./throttle.js";
import { canonicalUsername } from "./username.js";

/** The answer to a signup or a login: who it is, and what their client is handed. */
export type LoggedIn<Handed> = { user: store.User } & Handed;

/** @throws AuthError "UsernameNotAvailable", or "ValidationError" for a weak password. */
export async function signUp<Handed extends object>(
  input: SignUpInput,
  client: ClientInfo,
  session: SessionDraft<Handed>,
): Promise<LoggedIn<Handed>> {
  const { username, email = null, displayName = null, password } = input;
  await admitClient(client);
  await checkNewPassword(password, { username, email }, "password");
  const profile = { id: randomUUID(), username, usernameCanonical: canonicalUsername(username), email, displayName };
  const account = await store.insertAccount({ ...profile, ...(await hashPassword(password)) }, session.row);
  if (!account) throw new AuthError("UsernameNotAvailable");
  await emit({ event: "user_created", outcome: "success", userId: account.user.id, sessionId: session.row.id, client });
  for (const started of sessionStarts) await started(account.session, client, session.replaces ?? []);
  return { user: account.user, ...(await session.handOver(account.session)) };
}

/** @throws AuthError "InvalidLoginCredentials": the same, after the same work, for an unknown name and a wrong password. */
export async function logIn<Handed extends object>(
  { username, password }: LogInInput,
  client: ClientInfo,
  session: SessionDraft<Handed>,
): Promise<LoggedIn<Handed>> {
  const usernameCanonical = canonicalUsername(username);
  const admitted = await admitPasswordAttempt(usernameCanonical, client);
  const credentials = await store.findCredentials({ usernameCanonical });
  const passwordIsRight = await verifyPassword(password, credentials);
  if (!credentials || !passwordIsRight || credentials.disabledAt) throw await loginFailed(client, credentials?.user.id);
  await admitted();
  await renewHash(credentials, password);
  for (const check of loginChecks) await check(credentials.user, client);
  return startLogin(credentials, client, session);
}

/** A password change between the check and this point leaves no session behind. */
async function startLogin<Handed extends object>(
  { user, sessionEpoch }: store.Credentials,
  client: ClientInfo,
  session: SessionDraft<Handed>,
): Promise<LoggedIn<Handed>> {
  const stored = await store.insertSession(session.row, user.id, sessionEpoch);
  if (!stored) throw await loginFailed(client, user.id);
  await emit({ event: "authn_login_success", outcome: "success", userId: user.id, sessionId: stored.id, client });
  for (const started of sessionStarts) await started(stored, client, session.replaces ?? []);
  return { user, ...(await session.handOver(stored)) };
}

/** @throws AuthError "InvalidAccessToken" when the account is gone. */
export async function getProfile(userId: string): Promise<store.User> {
  return (await store.findUser(userId)) ?? accountIsGone();
}

/** A new e-mail address takes the current password. @throws AuthError "WrongPassword" */
export async function updateProfile(userId: string, input: ProfileInput, client: ClientInfo): Promise<store.User> {
  const { currentPassword, ...asked } = input;
  const user = await getProfile(userId);
  const emailChanges = asked.email !== undefined && asked.email !== user.email;
  const checked = emailChanges ? await checkCurrentPassword(userId, currentPassword ?? "", client) : undefined;
  let changes: ProfileChanges = asked;
  for (const change of profileChanges) changes = await change(user, changes, client, checked?.sessionEpoch);
  // An address that stays is not written: another may be proven meanwhile.
  if (!emailChanges) delete changes.email;
  if (Object.keys(changes).length === 0) return user;
  const stored = changes.email !== undefined ? { ...changes, emailVerifiedAt: null } : changes;
  const updated = await store.updateUser(userId, stored, checked?.sessionEpoch);
  if (!updated) return accountIsGone();
  await emit({ event: "user_updated", outcome: "success", userId, client });
  return updated;
}

/** Ends every session, the caller's too, and starts a new one. @throws AuthError "WrongPassword" */
export async function changePassword<Handed extends object>(
  userId: string,
  input: PasswordInput,
  client: ClientInfo,
  session: SessionDraft<Handed>,
): Promise<Handed> {
  const { user, sessionEpoch } = await checkCurrentPassword(userId, input.currentPassword, client);
  await checkNewPassword(input.newPassword, user, "newPassword");
  const hash = await hashPassword(input.newPassword);
  const changed = await store.changePassword(userId, sessionEpoch, hash, session.row);
  if (!changed) throw new AuthError("InvalidAccessToken");
  markRevoked(changed.ended);
  await emit({ event: "authn_password_change", outcome: "success", userId, sessionId: session.row.id, client });
  return session.handOver(changed.session);
}

/** @throws AuthError "WrongPassword", or "AccountInUse" while a row of the application's refers to the account. */
export async function deleteAccount(userId: string, password: string, client: ClientInfo): Promise<void> {
  const { sessionEpoch } = await checkCurrentPassword(userId, password, client);
  for (const check of accountRemovalChecks) await check(userId, sessionEpoch);
  for (const removal of accountRemovals) if (await removal(userId, sessionEpoch, client)) return;
  markRevoked((await store.deleteUser(userId, sessionEpoch)) ?? accountIsGone());
  await emit({ event: "user_deleted", outcome: "success", userId, client });
}

/**
 * Shares the login's limits, or a stolen access token could guess the password without them.
 *
 * @throws AuthError "WrongPassword"
 */
export async function checkCurrentPassword(
  userId: string,
  password: string,
  client: ClientInfo,
): Promise<store.Credentials> {
  const credentials = await store.findCredentials({ id: userId });
  if (!credentials || credentials.disabledAt) return accountIsGone();
  const admitted = await admitPasswordAttempt(canonicalUsername(credentials.user.username), client);
  if (!(await verifyPassword(password, credentials))) {
    await emit({ event: "authn_password_change_fail", outcome: "failure", userId, client });
    throw new AuthError("WrongPassword");
  }
  await admitted();
  return credentials;
}

async function renewHash(credentials: store.Credentials, password: string): Promise<void> {
  if (!isOutdated(credentials)) return;
  await store.replaceHash(credentials.user.id, credentials, await hashPassword(password));
}

async function loginFailed(client: ClientInfo, userId: string | undefined): Promise<AuthError> {
  await emit({ event: "authn_login_fail", outcome: "failure", userId, client });
  return new AuthError("InvalidLoginCredentials");
}

function accountIsGone(): never {
  throw new AuthError("InvalidAccessToken");
}
