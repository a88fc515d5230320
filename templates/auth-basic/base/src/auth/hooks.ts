import type { Database } from "../db/client.js";
import type { User } from "./store.js";

/**
 * Runs in the transaction that makes an account, at a signup and when an admin makes one: what it throws undoes the
 * account too. Ask the database through `tx` alone. It may run again when the transaction does, so do nothing else in it.
 */
export type AccountInsert = (tx: Database, user: User) => Promise<void>;

/**
 * Runs in the transaction that takes an account away, before its row goes: what it throws keeps the account. Ask the
 * database through `tx` alone. It may run again when the transaction does, so do nothing else in it.
 */
export type AccountDelete = (tx: Database, userId: string) => Promise<void>;

/** What is made together with an account, in order. Append yours. */
export const accountInserts: AccountInsert[] = [];

/** What is taken away together with an account, in order. Append yours. */
export const accountDeletes: AccountDelete[] = [];
