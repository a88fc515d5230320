import type { SourceText } from "../../../project/sources/source-files.js";
import { recordedPaths } from "../../../record/recorded-paths.js";
import type { Check, Checkup } from "../../checkup.js";
import { guardNames } from "../../code/guards.js";
import { isTest } from "../../code/locate.js";
import { type Asking, passesOnError } from "../../code/passes-on-error.js";
import { codeOf } from "../../code/values.js";

/** `next` as code has it: in prose a word follows, or the sentence ends. What does neither pass nor deny is not parsed. */
const namesNext = /\bnext\b(?!\s+(?!as\b|satisfies\b)[\w`]|\.\s)/;

/** A guard that lets a request pass when the look at it fails. */
export const openOnError: Check = {
  name: "open-on-error",
  run: (checkup) => {
    const installed = recordedPaths(checkup.record);
    const asking = askingIn(checkup);
    const asked = [...asking.everywhere.calls, "jwtVerify", "jwt.verify"];
    const asks = (text: string) => asked.some((name) => text.includes(name));
    const passes = (text: string) =>
      namesNext.test(text) || asking.everywhere.denies.some((name) => text.includes(name));
    const wanted = ({ path, text }: SourceText) => asks(text) && passes(text) && !isTest(path, checkup.record);
    return codeOf(checkup, wanted).flatMap((code) =>
      passesOnError(code, installed.has(code.path) ? asking.within : asking.everywhere).map((line) => ({
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

/** What the installed items ask with: everywhere, and in their own files. */
function askingIn(checkup: Checkup): { everywhere: Asking; within: Asking } {
  const guards = [...checkup.facts.values()].flatMap(({ guards: one }) => one ?? []);
  const calls = [...guardNames(checkup), ...guards.flatMap(({ asks = [] }) => asks)];
  const denies = guards.flatMap((one) => one.denies ?? []);
  const within = [...calls, ...guards.flatMap(({ asksWithin = [] }) => asksWithin)];
  return { everywhere: { calls, denies }, within: { calls: within, denies } };
}
