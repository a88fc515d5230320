import type { ClientInfo } from "./events.js";
import type { User } from "./store.js";

/** Asked after the password was right and before a session starts. Throws an AuthError to refuse the login. */
export type LoginCheck = (user: User, client: ClientInfo) => Promise<void>;

/** Every check of a login, in order. An add-on appends its own. */
export const loginChecks: LoginCheck[] = [];
