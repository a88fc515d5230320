import { isRestorable, restore } from "./store.js";
import { AuthError } from "../errors.js";
import { type ClientInfo, emit } from "../events.js";
import type { LogInInput } from "../input.js";
import { loginChecks } from "../hooks.js";
import { verifyPassword } from "../passwords.js";
import { sessionStarts } from "../hooks.js";
import type { SessionDraft } from "../sessions.js";
import { findCredentials, type User } from "../store.js";
import { admitPasswordAttempt } from "../throttle.js";
import { canonicalUsername } from "../username.js";

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
export async function restoreAccount<Handed extends object>(
  { username, password }: LogInInput,
  client: ClientInfo,
  session: SessionDraft<Handed>,
): Promise<{ user: User } & Handed> {
  const name = canonicalUsername(username);
  const admitted = await admitPasswordAttempt(name, client);
  const [credentials, waits] = await Promise.all([findCredentials({ usernameCanonical: name }), isRestorable(name)]);
  const passwordIsRight = await verifyPassword(password, credentials);
  if (!credentials || !passwordIsRight || !waits) throw await loginFailed(client, credentials?.user.id);
  const { user, sessionEpoch } = credentials;
  await admitted();
  for (const check of loginChecks) await check(user, client);
  const stored = await restore(user.id, sessionEpoch, session.row);
  if (!stored) throw await loginFailed(client, user.id);
  await emit({ event: "user_restored", outcome: "success", userId: user.id, client });
  await emit({ event: "authn_login_success", outcome: "success", userId: user.id, sessionId: stored.id, client });
  for (const started of sessionStarts) await started(stored, client, session.replaces ?? []);
  return { user, ...(await session.handOver(stored)) };
}

async function loginFailed(client: ClientInfo, userId: string | undefined): Promise<AuthError> {
  await emit({ event: "authn_login_fail", outcome: "failure", userId, client });
  return new AuthError("InvalidLoginCredentials");
}
