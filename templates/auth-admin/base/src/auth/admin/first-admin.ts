import { randomUUID } from "node:crypto";
import { AuthError } from "../errors.js";
import { emit } from "../events.js";
import { accountInserts } from "../hooks.js";
import { parseInput, signUpInput } from "../input.js";
import { checkNewPassword } from "../password-checks.js";
import { hashPassword } from "../passwords.js";
import { markRevoked } from "../revocations.js";
import { findCredentials } from "../store.js";
import { canonicalUsername } from "../username.js";
import { changeUser, insertUser } from "./store.js";

const reason = "at the server's terminal";
const nameInput = signUpInput.pick({ username: true });

/**
 * A new admin, for whoever has the server: no request does this.
 *
 * @throws AuthError "UsernameNotAvailable", or "ValidationError" for a name that can't be or a weak password.
 */
export async function createAdmin(name: string, password: string): Promise<string> {
  const { username } = parseInput(nameInput, { username: name });
  await checkNewPassword(password, { username }, "password");
  const names = { username, usernameCanonical: canonicalUsername(username) };
  const hash = await hashPassword(password);
  const user = await insertUser(null, { id: randomUUID(), ...names, role: "admin", ...hash }, accountInserts);
  if (!user) throw new AuthError("UsernameNotAvailable");
  await emit({ event: "user_created", outcome: "success", userId: user.id, reason });
  await emit({ event: "authz_change", outcome: "success", userId: user.id, reason });
  return user.username;
}

/** Makes a user an admin, and ends their sessions. @throws AuthError "NotFound" */
export async function promote(name: string): Promise<string> {
  const found = await findCredentials({ usernameCanonical: canonicalUsername(name) });
  if (!found) throw new AuthError("NotFound", { detail: `There is no user ${JSON.stringify(name)}.` });
  if (found.disabledAt) throw new AuthError("ForbiddenError", { detail: "This account is disabled." });
  const { before, user, ended } = await changeUser(null, found.user.id, { role: "admin" });
  markRevoked(ended);
  if (before.role !== user.role) await emit({ event: "authz_change", outcome: "success", userId: user.id, reason });
  return user.username;
}
