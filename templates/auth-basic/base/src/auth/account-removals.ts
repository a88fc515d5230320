import type { ClientInfo } from "./events.js";

/**
 * Takes the place of deleting an account that its owner wants gone, after the password was right. `epoch` is the
 * owner's session epoch that it was checked at. True when it has been dealt with: nobody else is asked then.
 */
export type AccountRemoval = (userId: string, epoch: number, client: ClientInfo) => Promise<boolean>;

/** Asked before an account that its owner wants gone is taken away in any way. Throws an AuthError to refuse it. */
export type AccountRemovalCheck = (userId: string, epoch: number) => Promise<void>;

/** Every check of a removal, in order. An add-on appends its own. */
export const accountRemovalChecks: AccountRemovalCheck[] = [];

/** Everything that may take an account away in its own way, asked in order. An add-on appends its own. */
export const accountRemovals: AccountRemoval[] = [];
