import type { ClientInfo } from "../events.js";

/**
 * Sends a user a way to choose a new password, or a first one where they have none (`hasPassword`). `client` is who asked
 * for it. False when this way does not lead to the user, because no address of theirs is known: the next one is asked then.
 *
 * @throws AuthError "TooManyRequests" when one was sent a moment ago.
 */
export type PasswordReset = (userId: string, client: ClientInfo) => Promise<boolean>;

/** Every way to send one, asked in order. Without one, only who knows their password can change it. */
export const passwordResets: PasswordReset[] = [];
