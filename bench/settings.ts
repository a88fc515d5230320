import { randomBytes } from "node:crypto";

/** The environment of one installed module: fresh secrets, everything else as it ships. */
export function moduleSettings(databaseUrl: string): Record<string, string> {
  return {
    JWT_SECRET_KEY: randomBytes(32).toString("base64"),
    PASSWORD_PEPPER: randomBytes(32).toString("base64"),
    JWT_ISSUER: "bench",
    DATABASE_URL: databaseUrl,
  };
}
