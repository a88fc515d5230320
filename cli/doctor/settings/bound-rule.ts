import type { CallExpression } from "@babel/types";
import { dottedName, isCall, methodName } from "../../edits/entry/expression.js";
import { walk } from "../../edits/syntax.js";
import type { BoundRule } from "../../registry/facts/facts.js";
import type { Checkup, Finding } from "../checkup.js";
import { isTest } from "../code/locate.js";
import { type Code, codeOf } from "../code/values.js";
import { type CodeSetting, numbersIn, settingsIn, speaksOf } from "./code-settings.js";
import { settingsOf } from "./env-settings.js";

/** A number that is out of bounds: by the environment, or by what the code takes without it. */
export function brokenBound(rule: BoundRule, checkup: Checkup): Finding[] {
  return [...inEnvironment(rule, checkup), ...inCode(rule, checkup)];
}

function inEnvironment(rule: BoundRule, checkup: Checkup): Finding[] {
  return settingsOf(checkup, rule.variable)
    .filter(({ value }) => isOut(value, rule))
    .map(({ value, file, line }) => finding({ ...rule, ...rule.inEnv }, value, file, line));
}

function inCode(rule: BoundRule, checkup: Checkup): Finding[] {
  const { held, handed = [] } = rule;
  const wanted = speaksOf([
    ...held.flatMap(({ variable, names }) => [variable, ...names]),
    ...handed.map(({ call, of = call }) => of),
  ]);
  return codeOf(checkup, ({ path, text }) => wanted.test(text) && !isTest(path, checkup.record)).flatMap((code) => {
    const found = [
      ...held.flatMap(({ per, ...names }) => numbersOf(settingsIn(code, names), code, per)),
      ...handed.flatMap((one) => numbersOf(handedIn(code, one), code, one.per)),
    ];
    const out = new Map(found.filter(({ value }) => isOut(value, rule)).map(({ value, line }) => [line, value]));
    return [...out].map(([line, value]) => finding(rule, value, code.path, line));
  });
}

function numbersOf(settings: readonly CodeSetting[], code: Code, per: number | undefined) {
  return settings.flatMap(({ value, line }) =>
    numbersIn(value, code).map((number) => ({ value: per ? Math.round(number / per) : number, line })),
  );
}

/** `bcrypt.hash(password, 8)`, `signAccessToken(session, 86_400)` */
function handedIn(code: Code, { call, of, at }: NonNullable<BoundRule["handed"]>[number]): CodeSetting[] {
  const found: CodeSetting[] = [];
  const isIt = (node: CallExpression) =>
    of === undefined
      ? dottedName(node.callee) === call
      : methodName(node) === call && dottedName(node).toLowerCase().includes(of.toLowerCase());
  walk(code.file.program, (node) => {
    if (!isCall(node) || !isIt(node)) return;
    const value = node.arguments[at];
    if (value) found.push({ value, line: node.loc!.start.line });
  });
  return found;
}

function isOut(value: number, { least = -Infinity, most = Infinity }: BoundRule): boolean {
  return value < least || value > most;
}

type Said = Pick<BoundRule, "check" | "level" | "what" | "why" | "fix">;

function finding({ check, level, what, why, fix }: Said, value: number, file: string, line: number | null): Finding {
  return { check, level, file, line, what: what.replaceAll("{value}", String(value)), why, fix };
}
