import type { Node } from "@babel/types";
import { dottedName, isCall, methodName } from "../../../edits/entry/expression.js";
import { walk } from "../../../edits/syntax.js";
import type { Check, Checkup, Finding } from "../../checkup.js";
import { numbersIn, settingsIn } from "../../code/code-settings.js";
import { isTest } from "../../code/locate.js";
import { type Code, codeOf } from "../../code/values.js";
import { settingsOf } from "../../deploy/settings.js";

const leastCost = 10;
const names = { variable: "BCRYPT_COST", held: /^(bcrypt_?(cost|rounds)|salt_?rounds)$/i };

/** Password hashes that are too quick to try: by the environment, or by what the code takes without it. */
export const bcryptCost: Check = {
  name: "bcrypt-cost",
  run: (checkup) => [...inEnvironment(checkup), ...inCode(checkup)],
};

function inEnvironment(checkup: Checkup): Finding[] {
  return settingsOf(checkup, names.variable)
    .filter(({ value }) => value < leastCost)
    .map(({ value, file, line }) => ({
      ...finding(`BCRYPT_COST is ${value}`, file, line),
      fix: "take the line out (the default is 12), or set 10 or more; hashes follow as their owners log in",
    }));
}

function inCode(checkup: Checkup): Finding[] {
  const wanted = /bcrypt|salt_?rounds/i;
  return codeOf(checkup, ({ path, text }) => wanted.test(text) && !isTest(path, checkup.record)).flatMap((code) => {
    const costs = [...settingsIn(code, names), ...handedCosts(code)].flatMap(({ value, line }) =>
      numbersIn(value, code).map((cost) => ({ cost, line })),
    );
    const low = new Map(costs.filter(({ cost }) => cost < leastCost).map(({ cost, line }) => [line, cost]));
    return [...low].map(([line, cost]) => finding(`the cost of bcrypt is ${cost} in the code`, code.path, line));
  });
}

/** `bcrypt.hash(password, 8)`, `bcrypt.genSalt(8)` */
function handedCosts(code: Code): { value: Node; line: number }[] {
  const found: { value: Node; line: number }[] = [];
  walk(code.file.program, (node) => {
    if (!isCall(node) || !/bcrypt/i.test(dottedName(node))) return;
    const at = { hash: 1, hashSync: 1, genSalt: 0, genSaltSync: 0 }[methodName(node)];
    const value = at === undefined ? undefined : node.arguments[at];
    if (value) found.push({ value, line: node.loc!.start.line });
  });
  return found;
}

function finding(what: string, file: string, line: number | null): Finding {
  return {
    level: "unsafe",
    file,
    line,
    what,
    why: `each step below ${leastCost} makes stolen hashes twice as quick to crack`,
    fix: "put 10 or more there (12 is usual); hashes follow as their owners log in",
  };
}
