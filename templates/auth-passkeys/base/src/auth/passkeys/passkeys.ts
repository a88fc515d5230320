import { randomBytes } from "node:crypto";
import { type Caller, getProfile } from "../accounts.js";
import { AuthError } from "../errors.js";
import { type ClientInfo, emit } from "../events.js";
import { loginName } from "../login-name.js";
import { admitChange } from "../throttle.js";
import { challengeIn, type NewCredential, type RegistrationAnswer, verifyRegistration } from "./ceremonies.js";
import { addChallenge, type ChallengePurpose, spendChallenge } from "./challenge-store.js";
import { passkeyConfig } from "./config.js";
import { invalidPasskey, lastWayIn, passkeyChallengeOver, passkeyTaken, tooManyPasskeys } from "./errors.js";
import { knownTransports, type NewCredentialInput } from "./input.js";
import { creationOptions } from "./options.js";
import { addPasskey, deletePasskey, findUserHandle, listPasskeys, type NewPasskey, type Passkey } from "./store.js";

declare module "../events.js" {
  interface EventNames {
    authn_passkey_added: true;
    authn_passkey_removed: true;
  }
}

const handleBytes = 32;
const defaultName = "Passkey";

/** What a browser needs to make a passkey for the user. @throws AuthError "TooManyRequests" */
export async function registrationOptions(userId: string) {
  await admitChange("passkey-options", userId);
  const user = await getProfile(userId);
  const handle = (await findUserHandle(userId)) ?? newUserHandle();
  const challenge = await addChallenge({ purpose: "register", boundTo: userId }, handle);
  const name = user[loginName];
  return creationOptions(
    challenge,
    { handle, name, displayName: user.displayName ?? name },
    await listPasskeys(userId),
  );
}

/**
 * Adds the passkey that was just made to the user.
 *
 * @throws AuthError "PasskeyChallengeOver", "InvalidPasskey", "PasskeyTaken", "TooManyPasskeys", "TooManyRequests", and
 * "InvalidAccessToken" where the session has ended since.
 */
export async function registerPasskey(
  caller: Caller,
  { passkey, name }: { passkey: NewCredentialInput; name?: string | undefined },
  client: ClientInfo,
): Promise<Passkey> {
  const { userId } = caller;
  await admitChange("passkey", userId);
  const added = await provenPasskey(passkey, { purpose: "register", boundTo: userId }, name);
  const outcome = await addPasskey(caller, added);
  if (outcome === "taken") throw new AuthError(passkeyTaken);
  if (outcome === "full") throw new AuthError(tooManyPasskeys);
  if (outcome === "ended") throw new AuthError("InvalidAccessToken");
  await emit({ event: "authn_passkey_added", outcome: "success", userId, client });
  return outcome;
}

/** Takes a passkey away. Sessions that it has started go on. @throws AuthError "NotFound", "LastWayIn", "TooManyRequests" */
export async function removePasskey(caller: Caller, id: string, client: ClientInfo): Promise<void> {
  const { userId } = caller;
  await admitChange("passkey", userId);
  const outcome = await deletePasskey(caller, id);
  if (outcome === "ended") throw new AuthError("InvalidAccessToken");
  if (outcome === "unknown") throw new AuthError("NotFound");
  if (outcome === "last") throw new AuthError(lastWayIn);
  await emit({ event: "authn_passkey_removed", outcome: "success", userId, client });
}

/** What an answer has proven, once its challenge is spent. @throws AuthError "PasskeyChallengeOver", "InvalidPasskey" */
export async function provenPasskey(
  answer: NewCredentialInput,
  purpose: ChallengePurpose,
  name = defaultName,
): Promise<NewPasskey> {
  const challenge = challengeIn(answer);
  const userHandle = challenge === null ? null : await spendChallenge(challenge, purpose);
  if (challenge === null || userHandle === null) throw new AuthError(passkeyChallengeOver);
  const credential = await verified(answer, challenge);
  return { credential, userHandle, rpId: passkeyConfig.rpId, transports: knownTransports(answer), name };
}

async function verified(answer: RegistrationAnswer, challenge: string): Promise<NewCredential> {
  const { rpId, origins } = passkeyConfig;
  const credential = await verifyRegistration(answer, { challenge, rpId, origins, verifiesUser: true });
  if (!credential) throw new AuthError(invalidPasskey);
  return credential;
}

/** What authenticators know a user by: they show it to whoever has them, so it says nothing. */
export function newUserHandle(): string {
  return randomBytes(handleBytes).toString("base64url");
}
