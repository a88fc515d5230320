import { envKeys } from "../../edits/dotenv.js";
import type { Checkup, EnvFile } from "../checkup.js";

/** The secrets of the module, and the fewest bytes that each may have. */
export const secretNames: Readonly<Record<string, number>> = {
  JWT_SECRET_KEY: 32,
  JWT_SECRET_KEY_PREVIOUS: 32,
  PASSWORD_PEPPER: 16,
  PASSWORD_PEPPER_PREVIOUS: 16,
  DATABASE_ENCRYPTION_KEY: 16,
};

/** Those, and what installed items have made of their own. */
export function secretNamesOf({ items, record }: Pick<Checkup, "items" | "record">): string[] {
  const installed = items.filter(({ name }) => record.items[name]);
  const made = installed.flatMap(({ env }) => env.filter(({ value }) => value === "secret").map(({ name }) => name));
  return [...new Set([...Object.keys(secretNames), ...made])];
}

export interface Secret {
  readonly name: string;
  readonly value: string;
  readonly file: EnvFile;
}

/** Every secret with a value in an environment file that something runs with. */
export function secretsOf({ env }: Pick<Checkup, "env">): Secret[] {
  return env.filter(isInUse).flatMap((file) => {
    const values = envKeys(file.text);
    return Object.keys(secretNames).flatMap((name) => {
      const value = values.get(name);
      return value ? [{ name, value, file }] : [];
    });
  });
}

/** Not an example, and not made up for tests: `.env.example`, `.env.test`. */
export function isInUse({ path }: Pick<EnvFile, "path">): boolean {
  return !/\.(example|sample|template|dist|defaults?|test|ci)\b/.test(path);
}

/** Values long enough that finding one elsewhere is no accident. */
export function telling(secrets: readonly Secret[]): Secret[] {
  return secrets.filter(({ value }) => value.length >= 12);
}
