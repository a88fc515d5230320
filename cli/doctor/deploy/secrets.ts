import { envKeys } from "../../edits/dotenv.js";
import type { Secrets } from "../../registry/facts/facts.js";
import type { Checkup, EnvFile } from "../checkup.js";

/** A secret that an installed item knows, and what it says of it. */
export interface KnownSecret extends Pick<Secrets, "weak" | "known"> {
  /** The fewest bytes that it may have. */
  readonly least: number;
}

type Known = Pick<Checkup, "facts">;

/** The secrets of the installed items, by name. No item makes less of another's. */
export function knownSecrets({ facts }: Known): ReadonlyMap<string, KnownSecret> {
  const known = new Map<string, KnownSecret>();
  for (const { secrets } of facts.values()) {
    for (const [name, { least }] of Object.entries(secrets?.names ?? {})) {
      const other = known.get(name);
      known.set(name, other ? { ...other, least: Math.max(least, other.least) } : { ...secrets, least });
    }
  }
  return known;
}

/** The variables of installed items that hold a private key. */
export function privateKeyNames({ facts }: Known): string[] {
  const all = [...facts.values()].flatMap(({ secrets }) => Object.entries(secrets?.names ?? {}));
  return all.flatMap(([name, { form }]) => (form === "private key" ? [name] : []));
}

export interface Secret {
  readonly name: string;
  readonly value: string;
  readonly file: EnvFile;
  readonly known: KnownSecret;
}

/** Every secret with a value in an environment file that something runs with. */
export function secretsOf({ env, facts }: Known & Pick<Checkup, "env">): Secret[] {
  const known = [...knownSecrets({ facts })];
  return env.filter(isInUse).flatMap((file) => {
    const values = envKeys(file.text);
    return known.flatMap(([name, one]) => {
      const value = values.get(name);
      return value ? [{ name, value, file, known: one }] : [];
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
