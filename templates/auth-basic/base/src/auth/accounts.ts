import { randomUUID } from "node:crypto";
import { AuthError } from "./errors.js";
import { type ClientInfo, type EventName, emit, tellHourly } from "./events.js";
import * as hooks from "./hooks.js";
import type { LogInInput, PasswordInput, ProfileInput, SignUpInput } from "./input.js";
import { addressColumns, canonicalLoginName, loginColumns, loginName } from "./login-name.js";
import { type DeviceProofs, recognizeDevice } from "./owner-device.js";
import { checkNewPassword } from "./password-checks.js";
import { hashPassword, hasLostPepper, isOutdated, type PasswordHash, verifyPassword } from "./passwords.js";
import { markRevoked } from "./revocations.js";
import type { NewSession } from "./sessions.js";
import * as store from "./store.js";
import { admitChange, admitClient, admitPasswordAttempt, admitSessionAttempt, rememberNetwork } from "./throttle.js";

/**
 * A login that has passed every check, as they saw it. Other files get one from `checkLogin` alone, so that no way in can
 * forget the checks. It is good for one session of that user.
 */
export type CheckedLogin = hooks.Login & { readonly [isChecked]: true };

/** A login that is tried, with what may tell a device of the owner's from a stranger's. */
export type LogInAttempt = LogInInput & DeviceProofs;

/** Who asks, and the session that they ask with. */
export interface Caller {
  userId: string;
  sessionId: string;
}

/** A session that was just started, and whose it is. */
export interface Opened {
  user: store.User;
  session: store.StoredSession;
}

/** What an account begins with, and how its owner has proven who they are (RFC 8176). */
export interface NewAccount {
  profile: Omit<SignUpInput, "password">;
  hash: PasswordHash;
  amr: readonly string[];
}

interface Opening {
  /** What the session's transaction does first, and whose session it is then. Where it answers null, there is none. */
  first?: store.BeforeSession;
  /** The event that tells of the start. */
  event?: EventName;
}

declare const isChecked: unique symbol;
const checkedLogins = new WeakSet<hooks.Login>();

/** @throws AuthError "UsernameNotAvailable", "FieldNotAvailable", or "ValidationError" for a weak password. */
export async function signUp(input: SignUpInput, client: ClientInfo, session: NewSession): Promise<Opened> {
  const { password, ...profile } = input;
  await admitClient(client);
  await checkNewPassword(password, profile, "password");
  return openAccount({ profile, hash: await hashPassword(password), amr: ["pwd"] }, client, session);
}

/**
 * An account that somebody has proven what they will log in with, and its first session. What is made `together` with it is
 * made in its transaction, or neither.
 *
 * @throws AuthError "UsernameNotAvailable", "FieldNotAvailable", and what `together` throws.
 */
export async function openAccount(
  { profile, hash, amr }: NewAccount,
  client: ClientInfo,
  session: NewSession,
  ...together: hooks.AccountInsert[]
): Promise<Opened> {
  const id = randomUUID();
  const row = { id, ...profile, ...loginColumns(profile[loginName]), ...hash };
  // Only the id of this user is looked at: the session is that of the row which `first` inserts.
  const user = { id, ...profile, createdAt: new Date() } as store.User;
  const login = markChecked({ user, sessionEpoch: 0, amr, accept: () => Promise.resolve() });
  const first: store.BeforeSession = (tx) => store.insertUser(tx, row, [...hooks.accountInserts, ...together]);
  const open = () => openSession(login, session, client, { first, event: "user_created" });
  const opened = await store.writeUnique(id, row, open);
  if (!opened) throw new AuthError("UsernameNotAvailable");
  return opened;
}

/** @throws AuthError "InvalidLoginCredentials": the same, after the same work, for an unknown name and a wrong password. */
export async function logIn(input: LogInAttempt, client: ClientInfo, session: NewSession): Promise<Opened> {
  const login = await checkLogin(await provePassword(input, client), client);
  const opened = await openSession(login, session, client);
  return opened ?? loginFailed(client, login.user.id);
}

/**
 * Who the password belongs to. `mayLogIn` says whether such an account may be logged in to: by default one that nobody
 * has barred.
 *
 * @throws AuthError "InvalidLoginCredentials": the same, after the same work, whatever was wrong; "TooManyRequests".
 */
export async function provePassword(
  input: LogInAttempt,
  client: ClientInfo,
  mayLogIn: (credentials: store.Credentials) => boolean | Promise<boolean> = isEnabled,
): Promise<hooks.Login> {
  const usernameCanonical = canonicalLoginName(input[loginName]);
  const recognize = () => recognizeDevice(input, usernameCanonical);
  const accept = await admitPasswordAttempt(usernameCanonical, client, recognize);
  const credentials = await store.findCredentials({ usernameCanonical });
  const passwordIsRight = await isPasswordOf(credentials, input.password);
  if (!credentials || !passwordIsRight || !(await mayLogIn(credentials)))
    return loginFailed(client, credentials?.user.id);
  await renewHash(credentials, input.password);
  return { user: credentials.user, sessionEpoch: credentials.sessionEpoch, amr: ["pwd"], accept };
}

/**
 * Asks every login check. Only then the guess is given back and the network remembered as the owner's: a right password
 * alone must not wipe out what was counted.
 */
export async function checkLogin(login: hooks.Login, client: ClientInfo): Promise<CheckedLogin> {
  for (const check of hooks.loginChecks) await check(login, client);
  await login.accept();
  return markChecked(login);
}

/** Copies the login and freezes it, so that it stays what its checks have seen. */
function markChecked({ user, amr, ...others }: hooks.Login): CheckedLogin {
  const copy = { ...others, user: Object.freeze({ ...user }), amr: Object.freeze([...amr]) };
  const login = Object.freeze(copy) as hooks.Login as CheckedLogin;
  checkedLogins.add(login);
  return login;
}

/**
 * Starts the session of a login that has passed every check: nothing else writes one.
 *
 * @returns null when the password was changed or the owner barred since the login was proven: no session is left behind.
 */
export async function openSession(
  login: CheckedLogin,
  { row, replaces = [], before }: NewSession,
  client: ClientInfo,
  { first, event = "authn_login_success" }: Opening = {},
): Promise<Opened | null> {
  if (!checkedLogins.delete(login)) throw new Error("A session takes a login that has passed its checks.");
  const opened = await store.insertSession(row, login, async (tx) => {
    // What is good once is spent before anything else is done.
    if ((await login.spend?.(tx)) === false) return null;
    const owner = first ? await first(tx) : login;
    if (owner) await before?.(tx);
    return owner;
  });
  if (!opened) return null;
  await emit({ event, outcome: "success", userId: opened.user.id, sessionId: opened.session.id, client });
  for (const tell of hooks.sessionStarts) await tell(opened.session, client, replaces);
  return opened;
}

/** @throws AuthError "InvalidAccessToken" when the account is gone. */
export async function getProfile(userId: string): Promise<store.User> {
  return (await store.findUser(userId)) ?? accountIsGone();
}

/**
 * Another name to log in with, or another e-mail address, takes the current password.
 *
 * @throws AuthError "WrongPassword", "UsernameNotAvailable", "FieldNotAvailable", "TooManyRequests".
 */
export async function updateProfile(caller: Caller, input: ProfileInput, client: ClientInfo): Promise<store.User> {
  const { userId } = caller;
  const { currentPassword, ...asked } = input;
  const user = await getProfile(userId);
  const takesPassword = differs(user, asked, loginName) || differs(user, asked, "email");
  const login = takesPassword ? await checkCurrentPassword(caller, currentPassword ?? "", client) : undefined;
  const epoch = login?.sessionEpoch;
  if (Object.keys(changedColumns(user, asked)).length > 0) await admitChange("profile", userId);
  const columns = changedColumns(user, await passProfileChanges(user, asked, client, epoch));
  if (Object.keys(columns).length === 0) return user;
  const write = () => store.updateUser(userId, columns, epoch);
  const updated = (await store.writeUnique(userId, columns, write)) ?? accountIsGone();
  markRevoked(updated.ended);
  if (columns.username !== undefined) await emit({ event: "user_username_change", outcome: "success", userId, client });
  await emit({ event: "user_updated", outcome: "success", userId, client });
  return updated.user;
}

/**
 * What is left to store of `changes` once every hook has seen them. A value that another account has is refused before:
 * a hook may send mail.
 *
 * @throws AuthError "UsernameNotAvailable", "FieldNotAvailable", and what a hook throws.
 */
export async function passProfileChanges(
  user: store.User,
  changes: hooks.ProfileChanges,
  client: ClientInfo,
  epoch: number | undefined,
): Promise<hooks.ProfileChanges> {
  await store.checkAvailable(user.id, changedColumns(user, changes));
  let accepted = changes;
  for (const change of hooks.profileChanges) accepted = await change(user, accepted, client, epoch);
  return accepted;
}

/** The columns that `changes` write. A name or an address that stays is not written: another address may be proven meanwhile. */
export function changedColumns(user: store.User, changes: hooks.ProfileChanges): store.UserChanges {
  const { [loginName]: name, email, ...others } = changes;
  const isMoved = email !== undefined && differs(user, changes, "email");
  const isRenamed = name !== undefined && differs(user, changes, loginName);
  return {
    ...others,
    ...(isMoved ? { ...addressColumns(email), emailVerifiedAt: null } : {}),
    ...(isRenamed ? loginColumns(name) : {}),
  };
}

function differs(
  user: store.User,
  changes: hooks.ProfileChanges,
  name: keyof hooks.ProfileChanges & keyof store.User,
): boolean {
  return changes[name] !== undefined && changes[name] !== user[name];
}

/** Ends every session, the caller's too, and starts a new one, proven as that was. @throws AuthError "WrongPassword", "TooManyRequests" */
export async function changePassword(
  caller: Caller & { amr: readonly string[] },
  input: PasswordInput,
  client: ClientInfo,
  session: NewSession,
): Promise<Opened> {
  const proven = await checkCurrentPassword(caller, input.currentPassword, client);
  const login = { ...proven, amr: [...new Set([...caller.amr, ...proven.amr])] };
  await checkNewPassword(input.newPassword, login.user, "newPassword", input.currentPassword);
  await admitChange("password", caller.userId);
  const hash = await hashPassword(input.newPassword);
  let ended: string[] = [];
  const opened = await openSession(markChecked(login), session, client, {
    first: async (tx) => {
      const changed = await store.replacePassword(tx, login, hash);
      ended = changed?.ended ?? [];
      return changed;
    },
    event: "authn_password_change",
  });
  if (!opened) return accountIsGone();
  markRevoked(ended);
  return opened;
}

/** @throws AuthError "WrongPassword", or "AccountInUse" while a row of the application's refers to the account. */
export async function deleteAccount(caller: Caller, password: string, client: ClientInfo): Promise<void> {
  const { userId } = caller;
  const { sessionEpoch } = await checkCurrentPassword(caller, password, client);
  for (const check of hooks.deletionChecks) await check(userId, sessionEpoch);
  for (const deletion of hooks.deletions) if (await deletion(userId, sessionEpoch, client)) return;
  markRevoked((await store.deleteUser(userId, sessionEpoch, hooks.accountDeletes)) ?? accountIsGone());
  await emit({ event: "user_deleted", outcome: "success", userId, client });
}

/** The password of a user who is logged in already. @throws AuthError "WrongPassword" */
async function checkCurrentPassword(caller: Caller, password: string, client: ClientInfo): Promise<hooks.Login> {
  const login = await proveCurrentPassword(caller, password, client);
  await login.accept();
  return login;
}

/**
 * The same for a step-up, whose checks come next. Its limits are the account's own: those of the login are used up by
 * strangers. A session that guesses too often ends, or whoever stole it could guess the password.
 *
 * @throws AuthError "WrongPassword", "TooManyRequests"
 */
export async function proveCurrentPassword(caller: Caller, password: string, client: ClientInfo): Promise<hooks.Login> {
  const { userId } = caller;
  const credentials = await store.findCredentials({ id: userId });
  if (!credentials || credentials.disabledAt) return accountIsGone();
  const { user, sessionEpoch } = credentials;
  const giveBack = await admitSessionAttempt(userId, () => endGuessing(caller, client));
  if (!(await isPasswordOf(credentials, password))) {
    await emit({ event: "authn_password_change_fail", outcome: "failure", userId, client });
    throw new AuthError("WrongPassword");
  }
  const accept = async () => {
    await giveBack();
    await rememberNetwork(canonicalLoginName(user[loginName]), client);
  };
  return { user, sessionEpoch, amr: ["pwd"], accept };
}

async function endGuessing({ userId, sessionId }: Caller, client: ClientInfo): Promise<void> {
  const ended = await store.revokeSession(sessionId, "guesses", userId);
  markRevoked([sessionId]);
  if (ended) await emit({ event: "authn_reauth_fail_max", outcome: "failure", userId, sessionId, client });
}

const pepperIsLost =
  "A password hash names a pepper that is neither PASSWORD_PEPPER nor PASSWORD_PEPPER_PREVIOUS: its owner can't log in";

/** `verifyPassword`, that says when it is a lost pepper which makes the password wrong. */
export async function isPasswordOf(credentials: store.Credentials | null, password: string): Promise<boolean> {
  if (credentials && hasLostPepper(credentials)) await tellHourly("pepper", pepperIsLost);
  return verifyPassword(password, credentials);
}

async function renewHash(credentials: store.Credentials, password: string): Promise<void> {
  if (!isOutdated(credentials)) return;
  await store.replaceHash(credentials.user.id, credentials, await hashPassword(password));
}

/** @throws AuthError "InvalidLoginCredentials", whatever the reason. */
export async function loginFailed(client: ClientInfo, userId: string | undefined): Promise<never> {
  await emit({ event: "authn_login_fail", outcome: "failure", userId, client });
  throw new AuthError("InvalidLoginCredentials");
}

function isEnabled({ disabledAt }: store.Credentials): boolean {
  return disabledAt === null;
}

function accountIsGone(): never {
  throw new AuthError("InvalidAccessToken");
}
