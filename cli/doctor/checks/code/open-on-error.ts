import type { Check } from "../../checkup.js";
import { isTest } from "../../code/locate.js";
import { passesOnError } from "../../code/passes-on-error.js";
import { codeOf } from "../../code/values.js";

const asks =
  /authenticate|protectedRoute|verifyAccessToken|readBearerToken|bearerToken|isRevoked|isSessionLive|findRole|ageOfLogin|jwtVerify|jwt\.verify/;

/** A guard that lets a request pass when the look at it fails. */
export const openOnError: Check = {
  name: "open-on-error",
  run: (checkup) => {
    const installed = new Set(Object.values(checkup.record.items).flatMap(({ files }) => Object.keys(files)));
    return codeOf(checkup, ({ path, text }) => asks.test(text) && !isTest(path, checkup.record)).flatMap((code) =>
      passesOnError(code, { installed: installed.has(code.path) }).map((line) => ({
        level: installed.has(code.path) ? ("unsafe" as const) : ("warning" as const),
        file: code.path,
        line,
        what: "a request passes when the look at who sends it fails",
        why: "an expired or forged token, or a database that does not answer, then opens the route",
        fix: "answer 401, or 503, there; where a login is only welcome, say so in the function's name: optionalAuth",
      })),
    );
  },
};
