import { roles } from "../admin/roles.js";
import { type Environment, environment, number, optional, refuse } from "../environment.js";

/** Which roles need a second factor, and how long their users have to set one. */
export interface RolePolicy {
  readonly roles: readonly string[];
  readonly graceSeconds: number;
}

/** Read once, when the module is imported. */
export const rolePolicy: RolePolicy = readRolePolicy(environment);

/**
 * FACTOR_ROLES: none, or roles with commas between them. FACTOR_GRACE_DAYS: 14, counted for each user from the first login
 * that the role needs a factor at.
 *
 * @throws AuthError "JWTEnvVariableMissing" that names the first unparsable variable.
 */
export function readRolePolicy(env: Environment): RolePolicy {
  const named = (optional(env, "FACTOR_ROLES") ?? "").split(",").map((role) => role.trim());
  const asked = named.filter((role) => role !== "");
  const isKnown = (role: string) => (roles as readonly string[]).includes(role);
  if (!asked.every(isKnown))
    throw refuse("FACTOR_ROLES", `must be roles with commas between them: ${roles.join(", ")}`);
  const graceDays = number(env, "FACTOR_GRACE_DAYS", 14, { above: 0, to: 365 });
  return Object.freeze({ roles: asked, graceSeconds: graceDays * 86_400 });
}
