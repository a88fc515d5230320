import { z } from "zod";
import { type Caller, type CheckedLogin, checkLogin, type Opened, openSession } from "../accounts.js";
import { AuthError } from "../errors.js";
import type { ClientInfo } from "../events.js";
import type { Login } from "../hooks.js";
import { invalid, parseInput } from "../input.js";
import { markRevoked } from "../revocations.js";
import type { NewSession } from "../sessions.js";
import { admitChange } from "../throttle.js";
import { reauthenticationFactors } from "./factors.js";
import { endReplaced } from "./store.js";

declare module "../events.js" {
  interface EventNames {
    authn_reauthentication: true;
  }
}

/** The purpose of a login that is a step-up: it is about the session that it renews. */
export const stepUp = "step-up";

const anyProof = z.record(z.string(), z.unknown());

/**
 * Proves again who is there, and moves the login to a new session (ASVS 7.2.4, 7.5.1): the old id and its tokens are dead
 * from then on. Of many attempts with one session one wins.
 *
 * @throws AuthError "WrongPassword", "TooManyRequests", "ValidationError" for a body without a proof, and
 * "InvalidAccessToken" when the session has ended or the password was changed in between.
 */
export async function reauthenticate(
  caller: Caller,
  body: unknown,
  client: ClientInfo,
  session: NewSession,
): Promise<Opened> {
  const proven = await prove(caller, parseInput(anyProof, body), client);
  const purpose = { name: stepUp, of: caller.sessionId };
  return moveSession(await checkLogin({ ...proven, purpose }, client), client, session);
}

/** The rest of a step-up, also where a login check has waited for another request. @throws AuthError as `reauthenticate` does. */
export async function moveSession(login: CheckedLogin, client: ClientInfo, session: NewSession): Promise<Opened> {
  const sessionId = login.purpose?.of ?? "";
  await admitChange("reauthentication", login.user.id);
  const replaces = [sessionId, ...(session.replaces ?? [])];
  const opened = await openSession(login, { ...session, replaces }, client, {
    first: (tx) => endReplaced(tx, sessionId, login),
    event: "authn_reauthentication",
  });
  if (!opened) throw new AuthError("InvalidAccessToken");
  markRevoked([sessionId]);
  return opened;
}

async function prove({ userId, sessionId }: Caller, body: Record<string, unknown>, client: ClientInfo): Promise<Login> {
  for (const factor of reauthenticationFactors) {
    const proven = await factor(userId, body, client, sessionId);
    if (proven) return proven;
  }
  throw invalid("password", "Send the password.");
}
