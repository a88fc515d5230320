import { type Environment, environment, number } from "../environment.js";

/**
 * How long a deleted account can be restored: 30 days, or ACCOUNT_GRACE_DAYS; 0 deletes at once.
 *
 * With NODE_ENV=test it is 0: an account that a test deletes is gone, whatever `.env` says.
 *
 * @throws AuthError "JWTEnvVariableMissing" when ACCOUNT_GRACE_DAYS is no number from 0 to 365.
 */
export function readGraceSeconds(env: Environment): number {
  const days = number(env, "ACCOUNT_GRACE_DAYS", 30, { from: 0, to: 365 });
  return env["NODE_ENV"] === "test" ? 0 : days * 86_400;
}

/** Read once, when the module is imported. */
export const graceSeconds = readGraceSeconds(environment);
