import type { Opened } from "../accounts.js";
import { AuthError } from "../errors.js";
import type { ClientInfo } from "../events.js";
import type { AnswerCheck } from "../factors/challenge-store.js";
import { wrongCode } from "../factors/errors.js";
import { type Setter, setFactor } from "../factors/factors.js";
import { loginName } from "../login-name.js";
import type { NewSession } from "../sessions.js";
import { findUser } from "../store.js";
import { admitChange } from "../throttle.js";
import { secondsNow } from "./clock.js";
import { base32Of, newSecret, stepOf, uriOf } from "./codes.js";
import { totpKind } from "./kind.js";
import { openSecret, sealSecret } from "./sealed-secrets.js";
import { findPending, findSecret, putPending, setPending, spendStep } from "./store.js";

/** What an authenticator app takes: the same secret twice, to scan and to type. */
export interface Enrolment {
  secret: string;
  uri: string;
}

/**
 * A new secret, which is nothing yet: the one that is set goes on until this one is confirmed.
 *
 * @throws AuthError "InvalidAccessToken" when the account is gone; "TooManyRequests".
 */
export async function startEnrolment(userId: string): Promise<Enrolment> {
  await admitChange("totp", userId);
  const user = await findUser(userId);
  if (!user) throw new AuthError("InvalidAccessToken");
  const secret = newSecret();
  await putPending(userId, sealSecret(secret, userId));
  return { secret: base32Of(secret), uri: uriOf(secret, user[loginName]) };
}

/**
 * Sets the secret that waits, if the code is of it. That code is spent: it is no login's second factor.
 *
 * @throws AuthError "NotFound" where none waits, "WrongCode", and what `setFactor` throws.
 */
export async function confirmEnrolment(
  setter: Setter,
  code: string,
  client: ClientInfo,
  session: NewSession,
): Promise<Opened> {
  const { userId } = setter;
  const sealed = await findPending(userId);
  if (!sealed) throw new AuthError("NotFound", { detail: "No secret waits to be confirmed. Ask for one." });
  const step = stepOf(code, openSecret(sealed, userId), await secondsNow());
  if (step === null) throw new AuthError(wrongCode);
  return setFactor(setter, totpKind, (tx) => setPending(tx, userId, sealed, step), client, session);
}

/** Checks a code of the secret that is set. */
export async function totpCheck(code: string): Promise<AnswerCheck> {
  const seconds = await secondsNow();
  return async (tx, userId) => {
    const stored = await findSecret(tx, userId);
    const step = stored && stepOf(code, openSecret(stored.sealed, userId), seconds);
    if (!stored || step === null) return "wrong";
    return step <= stored.lastStep ? "used" : (inSession) => spendStep(inSession, userId, step);
  };
}
