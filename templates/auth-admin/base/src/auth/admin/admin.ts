import { randomUUID } from "node:crypto";
import { changedColumns, passProfileChanges } from "../accounts.js";
import { type AnyErrorCode, AuthError } from "../errors.js";
import { type AuthEvent, type ClientInfo, emit } from "../events.js";
import { accountDeletes, accountInserts, type ProfileChanges } from "../hooks.js";
import { invalid } from "../input.js";
import { loginColumns, loginIsAddress, loginName } from "../login-name.js";
import { noPassword } from "../passwords.js";
import { markRevoked } from "../revocations.js";
import { findCredentials, writeUnique } from "../store.js";
import { cursorAt, readCursor } from "./cursor.js";
import { isId, type ListQuery, type NewUserInput, type UserInput } from "./input.js";
import { type AdminUser, findUser, findUsers } from "./list-store.js";
import { passwordResets } from "./password-resets.js";
import { type Role, roles } from "./roles.js";
import * as store from "./store.js";

declare module "../events.js" {
  interface EventNames {
    user_disabled: true;
    user_enabled: true;
    authz_change: true;
    authn_password_reset_request: true;
  }
}

/** The admin who acts, and where from. */
export interface Admin {
  userId: string;
  client: ClientInfo;
}

export interface UserPage {
  users: AdminUser[];
  /** Where the next page starts; null at the end. */
  next: string | null;
}

/** What has become of one of several users that were to be deleted. */
export type DeletionResult = { id: string; deleted: true } | { id: string; deleted: false; code: AnyErrorCode };

/** @throws AuthError "ValidationError" for a cursor that is none of a list in this order. */
export async function listUsers(query: ListQuery): Promise<UserPage> {
  const after = query.cursor === undefined ? null : readCursor(query.cursor, query.sort);
  const found = await findUsers(query, after);
  const page = found.slice(0, query.limit);
  const end = found.length > query.limit ? page[page.length - 1] : undefined;
  const next = end ? cursorAt(query.sort, { value: end.value, id: end.user.id }) : null;
  return { users: page.map(({ user }) => user), next };
}

/** @throws AuthError "NotFound" */
export async function getUser(id: string): Promise<AdminUser> {
  return (await findUser(id)) ?? notFound();
}

/**
 * An account that has no password yet: its user is sent a way to choose one, if there is a way (`passwordResets`).
 *
 * @throws AuthError "UsernameNotAvailable", "FieldNotAvailable"
 */
export async function createUser(input: NewUserInput, admin: Admin): Promise<{ user: AdminUser; invited: boolean }> {
  const profile = { id: randomUUID(), ...input, ...loginColumns(input[loginName]) };
  const row = { ...profile, ...noPassword };
  const user = await writeUnique(row.id, row, () => store.insertUser(admin.userId, row, accountInserts));
  if (!user) throw new AuthError("UsernameNotAvailable");
  await note("user_created", user.id, admin);
  if (user.role !== roles[0]) await note("authz_change", user.id, admin, `role ${user.role}`);
  return { user, invited: await invite(user.id, admin) };
}

/**
 * What a user's own change has to pass, an admin's has to pass too: a proven address may have to wait for its proof.
 *
 * @throws AuthError "NotFound", "ForbiddenError" for the role of the last admin, "FieldNotAvailable", "ValidationError" for
 * another role together with another address in place of a proven one.
 */
export async function updateUser(id: string, { role, ...asked }: UserInput, admin: Admin): Promise<AdminUser> {
  const seen = await getUser(id);
  const changesEmail = isNewAddress(seen, asked);
  const waits = loginIsAddress || seen.emailVerifiedAt !== null;
  if (isNewRole(seen, role) && waits && changesEmail) throw invalid("email", oneByOne);
  const epoch = changesEmail ? (await findCredentials({ id }))?.sessionEpoch : undefined;
  const accepted = await passProfileChanges(seen, asked, admin.client, epoch);
  const columns = changedColumns(seen, accepted);
  // Whether the address is proven is decided with the row in hand.
  delete columns.emailVerifiedAt;
  if (role === undefined && Object.keys(columns).length === 0) return seen;
  const write = () => store.changeUser(admin.userId, id, { ...columns, role });
  const { before, user, ended } = await writeUnique(id, columns, write);
  markRevoked(ended);
  if (Object.keys(columns).length > 0) await note("user_updated", id, admin);
  if (user.role !== before.role) await note("authz_change", id, admin, `role ${before.role} to ${user.role}`);
  return user;
}

/** Ends every session at once, also of a login in flight. @throws AuthError "NotFound", "ForbiddenError" for the last admin. */
export async function disableUser(id: string, admin: Admin): Promise<AdminUser> {
  const { user, ended } = await store.disableUser(admin.userId, id);
  markRevoked(ended);
  await note("user_disabled", id, admin);
  return user;
}

/** @throws AuthError "NotFound" */
export async function enableUser(id: string, admin: Admin): Promise<AdminUser> {
  const user = await store.enableUser(admin.userId, id);
  await note("user_enabled", id, admin);
  return user;
}

/** Ends every session of the user, also of a login in flight. @throws AuthError "NotFound" */
export async function logOutUser(id: string, admin: Admin): Promise<void> {
  markRevoked(await store.endUsersSessions(admin.userId, id));
  await note("authn_logout_all", id, admin);
}

/**
 * Deletes the account at once: a grace period is for owners who think better of it.
 *
 * @throws AuthError "NotFound", "ForbiddenError" for the last admin, "AccountInUse" while a row of the application's refers
 * to the account.
 */
export async function deleteUser(id: string, admin: Admin): Promise<void> {
  markRevoked(await store.deleteUser(admin.userId, id, accountDeletes));
  await note("user_deleted", id, admin);
}

/** Deletes one after the other, the admin's own account last, and says of each what has become of it. */
export async function deleteUsers(ids: string[], admin: Admin): Promise<DeletionResult[]> {
  const results = new Map<string, DeletionResult>();
  const distinct = new Set(ids);
  const ordered = [...distinct].sort((a, b) => Number(a === admin.userId) - Number(b === admin.userId));
  for (const id of ordered) results.set(id, await tryToDelete(id, admin));
  return [...distinct].flatMap((id) => results.get(id) ?? []);
}

/**
 * Sends the user a way to choose a new password; the one they have works until then.
 *
 * @throws AuthError "NotFound", "TooManyRequests", and "ForbiddenError" when nothing can be sent to this user.
 */
export async function sendPasswordReset(id: string, admin: Admin): Promise<void> {
  await getUser(id);
  if (await sendReset(id, admin)) return;
  const detail = passwordResets.length === 0 ? nothingSends : noWayToUser;
  throw new AuthError("ForbiddenError", { detail });
}

const nothingSends = "Nothing is set up that can send a user the choice of a new password: auth-email does.";
const noWayToUser = "No address is known that this user could be sent the choice of a new password to.";

async function invite(id: string, admin: Admin): Promise<boolean> {
  try {
    return await sendReset(id, admin);
  } catch (error) {
    // The account is there: `reset-password` can send it again.
    if (error instanceof AuthError && error.code === "TooManyRequests") return false;
    throw error;
  }
}

async function sendReset(id: string, admin: Admin): Promise<boolean> {
  for (const send of passwordResets) {
    if (!(await send(id, admin.client))) continue;
    await note("authn_password_reset_request", id, admin);
    return true;
  }
  return false;
}

function isNewRole(user: AdminUser, role: Role | undefined): boolean {
  return role !== undefined && role !== user.role;
}

function isNewAddress(user: AdminUser, { email }: ProfileChanges): boolean {
  return email !== undefined && email !== user.email;
}

/** Another role ends every session, and with them a change of the address that waits for its proof. */
const oneByOne = "Change the role and a proven address one after the other.";

async function tryToDelete(id: string, admin: Admin): Promise<DeletionResult> {
  if (!isId(id)) return { id, deleted: false, code: "NotFound" };
  try {
    await deleteUser(id, admin);
    return { id, deleted: true };
  } catch (error) {
    if (!(error instanceof AuthError)) throw error;
    return { id, deleted: false, code: error.code };
  }
}

/** `userId` is who it was done to, `actorId` who did it. */
function note(event: AuthEvent["event"], userId: string, { userId: actorId, client }: Admin, reason?: string) {
  return emit({ event, outcome: "success", userId, actorId, reason, client });
}

function notFound(): never {
  throw new AuthError("NotFound");
}
