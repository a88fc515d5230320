import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "dotenv";
import { AuthError } from "./errors.js";

export type Environment = Record<string, string | undefined>;

/** What `.env` and the real environment say; the latter wins. */
export const environment: Environment = { ...readDotenvFile(), ...process.env };

const howToGenerate = "`openssl rand -base64 32` makes a good one";

/** Imports run before a `dotenv.config()` in server.ts, so the file is read here; `process.env` is not changed. */
function readDotenvFile(): Environment {
  try {
    return parse(readFileSync(join(process.cwd(), ".env")));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw refuse(".env", `can't be read (${(error as NodeJS.ErrnoException).code})`);
  }
}

export function text(env: Environment, name: string): string {
  const value = env[name]?.trim();
  if (!value) throw refuse(name, "is missing: set it in .env or in the environment");
  return value;
}

export function secret(env: Environment, name: string, minBytes: number): string {
  const value = env[name];
  if (!value) throw refuse(name, `is missing: set it in .env or in the environment (${howToGenerate})`);
  if (Buffer.byteLength(value) < minBytes) throw refuse(name, `is shorter than ${minBytes} bytes (${howToGenerate})`);
  if (new Set(value).size < 8 || /change.?me|your.?secret|placeholder/i.test(value)) {
    throw refuse(name, `is too easy to guess (${howToGenerate})`);
  }
  return value;
}

export function optionalSecret(env: Environment, name: string, minBytes: number): string | undefined {
  return env[name] ? secret(env, name, minBytes) : undefined;
}

export function number(
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

export function oneOf(env: Environment, name: string, values: readonly [string, ...string[]]): string {
  const value = env[name]?.trim() || values[0];
  if (!values.includes(value)) throw refuse(name, `must be one of: ${values.join(", ")}`);
  return value;
}

/** The error for a variable that the module can't start with: `refuse("BCRYPT_COST", "must be a whole number")`. */
export function refuse(name: string, problem: string): AuthError {
  return new AuthError("JWTEnvVariableMissing", { detail: `${name} ${problem}.` });
}
