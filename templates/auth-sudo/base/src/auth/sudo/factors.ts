import { proveCurrentPassword } from "../accounts.js";
import type { ClientInfo } from "../events.js";
import type { Login } from "../hooks.js";
import { deleteInput, parseInput } from "../input.js";

/**
 * One way to prove that the user is there. Null when the body holds nothing of its kind, or null for it; throws an AuthError
 * ("WrongPassword", "TooManyRequests") when what it holds does not prove it. It limits its attempts itself, and
 * accepts a code that is good for one use only once.
 */
export type ReauthenticationFactor = (
  userId: string,
  body: Readonly<Record<string, unknown>>,
  client: ClientInfo,
  sessionId: string,
) => Promise<Login | null>;

/** Everything that a step-up takes as a proof: the first that the body holds decides. An add-on appends its own. */
export const reauthenticationFactors: ReauthenticationFactor[] = [passwordFactor];

/** `{password}`, within the limits of the account's sessions. */
async function passwordFactor(
  userId: string,
  body: Readonly<Record<string, unknown>>,
  client: ClientInfo,
  sessionId: string,
): Promise<Login | null> {
  if ((body["password"] ?? null) === null) return null;
  return proveCurrentPassword({ userId, sessionId }, parseInput(deleteInput, body).password, client);
}
