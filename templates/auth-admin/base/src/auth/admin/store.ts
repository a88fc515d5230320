import { eq, type SQL, sql } from "drizzle-orm";
import { type Database, forUpdate, now, transaction } from "../../db/client.js";
import { users } from "../../db/schema/auth.js";
import { AuthError } from "../errors.js";
import type { AccountDelete, AccountInsert } from "../hooks.js";
import { hasPassword, type PasswordHash } from "../passwords.js";
import {
  type UserChanges as Changes,
  deleteUserIn,
  endOutdatedSessions,
  endSessions,
  type NewUser as NewAccount,
  nextEpoch,
  orAccountInUse,
  withEpoch,
} from "../store.js";
import { type AdminUser, adminUser } from "./list-store.js";
import type { Role } from "./roles.js";

export interface NewUser extends NewAccount {
  role: Role;
}

/** What an act has left of the user, and which sessions it has ended. */
export interface Done {
  before: AdminUser;
  user: AdminUser;
  ended: string[];
}

export interface UserChanges extends Changes {
  role?: Role | undefined;
}

/** Who acts: the id of an admin; null is somebody at the server's terminal. */
export type Actor = string | null;

/** Null where the name is taken. @throws AuthError "ForbiddenError" when the actor is no admin any more. */
export async function insertUser(
  actor: Actor,
  user: NewUser,
  inserts: readonly AccountInsert[],
): Promise<AdminUser | null> {
  return transaction(async (tx) => {
    await lockAdmins(tx, actor);
    const [added] = await tx
      .insert(users)
      .values({ ...user, createdAt: now })
      .onConflictDoNothing({ target: users.usernameCanonical })
      .returning(adminUser);
    if (!added) return null;
    for (const insert of inserts) await insert(tx, added);
    return added;
  });
}

/** Another address is not proven; another role ends every session. */
export async function changeUser(actor: Actor, id: string, asked: UserChanges): Promise<Done> {
  return act(actor, id, async (tx, { target, isLastAdmin }) => {
    const changesEmail = asked.email !== undefined && asked.email !== target.email;
    const changes = changesEmail ? { ...asked, emailVerifiedAt: null } : asked;
    if (asked.role === undefined || asked.role === target.role) {
      const user = await update(tx, id, withEpoch(changes));
      return { before: target, user, ended: await endOutdatedSessions(tx, id) };
    }
    if (isLastAdmin) throw lastAdminStays();
    const user = await update(tx, id, { ...changes, sessionEpoch: nextEpoch });
    return { before: target, user, ended: await endSessions(tx, id, "role") };
  });
}

/** A new date, also for one who is disabled already: it is the admin now who has done it. */
export async function disableUser(actor: Actor, id: string): Promise<Done> {
  return act(actor, id, async (tx, { target, isLastAdmin }) => {
    if (isLastAdmin) throw lastAdminStays();
    const user = await update(tx, id, { disabledAt: now, sessionEpoch: nextEpoch });
    return { before: target, user, ended: await endSessions(tx, id, "disabled") };
  });
}

export async function enableUser(actor: Actor, id: string): Promise<AdminUser> {
  return act(actor, id, (tx) => update(tx, id, { disabledAt: null }));
}

export async function endUsersSessions(actor: Actor, id: string): Promise<string[]> {
  return act(actor, id, async (tx) => {
    await update(tx, id, { sessionEpoch: nextEpoch });
    return endSessions(tx, id, "logout-all");
  });
}

/** Deletes the user, disabled or not, and returns the sessions that have ended. @throws AuthError "AccountInUse" */
export async function deleteUser(actor: Actor, id: string, deletes: readonly AccountDelete[]): Promise<string[]> {
  return orAccountInUse(() =>
    act(actor, id, async (tx, { isLastAdmin }) => {
      if (isLastAdmin) throw lastAdminStays();
      return (await deleteUserIn(tx, id, deletes)) ?? [];
    }),
  );
}

export interface Situation {
  target: AdminUser;
  /** Whether nobody but the target could act as an admin. */
  isLastAdmin: boolean;
}

/**
 * What an admin does to a user, in one transaction.
 *
 * @throws AuthError "NotFound" without such a user, "ForbiddenError" when the actor is no admin any more.
 */
export async function act<T>(
  actor: Actor,
  id: string,
  work: (tx: Database, situation: Situation) => Promise<T>,
): Promise<T> {
  return transaction(async (tx) => {
    const locked = await lockAdmins(tx, actor, id);
    const target = locked.find((user) => user.id === id);
    if (!target) throw new AuthError("NotFound");
    // Whoever has been made an admin and has not chosen a password yet may never do so.
    const others = locked.filter((user) => user.id !== id && isEnabledAdmin(user) && hasPassword(user));
    return work(tx, { target, isLastAdmin: isEnabledAdmin(target) && others.length === 0 });
  });
}

/**
 * Locks every admin, and the user, in one order: of two acts the later one sees what the earlier one has left. So no two
 * admins can take each other's place at once and leave nobody, and nobody acts who was an admin a moment ago.
 */
async function lockAdmins(tx: Database, actor: Actor, id = ""): Promise<Locked[]> {
  const concerned = sql`${users.id} in (select id from ${users} where role = 'admin' union select cast(${id} as text))`;
  const locked = await tx
    .select({ ...adminUser, passwordHash: users.passwordHash })
    .from(users)
    .where(sql`${concerned} order by ${users.id} ${forUpdate}`);
  const acts = actor === null || locked.some((user) => user.id === actor && isEnabledAdmin(user));
  if (!acts) throw new AuthError("ForbiddenError");
  return locked;
}

type Locked = AdminUser & Pick<PasswordHash, "passwordHash">;

function isEnabledAdmin({ role, disabledAt }: AdminUser): boolean {
  return role === "admin" && disabledAt === null;
}

async function update(
  tx: Database,
  id: string,
  changes: UserChanges & { disabledAt?: SQL<Date> | null; sessionEpoch?: SQL },
): Promise<AdminUser> {
  const [user] = await tx.update(users).set(changes).where(eq(users.id, id)).returning(adminUser);
  if (!user) throw new AuthError("NotFound");
  return user;
}

function lastAdminStays(): AuthError {
  return new AuthError("ForbiddenError", { detail: "This is the last admin: make somebody else one first." });
}
