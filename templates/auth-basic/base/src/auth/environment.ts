import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "dotenv";
import { AuthError } from "./errors.js";
import { projectFolder } from "./project-folder.js";

export type Environment = Record<string, string | undefined>;

const dotenvFile = join(projectFolder, ".env");
const dotenv = readDotenvFile();

/** What `.env` and the real environment say; the latter wins. */
export const environment: Environment = { ...dotenv.values, ...process.env };

const howToGenerate = "`openssl rand -base64 32` makes a good one";
const reference = /\$\{[A-Za-z_]\w*(?:[:?+=-][^}]*)?\}/;

/** Imports run before a `dotenv.config()` in server.ts, so the file is read here; `process.env` is not changed. */
function readDotenvFile(): { values: Environment; failure?: string } {
  try {
    return { values: parse(readFileSync(dotenvFile)) };
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    return { values: {}, ...(code === "ENOENT" ? {} : { failure: code }) };
  }
}

/** The value, without blanks around it; undefined where there is none. */
export function optional(env: Environment, name: string): string | undefined {
  return rawValue(env, name)?.trim() || undefined;
}

export function text(env: Environment, name: string): string {
  const value = optional(env, name);
  if (!value) throw missing(name);
  return value;
}

export function secret(env: Environment, name: string, minBytes: number): string {
  const value = rawValue(env, name);
  if (!value) throw missing(name, `(${howToGenerate})`);
  if (Buffer.byteLength(value) < minBytes) throw refuse(name, `is shorter than ${minBytes} bytes (${howToGenerate})`);
  if (new Set(value).size < 8 || /change.?me|your.?secret|placeholder/i.test(value)) {
    throw refuse(name, `is too easy to guess (${howToGenerate})`);
  }
  return value;
}

export function optionalSecret(env: Environment, name: string, minBytes: number): string | undefined {
  return env[name] ? secret(env, name, minBytes) : undefined;
}

/** Other readers of `.env` put another variable's value there: a secret that says `${NAME}` would be known to everybody. */
function rawValue(env: Environment, name: string): string | undefined {
  const value = env[name];
  if (value && reference.test(value))
    throw refuse(name, `holds \${NAME}, which nothing is put in place of here: write the value itself`);
  return value;
}

export function number(
  env: Environment,
  name: string,
  fallback: number,
  range: { from?: number; above?: number; to: number },
): number {
  const raw = optional(env, name);
  if (!raw) return fallback;
  const value = /^\d+(\.\d+)?$/.test(raw) ? Number(raw) : Number.NaN;
  const low = range.above ?? range.from ?? 0;
  const highEnough = range.above === undefined ? value >= low : value > low;
  if (highEnough && value <= range.to) return value;
  throw refuse(name, `must be a number ${range.above === undefined ? "from" : "above"} ${low} to ${range.to}`);
}

export function oneOf(env: Environment, name: string, values: readonly [string, ...string[]]): string {
  const value = optional(env, name) ?? values[0];
  if (!values.includes(value)) throw refuse(name, `must be one of: ${values.join(", ")}`);
  return value;
}

/**
 * The address of a server, with the user and password that it may hold. No error repeats a piece of it.
 *
 * RFC 3986, section 3.2: what stands for itself in a password ends the part that it stands in, and the rest would be taken
 * for the name of a host, and be looked up.
 */
export function serverUrl(name: string, text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && isWhole(url)) return url;
  throw refuse(name, "is no URL; in its user and password, percent-encode / as %2F, # as %23, ? as %3F and % as %25");
}

function isWhole({ username, password, pathname, search, hash }: URL): boolean {
  const endsEarly = hash !== "" || pathname.includes("@") || /^\?[^=]*@/.test(search);
  return !endsEarly && decoded(username) !== undefined && decoded(password) !== undefined;
}

/** What a part of a URL stands for; undefined where a % in it stands for nothing. */
export function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

/** The error for a variable that nothing works without; `hint` says what to set it to. */
export function missing(name: string, hint = ""): AuthError {
  const unread = dotenv.failure ? `; ${dotenvFile} is there, but can't be read (${dotenv.failure})` : "";
  const place = projectFolder === process.cwd() ? ".env" : dotenvFile;
  return refuse(name, `is missing: set it in ${place} or in the environment ${hint}`.trimEnd() + unread);
}

/** The error for a variable that the module can't start with: `refuse("BCRYPT_COST", "must be a whole number")`. */
export function refuse(name: string, problem: string): AuthError {
  return new AuthError("JWTEnvVariableMissing", { detail: `${name} ${problem}.` });
}
