import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "dotenv";
import { AuthError } from "./errors.js";

type Environment = Record<string, string | undefined>;

const howToGenerate = "`openssl rand -base64 32` makes a good one";

/** The environment, read once. Every knob of the module that is not a constant beside its use is here. */
export const config = readConfig({ ...readDotenvFile(), ...process.env });

export type Config = ReturnType<typeof readConfig>;

/**
 * Checks and converts the module's environment variables.
 *
 * @throws AuthError "JWTEnvVariableMissing" that names the first missing, weak or unparsable variable.
 */
export function readConfig(env: Environment) {
  return Object.freeze({
    jwtSecretKey: secret(env, "JWT_SECRET_KEY", 32),
    /** Verifies only, while a key is being replaced. */
    jwtSecretKeyPrevious: optionalSecret(env, "JWT_SECRET_KEY_PREVIOUS", 32),
    jwtIssuer: text(env, "JWT_ISSUER"),
    passwordPepper: secret(env, "PASSWORD_PEPPER", 16),
    /** Verifies only; hashes move to the new pepper as their owners log in. */
    passwordPepperPrevious: optionalSecret(env, "PASSWORD_PEPPER_PREVIOUS", 16),
    databaseUrl: env["DATABASE_URL"]?.trim() || undefined,
    databaseEncryptionKey: optionalSecret(env, "DATABASE_ENCRYPTION_KEY", 16),
    rateLimit: oneOf(env, "AUTH_RATE_LIMIT", ["on", "off"]) === "on",
    accessTokenSeconds: Math.max(1, Math.round(number(env, "ACCESS_TOKEN_MINUTES", 15, { above: 0, to: 1440 }) * 60)),
    refreshTokenSeconds: number(env, "REFRESH_TOKEN_DAYS", 31, { above: 0, to: 3650 }) * 86_400,
    sessionMaxSeconds: number(env, "SESSION_MAX_DAYS", 365, { above: 0, to: 3650 }) * 86_400,
    /** 0 is strict: a refresh token that was used a millisecond ago ends the login. */
    refreshGraceSeconds: number(env, "REFRESH_GRACE_SECONDS", 0, { from: 0, to: 300 }),
    bcryptCost: bcryptCost(env),
  });
}

/** Imports run before a `dotenv.config()` in server.ts, so the file is read here; `process.env` is not changed. */
function readDotenvFile(): Environment {
  try {
    return parse(readFileSync(join(process.cwd(), ".env")));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw refuse(".env", `can't be read (${(error as NodeJS.ErrnoException).code})`);
  }
}

function text(env: Environment, name: string): string {
  const value = env[name]?.trim();
  if (!value) throw refuse(name, "is missing: set it in .env or in the environment");
  return value;
}

function secret(env: Environment, name: string, minBytes: number): string {
  const value = env[name];
  if (!value) throw refuse(name, `is missing: set it in .env or in the environment (${howToGenerate})`);
  if (Buffer.byteLength(value) < minBytes) throw refuse(name, `is shorter than ${minBytes} bytes (${howToGenerate})`);
  if (new Set(value).size < 8 || /change.?me|your.?secret|placeholder/i.test(value)) {
    throw refuse(name, `is too easy to guess (${howToGenerate})`);
  }
  return value;
}

function optionalSecret(env: Environment, name: string, minBytes: number): string | undefined {
  return env[name] ? secret(env, name, minBytes) : undefined;
}

function number(
  env: Environment,
  name: string,
  fallback: number,
  range: { from?: number; above?: number; to: number },
): number {
  const raw = env[name]?.trim();
  if (!raw) return fallback;
  const value = /^\d+(\.\d+)?$/.test(raw) ? Number(raw) : Number.NaN;
  const low = range.above ?? range.from ?? 0;
  const highEnough = range.above === undefined ? value >= low : value > low;
  if (highEnough && value <= range.to) return value;
  throw refuse(name, `must be a number ${range.above === undefined ? "from" : "above"} ${low} to ${range.to}`);
}

function bcryptCost(env: Environment): number {
  const inProduction = env["NODE_ENV"] === "production";
  const cost = number(env, "BCRYPT_COST", 12, { from: inProduction ? 10 : 4, to: 16 });
  if (!Number.isInteger(cost)) throw refuse("BCRYPT_COST", "must be a whole number");
  return cost;
}

function oneOf(env: Environment, name: string, values: readonly [string, ...string[]]): string {
  const value = env[name]?.trim() || values[0];
  if (!values.includes(value)) throw refuse(name, `must be one of: ${values.join(", ")}`);
  return value;
}

function refuse(name: string, problem: string): AuthError {
  return new AuthError("JWTEnvVariableMissing", { detail: `${name} ${problem}.` });
}
