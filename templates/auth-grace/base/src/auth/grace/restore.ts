import { checkLogin, type LogInAttempt, loginFailed, type Opened, openSession, provePassword } from "../accounts.js";
import { type ClientInfo, emit } from "../events.js";
import type { NewSession } from "../sessions.js";
import { enable, isRestorable } from "./store.js";

declare module "../events.js" {
  interface EventNames {
    user_restored: true;
  }
}

/**
 * A login that takes back the deletion of the account: the same limits, checks and work as any login.
 *
 * @throws AuthError "InvalidLoginCredentials": the same for an unknown name, a wrong password, and an account that no
 * deletion of its owner's has disabled.
 */
export async function restoreAccount(input: LogInAttempt, client: ClientInfo, session: NewSession): Promise<Opened> {
  const proven = await provePassword(input, client, ({ user }) => isRestorable(user.id));
  const login = await checkLogin(proven, client);
  const opened = await openSession(login, session, client, { first: (tx) => enable(tx, login) });
  if (!opened) return loginFailed(client, login.user.id);
  await emit({ event: "user_restored", outcome: "success", userId: login.user.id, client });
  return opened;
}
