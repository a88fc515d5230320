import { type Environment, environment, number, refuse } from "../environment.js";

const mostSessions = 10_000;

/** The environment of the session limit, read once. */
export const sessionsConfig = readSessionsConfig(environment);

/** @throws AuthError "JWTEnvVariableMissing" that names a variable that can't be read. */
export function readSessionsConfig(env: Environment) {
  const sessionsPerUser = number(env, "SESSIONS_PER_USER", 0, { from: 0, to: mostSessions });
  if (!Number.isInteger(sessionsPerUser)) throw refuse("SESSIONS_PER_USER", "must be a whole number");
  return Object.freeze({
    /** 0: as many as they like. */
    sessionsPerUser,
  });
}
