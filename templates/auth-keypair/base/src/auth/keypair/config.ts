import { type Environment, environment, optional, refuse, serverUrl } from "../environment.js";

/** The environment of keypair tokens, read once. */
export const keypairConfig = readKeypairConfig(environment);

/**
 * Checks `KEYPAIR_REDIS_URL`, which may be missing.
 *
 * @throws AuthError "JWTEnvVariableMissing" that names the variable, and never its value: a URL can hold a password.
 */
export function readKeypairConfig(env: Environment) {
  return Object.freeze({
    /** Where public keys are kept; undefined is the table of the tokens. */
    redisUrl: redisUrl(env, "KEYPAIR_REDIS_URL"),
    /** Milliseconds that a request waits for Redis before it is answered with 503; tests may run on a machine that is busy. */
    redisWaitMs: env["NODE_ENV"] === "test" ? 10_000 : 500,
  });
}

function redisUrl(env: Environment, name: string): string | undefined {
  const text = optional(env, name);
  if (!text) return undefined;
  const url = /^rediss?:/.test(text) ? serverUrl(name, text) : undefined;
  if (url?.hostname) return text;
  throw refuse(name, "must be redis://host:6379 or rediss://user:password@host:6379");
}
