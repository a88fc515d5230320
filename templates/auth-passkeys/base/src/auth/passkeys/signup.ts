import { type Opened, openAccount } from "../accounts.js";
import { AuthError } from "../errors.js";
import type { ClientInfo } from "../events.js";
import { canonicalLoginName, loginName } from "../login-name.js";
import { noPassword } from "../passwords.js";
import type { NewSession } from "../sessions.js";
import { admitClient } from "../throttle.js";
import { addChallenge } from "./challenge-store.js";
import { passkeyConfig } from "./config.js";
import { passkeyTaken } from "./errors.js";
import type { PasskeySignUpInput, SignUpOptionsInput } from "./input.js";
import { passkeyAmr } from "./login.js";
import { creationOptions } from "./options.js";
import { newUserHandle, provenPasskey } from "./passkeys.js";
import { insertPasskey } from "./store.js";

/**
 * What a browser needs to make the passkey of an account that is to be. Whether the name is taken is said where the account
 * is made, as at any signup.
 *
 * @throws AuthError "NotFound" where it is not switched on; "TooManyRequests".
 */
export async function signUpOptions(input: SignUpOptionsInput, client: ClientInfo) {
  await admitClient(client);
  checkSwitch();
  const { [loginName]: name, displayName = name } = input;
  const handle = newUserHandle();
  const challenge = await addChallenge({ purpose: "signup", boundTo: canonicalLoginName(name) }, handle);
  return creationOptions(challenge, { handle, name, displayName }, []);
}

/**
 * An account with a passkey and no password.
 *
 * @throws AuthError "NotFound" where it is not switched on; "UsernameNotAvailable", "FieldNotAvailable",
 * "PasskeyChallengeOver", "InvalidPasskey", "PasskeyTaken", "TooManyRequests".
 */
export async function signUpWithPasskey(
  { passkey, name, ...profile }: PasskeySignUpInput,
  client: ClientInfo,
  session: NewSession,
): Promise<Opened> {
  await admitClient(client);
  checkSwitch();
  const boundTo = canonicalLoginName(profile[loginName]);
  const added = await provenPasskey(passkey, { purpose: "signup", boundTo }, name);
  const account = { profile, hash: noPassword, amr: passkeyAmr };
  return openAccount(account, client, session, async (tx, user) => {
    if (!(await insertPasskey(tx, user.id, added))) throw new AuthError(passkeyTaken);
  });
}

function checkSwitch(): void {
  if (!passkeyConfig.signUp) throw new AuthError("NotFound");
}
