import { envKeys } from "../../edits/dotenv.js";
import type { UntilRule } from "../../registry/facts/facts.js";
import type { Checkup, Finding } from "../checkup.js";
import { lineOfKey } from "../code/locate.js";
import { isInUse } from "../deploy/secrets.js";

/** A time in an environment file that is past: nothing goes by it any more, and it may go. */
export function past({ check, variable, what, why, fix }: UntilRule, { env, now }: Checkup): Finding[] {
  return env.filter(isInUse).flatMap(({ path, text }): Finding[] => {
    const time = Date.parse(envKeys(text).get(variable)?.trim() ?? "");
    if (!(time <= now.getTime())) return [];
    return [{ check, level: "hint", file: path, line: lineOfKey(text, variable), what, why, fix }];
  });
}
