import { type Environment, environment, optional, refuse } from "../environment.js";

const publicUrl = "https://api.pwnedpasswords.com";
const thisMachine = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/**
 * Where ranges of breached passwords are asked for, without a slash at the end; null where nobody is asked.
 *
 * With NODE_ENV=test only this machine is ever asked, so that no test run depends on, or tells, anybody else.
 *
 * @throws AuthError "JWTEnvVariableMissing" when HIBP_URL is neither "off" nor https, or http to this machine.
 */
export function readHibpUrl(env: Environment): string | null {
  const value = optional(env, "HIBP_URL") ?? publicUrl;
  if (value === "off") return null;
  const url = parseUrl(value);
  const isHere = thisMachine.test(url.hostname);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isHere)) throw refused();
  if (url.username || url.password || url.search || url.hash) throw refused();
  return env["NODE_ENV"] === "test" && !isHere ? null : url.href.replace(/\/+$/, "");
}

/** Read once, when the module is imported. */
export const hibpUrl = readHibpUrl(environment);

function parseUrl(value: string): URL {
  try {
    return new URL(value);
  } catch {
    throw refused();
  }
}

function refused() {
  return refuse("HIBP_URL", "must be https://..., or http://... to this machine, without a query; or off");
}
