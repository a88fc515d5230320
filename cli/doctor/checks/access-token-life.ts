import type { Check } from "../checkup.js";
import { settingsOf } from "../settings.js";

const mostMinutes = 60;

/** Access tokens that live too long. */
export const accessTokenLife: Check = {
  name: "access-token-life",
  run: (checkup) =>
    settingsOf(checkup, "ACCESS_TOKEN_MINUTES")
      .filter(({ value }) => value > mostMinutes)
      .map(({ value, file, line }) => ({
        level: "warning",
        file,
        line,
        what: `access tokens live ${value} minutes`,
        why: "a stolen one works for that long wherever revocations are not looked up",
        fix: "take the line out (the default is 15): clients refresh by themselves",
      })),
};
