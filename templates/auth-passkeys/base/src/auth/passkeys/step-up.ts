import { transaction } from "../../db/client.js";
import { AuthError } from "../errors.js";
import { parseInput } from "../input.js";
import type { ReauthenticationFactor } from "../sudo/factors.js";
import { admitChange } from "../throttle.js";
import { addChallenge } from "./challenge-store.js";
import { invalidPasskey } from "./errors.js";
import { loginInput } from "./input.js";
import { provePasskey } from "./login.js";
import { requestOptions } from "./options.js";
import { listPasskeys, noteUse } from "./store.js";

/** What a browser needs to ask its user for one of their passkeys. @throws AuthError "TooManyRequests" */
export async function stepUpOptions(userId: string) {
  await admitChange("passkey-options", userId);
  const challenge = await addChallenge({ purpose: "step-up", boundTo: userId });
  return requestOptions(challenge, await listPasskeys(userId));
}

/** `{passkey}`, signed for the user who is logged in. */
export const passkeyFactor: ReauthenticationFactor = async (userId, body, client) => {
  if ((body["passkey"] ?? null) === null) return null;
  const answer = parseInput(loginInput, body).passkey;
  const { login, passkey, assertion } = await provePasskey(answer, { purpose: "step-up", boundTo: userId }, client);
  const isNoted = await transaction((tx) => noteUse(tx, passkey, assertion, login));
  if (!isNoted) throw new AuthError(invalidPasskey);
  return login;
};
