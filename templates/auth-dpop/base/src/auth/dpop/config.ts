import { type Environment, environment, missing, oneOf, optional, refuse } from "../environment.js";

const variable = "PUBLIC_ORIGIN";
/** Tests run wherever they do, and prove that they ask for this. */
const originOfTests = "http://localhost";

/** Where clients find the application. */
export interface PublicOrigin {
  /** Scheme, host and port, as browsers spell them. */
  readonly origin: string;
  /** What a proxy takes off the path before the application sees it: "" or "/shop". */
  readonly path: string;
}

/** The environment of DPoP, read once. */
export const dpopConfig = readDpopConfig(environment);

/**
 * Checks and converts `PUBLIC_ORIGIN`, `DPOP_REQUIRED`, `DPOP_NONCES` and `DPOP_REPLAYS`. With NODE_ENV=test they are what
 * they are without a `.env`.
 *
 * @throws AuthError "JWTEnvVariableMissing" that names the variable.
 */
export function readDpopConfig(env: Environment) {
  const isTest = env["NODE_ENV"] === "test";
  const [required, nonces] = [oneOf(env, "DPOP_REQUIRED", ["off", "on"]), oneOf(env, "DPOP_NONCES", ["on", "off"])];
  const replays = oneOf(env, "DPOP_REPLAYS", ["database", "memory"]);
  return Object.freeze({
    publicOrigin: Object.freeze(publicOrigin(env)),
    /** Whether a login takes a proof, unless its session travels in a cookie. */
    required: !isTest && required === "on",
    /** Whether a proof takes a nonce of ours: one that was made ahead of time is worth nothing then. */
    nonces: isTest || nonces === "on",
    /** Where used proofs are remembered: "memory" is that of one process. */
    replays: isTest ? "database" : replays,
  });
}

/** Threat: what a request says of its host is whatever its sender likes. */
function publicOrigin(env: Environment): PublicOrigin {
  const value = optional(env, variable) ?? (env["NODE_ENV"] === "test" ? originOfTests : undefined);
  if (!value) throw missing(variable, "to where your clients find the application, https://...");
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.hostname.includes("*"))
    throw refuse(variable, "must be where your clients find the application, like https://shop.example");
  if (url.protocol === "http:" && env["NODE_ENV"] === "production" && !isThisMachine(url.hostname))
    throw refuse(variable, "must start with https:// in production");
  if (url.username || url.password || /[?#]/.test(value))
    throw refuse(variable, "takes an origin, and the path that a proxy takes off, and nothing else");
  return { origin: url.origin, path: url.pathname.replace(/\/+$/, "") };
}

function isThisMachine(host: string): boolean {
  return ["localhost", "127.0.0.1", "[::1]"].includes(host);
}
