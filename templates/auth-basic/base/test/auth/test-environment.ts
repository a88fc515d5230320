import { randomBytes } from "node:crypto";
import * as runner from "vitest";
import { databaseUrl } from "./database-url.js";

/**
 * The environment of the tests, whatever `.env` or the shell say. The module reads its configuration when it is
 * imported: so this file comes before any import of it.
 */
export const environment = {
  NODE_ENV: "test",
  AUTH_DATABASE_URL: databaseUrl,
  DATABASE_ENCRYPTION_KEY: "",
  JWT_SECRET_KEY: randomSecret(),
  JWT_SECRET_KEY_PREVIOUS: randomSecret(),
  JWT_ISSUER: "auth-tests",
  PASSWORD_PEPPER: randomSecret(),
  PASSWORD_PEPPER_PREVIOUS: randomSecret(),
  AUTH_RATE_LIMIT: "on",
  ACCESS_TOKEN_MINUTES: "15",
  REFRESH_TOKEN_DAYS: "31",
  SESSION_MAX_DAYS: "365",
  REFRESH_GRACE_SECONDS: "0",
  BCRYPT_COST: "4",
};

Object.assign(process.env, environment);

/** A loaded CI machine needs more than the usual five seconds. Vitest has `vi`, Jest `jest`. */
const timeouts: {
  readonly vi?: { setConfig(config: { testTimeout: number; hookTimeout: number }): void };
  readonly jest?: { setTimeout(ms: number): unknown };
} = runner;
timeouts.vi?.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });
timeouts.jest?.setTimeout(60_000);

function randomSecret(): string {
  return randomBytes(32).toString("base64");
}
