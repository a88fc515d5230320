import { AuthError } from "../errors.js";
import type { DeletionCheck } from "../hooks.js";
import { findRoleAt } from "./role-store.js";

/**
 * Admins are deleted by admins, who keep the last one. Whoever becomes an admin after this has been asked has another
 * epoch, and is not deleted.
 */
export const keepAdmins: DeletionCheck = async (userId, epoch) => {
  if ((await findRoleAt(userId, epoch)) === "admin") throw new AuthError("ForbiddenError", { detail });
};

const detail = "This is the account of an admin: delete it where admins manage users, and the last one stays.";
