import { walk } from "../../../edits/syntax.js";
import type { Check } from "../../checkup.js";
import { numbersIn } from "../../code/code-settings.js";
import { isTest } from "../../code/locate.js";
import { type Code, codeOf, isTrue, nameOf, valuesOf } from "../../code/values.js";

const mostToleranceSeconds = 600;

/** A token that is taken after its end: `ignoreExpiration`, or a tolerance of more than ten minutes. */
export const ignoredExpiry: Check = {
  name: "ignored-expiry",
  run: (checkup) =>
    codeOf(
      checkup,
      ({ path, text }) => /ignoreExpiration|clockTolerance/.test(text) && !isTest(path, checkup.record),
    ).flatMap((code) =>
      linesIn(code).map((line) => ({
        level: "unsafe",
        file: code.path,
        line,
        what: "a token is taken after it has expired",
        why: "one that was stolen once works for ever",
        fix: "take the option out: clients refresh by themselves",
      })),
    ),
};

function linesIn(code: Code): number[] {
  const lines: number[] = [];
  walk(code.file.program, (node) => {
    if (node.type !== "ObjectProperty") return;
    const name = nameOf(node.key);
    const ignored = name === "ignoreExpiration" && valuesOf(node.value, code).some(isTrue);
    const late =
      name === "clockTolerance" && numbersIn(node.value, code).some((seconds) => seconds > mostToleranceSeconds);
    if (ignored || late) lines.push(node.loc!.start.line);
  });
  return lines;
}
