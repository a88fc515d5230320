import {
  type Environment,
  environment,
  number,
  oneOf,
  optional,
  optionalSecret,
  refuse,
  secret,
  text,
} from "./environment.js";

/**
 * What may name the module's own database. Any other DATABASE_URL is the application's: `mysql:`, `prisma+postgres:`, a path.
 * `${NAME}` could be either, and is refused.
 */
const mayBeOurs = /^(file|postgres|postgresql):|^\$\{/i;

/** What each secret is for; the previous one is of the same purpose. */
const purposes = [
  ["JWT_SECRET_KEY", "JWT_SECRET_KEY_PREVIOUS"],
  ["PASSWORD_PEPPER", "PASSWORD_PEPPER_PREVIOUS"],
  ["DATABASE_ENCRYPTION_KEY"],
];

/** The environment, read once. Every knob of the module that is not a constant beside its use is here. */
export const config = readConfig(environment);

/**
 * Checks and converts the module's environment variables.
 *
 * @throws AuthError "JWTEnvVariableMissing" that names the first missing, weak or unparsable variable.
 */
export function readConfig(env: Environment) {
  checkSecretsDiffer(env);
  return Object.freeze({
    jwtSecretKey: secret(env, "JWT_SECRET_KEY", 32),
    /** Verifies only, while a key is being replaced. */
    jwtSecretKeyPrevious: optionalSecret(env, "JWT_SECRET_KEY_PREVIOUS", 32),
    jwtIssuer: text(env, "JWT_ISSUER"),
    passwordPepper: secret(env, "PASSWORD_PEPPER", 16),
    /** Verifies only; hashes move to the new pepper as their owners log in. */
    passwordPepperPrevious: optionalSecret(env, "PASSWORD_PEPPER_PREVIOUS", 16),
    databaseUrl: databaseUrl(env),
    databaseEncryptionKey: optionalSecret(env, "DATABASE_ENCRYPTION_KEY", 16),
    /** Postgres: how many connections a process has at most. */
    databasePoolSize: poolSize(env),
    /** A test brings its database when it needs one. */
    asksDatabaseAtStart: env["NODE_ENV"] !== "test",
    rateLimit: oneOf(env, "AUTH_RATE_LIMIT", ["on", "off"]) === "on",
    accessTokenSeconds: Math.max(1, Math.round(number(env, "ACCESS_TOKEN_MINUTES", 15, { above: 0, to: 1440 }) * 60)),
    refreshTokenSeconds: number(env, "REFRESH_TOKEN_DAYS", 31, { above: 0, to: 3650 }) * 86_400,
    sessionMaxSeconds: number(env, "SESSION_MAX_DAYS", 365, { above: 0, to: 3650 }) * 86_400,
    /** 0 is strict: a refresh token that was used a millisecond ago ends the login. */
    refreshGraceSeconds: number(env, "REFRESH_GRACE_SECONDS", 0, { from: 0, to: 300 }),
    bcryptCost: bcryptCost(env),
  });
}

/** The variable that names the database, and what it says. */
function databaseUrl(env: Environment): { variable: string; value: string } | undefined {
  const own = optional(env, "AUTH_DATABASE_URL");
  if (own) return { variable: "AUTH_DATABASE_URL", value: own };
  if (!mayBeOurs.test(env["DATABASE_URL"]?.trim() ?? "")) return undefined;
  return { variable: "DATABASE_URL", value: text(env, "DATABASE_URL") };
}

function poolSize(env: Environment): number {
  const size = number(env, "DATABASE_POOL_SIZE", 10, { from: 1, to: 200 });
  if (!Number.isInteger(size)) throw refuse("DATABASE_POOL_SIZE", "must be a whole number");
  return size;
}

/** Threat: whoever learns a secret that serves two purposes has what each of them protects. */
function checkSecretsDiffer(env: Environment): void {
  const takenBy = new Map<string, string>();
  for (const names of purposes) {
    for (const name of names) {
      const other = takenBy.get(env[name] ?? "");
      if (other) throw refuse(name, `is the same as ${other}: each needs a secret of its own`);
    }
    for (const name of names) if (env[name]) takenBy.set(env[name], name);
  }
}

function bcryptCost(env: Environment): number {
  const inProduction = env["NODE_ENV"] === "production";
  const cost = number(env, "BCRYPT_COST", 12, { from: inProduction ? 10 : 4, to: 16 });
  if (!Number.isInteger(cost)) throw refuse("BCRYPT_COST", "must be a whole number");
  return cost;
}
