import type { Node } from "@babel/types";
import { dottedName, isCall } from "../../../edits/entry/expression.js";
import { walk } from "../../../edits/syntax.js";
import type { Check, Checkup, Finding } from "../../checkup.js";
import { type CodeSetting, numbersIn, settingsIn } from "../../code/code-settings.js";
import { isTest } from "../../code/locate.js";
import { type Code, codeOf } from "../../code/values.js";
import { settingsOf } from "../../deploy/settings.js";

const mostMinutes = 60;
const inMinutes = { variable: "ACCESS_TOKEN_MINUTES", held: /^access_?token_?minutes$/i };
const inSeconds = { variable: "ACCESS_TOKEN_SECONDS", held: /^access_?token_?seconds$/i };

/** Access tokens that live too long: by the environment, or by what the code takes without it. */
export const accessTokenLife: Check = {
  name: "access-token-life",
  run: (checkup) => [
    ...settingsOf(checkup, inMinutes.variable)
      .filter(({ value }) => value > mostMinutes)
      .map(({ value, file, line }) => finding(value, file, line)),
    ...inCode(checkup),
  ],
};

function inCode(checkup: Checkup): Finding[] {
  const wanted = /access_?token/i;
  return codeOf(checkup, ({ path, text }) => wanted.test(text) && !isTest(path, checkup.record)).flatMap((code) => {
    const lives = [
      ...minutesOf(settingsIn(code, inMinutes), code, 1),
      ...minutesOf([...settingsIn(code, inSeconds), ...signedLives(code)], code, 60),
    ];
    const long = new Map(
      lives.filter(({ minutes }) => minutes > mostMinutes).map(({ minutes, line }) => [line, minutes]),
    );
    return [...long].map(([line, minutes]) => finding(minutes, code.path, line));
  });
}

function minutesOf(settings: readonly CodeSetting[], code: Code, parts: number) {
  return settings.flatMap(({ value, line }) =>
    numbersIn(value, code).map((number) => ({ minutes: Math.round(number / parts), line })),
  );
}

/** `signAccessToken(session, 86_400)` */
function signedLives(code: Code): { value: Node; line: number }[] {
  const found: { value: Node; line: number }[] = [];
  walk(code.file.program, (node) => {
    if (isCall(node) && dottedName(node.callee) === "signAccessToken" && node.arguments[1])
      found.push({ value: node.arguments[1], line: node.loc!.start.line });
  });
  return found;
}

function finding(minutes: number, file: string, line: number | null): Finding {
  return {
    level: "warning",
    file,
    line,
    what: `access tokens live ${minutes} minutes`,
    why: "a stolen one works for that long wherever revocations are not looked up",
    fix: "the default is 15: clients refresh by themselves",
  };
}
