import type { ClientInfo } from "./events.js";
import type { User } from "./store.js";

/** What PATCH /me may change. */
export interface ProfileChanges {
  displayName?: string | null | undefined;
  email?: string | null | undefined;
}

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

/** Everything that has a say in a profile change, in order. An add-on appends its own. */
export const profileChanges: ProfileChange[] = [];
