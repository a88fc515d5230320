import { randomUUID } from "node:crypto";
import { z } from "zod";
import { AuthError } from "../errors.js";
import { emit } from "../events.js";
import { accountInserts } from "../hooks.js";
import { parseInput } from "../input.js";
import { canonicalLoginName, loginColumns, loginName, loginNameType } from "../login-name.js";
import { checkNewPassword } from "../password-checks.js";
import { hashPassword } from "../passwords.js";
import { markRevoked } from "../revocations.js";
import { findCredentials } from "../store.js";
import { changeUser, insertUser } from "./store.js";

const reason = "at the server's terminal";
const nameInput = z.object({ [loginName]: loginNameType });

/**
 * A new admin, for whoever has the server: no request does this.
 *
 * @throws AuthError "UsernameNotAvailable", or "ValidationError" for a name that can't be or a weak password.
 */
export async function createAdmin(name: string, password: string): Promise<string> {
  const owner = parseInput(nameInput, { [loginName]: name });
  await checkNewPassword(password, owner, "password");
  const row = { id: randomUUID(), ...loginColumns(owner[loginName]), ...(await hashPassword(password)) };
  const user = await insertUser(null, { ...row, role: "admin" }, accountInserts);
  if (!user) throw new AuthError("UsernameNotAvailable");
  await emit({ event: "user_created", outcome: "success", userId: user.id, reason });
  await emit({ event: "authz_change", outcome: "success", userId: user.id, reason });
  return user[loginName];
}

/** Makes a user an admin, and ends their sessions. @throws AuthError "NotFound" */
export async function promote(name: string): Promise<string> {
  const found = await findCredentials({ usernameCanonical: canonicalLoginName(name) });
  if (!found) throw new AuthError("NotFound", { detail: `There is no user ${JSON.stringify(name)}.` });
  if (found.disabledAt) throw new AuthError("ForbiddenError", { detail: "This account is disabled." });
  const { before, user, ended } = await changeUser(null, found.user.id, { role: "admin" });
  markRevoked(ended);
  if (before.role !== user.role) await emit({ event: "authz_change", outcome: "success", userId: user.id, reason });
  return user[loginName];
}
