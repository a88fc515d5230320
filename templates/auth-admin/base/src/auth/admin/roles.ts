/** Every role that a user can have; new users have the first. Add your own, and guard routes with `requireRole`. */
export const roles = ["user", "admin"] as const;

export type Role = (typeof roles)[number];
