import { type Environment, environment, missing, oneOf, optional, refuse } from "../environment.js";

const rpIdVariable = "WEBAUTHN_RP_ID";
const originsVariable = "WEBAUTHN_ORIGINS";
const domain = /^(?:localhost|(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z](?:[a-z0-9-]*[a-z0-9])?)$/;

/** Where passkeys are good, read once: from settings alone, and never from what a request says of its host. */
export const passkeyConfig = readPasskeyConfig(environment);

/**
 * Checks and converts `WEBAUTHN_RP_ID`, `WEBAUTHN_ORIGINS` and `PASSKEY_SIGNUP`. Outside production the first two may be
 * missing: passkeys are those of http://localhost:3000 then.
 *
 * @throws AuthError "JWTEnvVariableMissing" that names the variable.
 */
export function readPasskeyConfig(env: Environment) {
  const isDevelopment = env["NODE_ENV"] !== "production" && !env[rpIdVariable] && !env[originsVariable];
  const rpId = isDevelopment ? "localhost" : readRpId(env);
  return Object.freeze({
    /** The domain that passkeys belong to: with another one, nobody can use those that there are. */
    rpId,
    /** The origins of the pages that may ask for them. */
    origins: Object.freeze(isDevelopment ? ["http://localhost:3000"] : readOrigins(env, rpId)),
    /** Whether an account may be made with a passkey and no password. */
    signUp: oneOf(env, "PASSKEY_SIGNUP", ["off", "on"]) === "on",
  });
}

function readRpId(env: Environment): string {
  const rpId = optional(env, rpIdVariable);
  if (!rpId) throw missing(rpIdVariable, "to the domain of your pages, like shop.example");
  const isCanonical = domain.test(rpId) && URL.canParse(`https://${rpId}`) && new URL(`https://${rpId}`).host === rpId;
  if (!isCanonical) throw refuse(rpIdVariable, "must be a domain in lower case, like shop.example");
  return rpId;
}

function readOrigins(env: Environment, rpId: string): string[] {
  const listed = optional(env, originsVariable);
  if (!listed) throw missing(originsVariable, `to the origins of your pages, like https://${rpId}`);
  const origins = listed.split(",").map((origin) => origin.trim());
  if (!origins.every(isSecureOrigin))
    throw refuse(
      originsVariable,
      "must be origins as browsers send them, like https://shop.example, with commas between",
    );
  if (!origins.every((origin) => isWithin(new URL(origin).hostname, rpId)))
    throw refuse(originsVariable, `must be origins of ${rpId} or below it: browsers give its passkeys to no other`);
  return origins;
}

/** In the one spelling that browsers send, and where they offer WebAuthn: over TLS, or on this machine. */
function isSecureOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { origin, protocol, hostname } = new URL(text);
  const isSecure = protocol === "https:" || (protocol === "http:" && hostname === "localhost");
  return origin === text && isSecure && domain.test(hostname);
}

function isWithin(host: string, rpId: string): boolean {
  return host === rpId || host.endsWith(`.${rpId}`);
}
