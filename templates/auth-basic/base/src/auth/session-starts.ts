import type { ClientInfo } from "./events.js";
import type { StoredSession } from "./store.js";

/**
 * Told of a session after it is stored and before its client is answered, and of those that end when it is. What it
 * throws fails the login.
 */
export type SessionStart = (session: StoredSession, client: ClientInfo, replaced: readonly string[]) => Promise<void>;

/** Everything that follows the start of a session by signup or login, in order. An add-on appends its own. */
export const sessionStarts: SessionStart[] = [];
