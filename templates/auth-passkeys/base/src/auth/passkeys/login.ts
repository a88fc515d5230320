import { checkLogin, type Opened, openSession } from "../accounts.js";
import { AuthError } from "../errors.js";
import { type ClientInfo, emit } from "../events.js";
import type { Login } from "../hooks.js";
import { canonicalLoginName, loginName } from "../login-name.js";
import type { NewSession } from "../sessions.js";
import { findCredentials } from "../store.js";
import { admitClient, rememberNetwork } from "../throttle.js";
import { type Assertion, type AssertionAnswer, challengeIn, verifyAssertion } from "./ceremonies.js";
import { addChallenge, type ChallengePurpose, spendChallenge } from "./challenge-store.js";
import { passkeyConfig } from "./config.js";
import { invalidPasskey, passkeyBackupChanged, passkeyChallengeOver, unknownPasskey } from "./errors.js";
import type { UsedCredentialInput } from "./input.js";
import { requestOptions } from "./options.js";
import { findPasskey, noteUse, type StoredPasskey } from "./store.js";

declare module "../events.js" {
  interface EventNames {
    authn_passkey_fail: true;
    /** A key that counts its uses has said a number that was there before: somebody may have copied it. */
    authn_passkey_copied: true;
  }
}

/**
 * What a passkey proves, in the words of RFC 8176: a key, that somebody was there, and two factors, since the authenticator
 * has asked for a PIN, a finger or a face. Where the key is kept nobody attests.
 */
export const passkeyAmr: readonly string[] = ["pop", "user", "mfa"];

/** Nobody has this key: an answer of an unknown passkey is checked against it, which takes the time of any other. */
const nobodysKey =
  "pQECAyYgASFYIMYOyROjafIIM87-22xjY2GL1Fv66lJZeNE0_KkL9RgKIlggiWm5CcDize8A7asKEHJx0XABBYf4LVMSNJurw3PcOQI";

/** What a login was proven with. */
export interface PasskeyProof {
  login: Login;
  passkey: StoredPasskey;
  assertion: Assertion;
}

/** What any browser needs to log in whoever it has a passkey of: the same for everybody. @throws AuthError "TooManyRequests" */
export async function loginOptions(client: ClientInfo) {
  await admitClient(client);
  return requestOptions(await addChallenge({ purpose: "login", boundTo: "" }));
}

/**
 * Logs in whoever the passkey is of. It counts as two factors.
 *
 * @throws AuthError "PasskeyChallengeOver", "UnknownPasskey", "InvalidPasskey", "PasskeyBackupChanged", "TooManyRequests".
 */
export async function logInWithPasskey(
  answer: UsedCredentialInput,
  client: ClientInfo,
  session: NewSession,
): Promise<Opened> {
  await admitClient(client);
  // A passkey that was found without a name says who it is of.
  if (answer.response.userHandle === undefined) throw new AuthError(invalidPasskey);
  const { login, passkey, assertion } = await provePasskey(answer, { purpose: "login", boundTo: "" }, client);
  const checked = await checkLogin(login, client);
  const opened = await openSession(checked, session, client, {
    first: async (tx) => ((await noteUse(tx, passkey, assertion, checked)) ? checked : null),
  });
  return opened ?? refuse(client, passkey.userId);
}

/** Who has answered, by everything that can be seen before anything is written. @throws AuthError as `logInWithPasskey` does. */
export async function provePasskey(
  answer: UsedCredentialInput,
  purpose: ChallengePurpose,
  client: ClientInfo,
): Promise<PasskeyProof> {
  const challenge = challengeIn(answer);
  if (challenge === null || (await spendChallenge(challenge, purpose)) === null)
    throw new AuthError(passkeyChallengeOver);
  const passkey = await findPasskey(answer.id);
  const assertion = await verified(answer, passkey, challenge);
  if (!passkey || passkey.rpId !== passkeyConfig.rpId) throw await failure(client, undefined, unknownPasskey);
  if (!assertion || !isOfOwner(answer, passkey, purpose)) return refuse(client, passkey.userId);
  await checkUnchanged(passkey, assertion, client);
  const credentials = await findCredentials({ id: passkey.userId });
  if (!credentials || credentials.disabledAt) return refuse(client, passkey.userId);
  const { user, sessionEpoch } = credentials;
  const accept = () => rememberNetwork(canonicalLoginName(user[loginName]), client);
  return { login: { user, sessionEpoch, amr: passkeyAmr, accept }, passkey, assertion };
}

async function verified(answer: AssertionAnswer, passkey: StoredPasskey | null, challenge: string) {
  const { rpId, origins } = passkeyConfig;
  return verifyAssertion(answer, passkey?.publicKey ?? nobodysKey, { challenge, rpId, origins, verifiesUser: true });
}

function isOfOwner({ response }: UsedCredentialInput, passkey: StoredPasskey, { purpose, boundTo }: ChallengePurpose) {
  const { userHandle = passkey.userHandle } = response;
  return userHandle === passkey.userHandle && (purpose === "login" || boundTo === passkey.userId);
}

/** Only now that the signature is good: a forged answer must not look like a copied key. */
async function checkUnchanged(passkey: StoredPasskey, assertion: Assertion, client: ClientInfo): Promise<void> {
  const isSynced = passkey.backupEligible === 1;
  if (assertion.isBackupEligible !== isSynced) throw await failure(client, passkey.userId, passkeyBackupChanged);
  const counts = assertion.counter > 0 || passkey.counter > 0;
  if (isSynced || !counts || assertion.counter > passkey.counter) return;
  await emit({ event: "authn_passkey_copied", outcome: "failure", userId: passkey.userId, client });
  throw new AuthError(invalidPasskey);
}

async function refuse(client: ClientInfo, userId: string): Promise<never> {
  throw await failure(client, userId, invalidPasskey);
}

async function failure(client: ClientInfo, userId: string | undefined, kind: typeof invalidPasskey) {
  await emit({ event: "authn_passkey_fail", outcome: "failure", userId, reason: kind.code, client });
  return new AuthError(kind);
}
