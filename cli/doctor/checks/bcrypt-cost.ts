import type { Check } from "../checkup.js";
import { settingsOf } from "../settings.js";

const leastCost = 10;

/** Password hashes that are too quick to try. */
export const bcryptCost: Check = {
  name: "bcrypt-cost",
  run: (checkup) =>
    settingsOf(checkup, "BCRYPT_COST")
      .filter(({ value }) => value < leastCost)
      .map(({ value, file, line }) => ({
        level: "unsafe",
        file,
        line,
        what: `BCRYPT_COST is ${value}`,
        why: `each step below ${leastCost} makes stolen hashes twice as quick to crack`,
        fix: "take the line out (the default is 12), or set 10 or more; hashes follow as their owners log in",
      })),
};
