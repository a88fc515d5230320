import { findRoleAt } from "../admin/role-store.js";
import { AuthError } from "../errors.js";
import type { LoginCheck } from "../hooks.js";
import { beginDeadline, findDeadline } from "./deadline-store.js";
import { hasFactor } from "./factor-store.js";
import { twoFactors } from "./login-check.js";
import { factorOverdue } from "./overdue.js";
import { type RolePolicy, rolePolicy } from "./role-policy.js";

/** Refuses who has no factor and whose role needs one, once the time to set it is over. */
export const requireFactorOfRole: LoginCheck = checkOf(rolePolicy);

/** The check for a policy. */
export function checkOf({ roles, graceSeconds }: RolePolicy): LoginCheck {
  return async ({ user, sessionEpoch, amr }) => {
    if (roles.length === 0 || amr.includes(twoFactors) || (await hasFactor(user.id))) return;
    const role = await findRoleAt(user.id, sessionEpoch);
    if (role === null || !roles.includes(role)) return;
    await beginDeadline(user.id);
    if ((await findDeadline(user.id, graceSeconds))?.isOver) throw new AuthError(factorOverdue);
  };
}
