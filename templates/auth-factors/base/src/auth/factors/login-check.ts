import { AuthError } from "../errors.js";
import type { LoginCheck } from "../hooks.js";
import { challengeSeconds, insertChallenge } from "./challenge-store.js";
import { secondFactorRequired } from "./errors.js";
import { isMain, kindsOf } from "./factor-store.js";

/** RFC 8176: more than one factor was proven. */
export const twoFactors = "mfa";

/**
 * Puts a login off until its second factor is there. Every session starts with a login that has passed the checks, so there
 * is no way around it. What proves two factors at once (a passkey with user verification) says so by its `amr`.
 */
export const askForFactor: LoginCheck = async (login) => {
  if (login.amr.includes(twoFactors)) return;
  const kinds = await kindsOf(login.user.id);
  if (!kinds.some(isMain)) return;
  const challenge = await insertChallenge(login);
  const factors = kinds.map(({ name }) => name);
  throw new AuthError(secondFactorRequired, { members: { challenge, expiresIn: challengeSeconds, factors } });
};
