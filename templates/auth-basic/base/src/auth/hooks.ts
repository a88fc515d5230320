import type { Database } from "../db/client.js";
import type { ClientInfo } from "./events.js";
import type { ProfileInput } from "./input.js";
import type { StoredSession, User } from "./store.js";

/**
 * Here you hook in: what the stories of `accounts.ts` ask on their way. Put a function of yours into a list, or let an
 * add-on append its own; each list is asked in order.
 */

/** Who is logging in, and what has been proven so far. */
export interface Login {
  readonly user: User;
  /** The owner's session epoch, read with what the proof was checked against. */
  readonly sessionEpoch: number;
  /** How it was proven, in the words of RFC 8176: "pwd", "otp", ... */
  readonly amr: readonly string[];
  /** What the session is for, where that is more than to be logged in. A check that waits for another request goes on there. */
  readonly purpose?: LoginPurpose;
  /** Gives the guess back and remembers the network as the owner's. Called once every check has passed. */
  accept(): Promise<void>;
  /**
   * Spends a proof that is good once, as the first step of the transaction that stores the session: so a crash in between
   * leaves both or none. It asks the database through `tx` alone. False where the proof has been spent: there is no session.
   */
  spend?(tx: Database): Promise<boolean>;
}

/** The name of a story, and what it is about: the id of a session, say. */
export interface LoginPurpose {
  readonly name: string;
  readonly of: string;
}

/** Asked after the password was right and before a session starts. Throws an AuthError to refuse the login. */
export type LoginCheck = (login: Login, client: ClientInfo) => Promise<void>;

export const loginChecks: LoginCheck[] = [];

/**
 * Told of every session that starts, after it is stored and before its client is answered. `replaced` are the sessions of
 * that client which end with the answer. What it throws fails the login.
 */
export type SessionStart = (session: StoredSession, client: ClientInfo, replaced: readonly string[]) => Promise<void>;

export const sessionStarts: SessionStart[] = [];

/** What PATCH /me may change. */
export type ProfileChanges = Omit<ProfileInput, "currentPassword">;

/**
 * Sees a change before it is stored, and returns what is to be stored. Throws an AuthError to refuse it. `epoch` is the
 * user's session epoch at which the current password was checked, where the change takes that.
 */
export type ProfileChange = (
  user: User,
  changes: ProfileChanges,
  client: ClientInfo,
  epoch?: number,
) => Promise<ProfileChanges>;

export const profileChanges: ProfileChange[] = [];

/** Asked before an account that its owner wants gone is taken away in any way. Throws an AuthError to refuse it. */
export type DeletionCheck = (userId: string, epoch: number) => Promise<void>;

export const deletionChecks: DeletionCheck[] = [];

/**
 * Takes the place of deleting an account that its owner wants gone, after the password was right. `epoch` is the
 * owner's session epoch that it was checked at. True when it has been dealt with: nobody else is asked then.
 */
export type Deletion = (userId: string, epoch: number, client: ClientInfo) => Promise<boolean>;

export const deletions: Deletion[] = [];

/**
 * Runs in the transaction that makes an account, at a signup and when an admin makes one: what it throws undoes the
 * account too. Ask the database through `tx` alone. It may run again when the transaction does, so do nothing else in it.
 */
export type AccountInsert = (tx: Database, user: User) => Promise<void>;

export const accountInserts: AccountInsert[] = [];

/**
 * Runs in the transaction that takes an account away, before its row goes: what it throws keeps the account. Ask the
 * database through `tx` alone. It may run again when the transaction does, so do nothing else in it.
 */
export type AccountDelete = (tx: Database, userId: string) => Promise<void>;

export const accountDeletes: AccountDelete[] = [];
