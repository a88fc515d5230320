import { envKeys } from "../../edits/dotenv.js";
import type { Checkup } from "../checkup.js";
import { lineOfKey } from "../code/locate.js";
import { isInUse } from "../deploy/secrets.js";

/** A number in an environment file. */
export interface Setting {
  readonly value: number;
  readonly file: string;
  readonly line: number | null;
}

/** Every value that an environment file has for a number. */
export function settingsOf({ env }: Pick<Checkup, "env">, name: string): Setting[] {
  return env.filter(isInUse).flatMap(({ path, text }) => {
    const raw = envKeys(text).get(name)?.trim();
    return raw && /^\d+(\.\d+)?$/.test(raw) ? [{ value: Number(raw), file: path, line: lineOfKey(text, name) }] : [];
  });
}
