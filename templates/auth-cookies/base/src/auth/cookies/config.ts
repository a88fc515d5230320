import { type Environment, environment, optional, refuse, serverUrl } from "../environment.js";

/** The environment of cookie sessions, read once. */
export const cookieConfig = readCookieConfig(environment);

/**
 * Checks and converts `SESSION_ORIGINS` and `SESSION_REDIS_URL`; both may be missing.
 *
 * @throws AuthError "JWTEnvVariableMissing" that names the variable, and never its value: a URL can hold a password.
 */
export function readCookieConfig(env: Environment) {
  return Object.freeze({
    inProduction: env["NODE_ENV"] === "production",
    /** Other origins whose pages may use the cookie, as browsers spell them. */
    origins: Object.freeze(origins(env, "SESSION_ORIGINS")),
    /** Where several servers keep what they have read of sessions; undefined is the memory of each. */
    redisUrl: redisUrl(env, "SESSION_REDIS_URL"),
  });
}

function origins(env: Environment, name: string): string[] {
  const listed =
    optional(env, name)
      ?.split(",")
      .map((origin) => origin.trim()) ?? [];
  if (listed.every(isOrigin)) return listed;
  throw refuse(name, "must be origins as browsers send them, like https://app.example.com, with commas in between");
}

/** Scheme, host and port in the one spelling that browsers send: no path, no wildcard, not `null` (RFC 6454, section 6). */
function isOrigin(text: string): boolean {
  const url = parseUrl(text);
  return url !== null && /^https?:$/.test(url.protocol) && !url.hostname.includes("*") && url.origin === text;
}

function redisUrl(env: Environment, name: string): string | undefined {
  const text = optional(env, name);
  if (!text) return undefined;
  const url = /^rediss?:/.test(text) ? serverUrl(name, text) : undefined;
  if (url?.hostname) return text;
  throw refuse(name, "must be redis://host:6379 or rediss://user:password@host:6379");
}

function parseUrl(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}
