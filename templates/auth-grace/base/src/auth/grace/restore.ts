import {
  type CheckedLogin,
  checkLogin,
  type LogInAttempt,
  loginFailed,
  type Opened,
  openSession,
  provePassword,
} from "../accounts.js";
import { type ClientInfo, emit } from "../events.js";
import type { NewSession } from "../sessions.js";
import { enable, isRestorable } from "./store.js";

declare module "../events.js" {
  interface EventNames {
    user_restored: true;
  }
}

/** The purpose of a login that takes back a deletion. */
export const restoring = "restore";

/**
 * A login that takes back the deletion of the account: the same limits, checks and work as any login.
 *
 * @throws AuthError "InvalidLoginCredentials": the same for an unknown name, a wrong password, and an account that no
 * deletion of its owner's has disabled.
 */
export async function restoreAccount(input: LogInAttempt, client: ClientInfo, session: NewSession): Promise<Opened> {
  const proven = await provePassword(input, client, ({ user }) => isRestorable(user.id));
  return openRestored(await checkLogin({ ...proven, purpose: { name: restoring, of: "" } }, client), client, session);
}

/** The rest of it, also where a login check has waited for another request. @throws AuthError "InvalidLoginCredentials" */
export async function openRestored(login: CheckedLogin, client: ClientInfo, session: NewSession): Promise<Opened> {
  const opened = await openSession(login, session, client, { first: (tx) => enable(tx, login) });
  if (!opened) return loginFailed(client, login.user.id);
  await emit({ event: "user_restored", outcome: "success", userId: login.user.id, client });
  return opened;
}
