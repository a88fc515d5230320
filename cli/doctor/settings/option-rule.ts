import { walk } from "../../edits/syntax.js";
import type { OptionRule } from "../../registry/facts/facts.js";
import type { Checkup, Finding } from "../checkup.js";
import { isTest } from "../code/locate.js";
import { type Code, codeOf, isTrue, nameOf, valuesOf } from "../code/values.js";
import { numbersIn } from "./code-settings.js";

/** A member of an options object that is true, or more than it may be. */
export function optionSet(rule: OptionRule, checkup: Checkup): Finding[] {
  const names = Object.keys(rule.members);
  const { check, level, what, why, fix } = rule;
  return codeOf(
    checkup,
    ({ path, text }) => names.some((name) => text.includes(name)) && !isTest(path, checkup.record),
  ).flatMap((code) => linesIn(code, rule).map((line) => ({ check, level, file: code.path, line, what, why, fix })));
}

function linesIn(code: Code, { members }: OptionRule): number[] {
  const lines: number[] = [];
  walk(code.file.program, (node) => {
    if (node.type !== "ObjectProperty" || !Object.hasOwn(members, nameOf(node.key))) return;
    const { most } = members[nameOf(node.key)]!;
    const isSet =
      most === undefined
        ? valuesOf(node.value, code).some(isTrue)
        : numbersIn(node.value, code).some((value) => value > most);
    if (isSet) lines.push(node.loc!.start.line);
  });
  return lines;
}
