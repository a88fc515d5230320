import type { Node } from "@babel/types";
import { envKeys } from "../../edits/dotenv.js";
import { recordedPaths } from "../../record/recorded-paths.js";
import type { SwitchRule } from "../../registry/facts/facts.js";
import type { Checkup, Finding } from "../checkup.js";
import { isTest, lineOfKey } from "../code/locate.js";
import { codeOf, valuesOf } from "../code/values.js";
import { assignedIn, isForProduction } from "../deploy/deploy-values.js";
import { isInUse } from "../deploy/secrets.js";
import { settingsIn, speaksOf } from "./code-settings.js";

/** A protection that is switched off: in an environment file, where it is deployed, or by the code itself. */
export function switchedOff(rule: SwitchRule, checkup: Checkup): Finding[] {
  return [...inEnvironment(rule, checkup), ...inDeployment(rule, checkup), ...inCode(rule, checkup)];
}

/** `.env` may be of a developer's own machine. */
function inEnvironment(rule: SwitchRule, { env }: Checkup): Finding[] {
  const { variable, off } = rule;
  return env
    .filter((file) => isInUse(file) && !/\.(local|dev|development)\b/.test(file.path))
    .filter(({ text }) => envKeys(text).get(variable)?.trim() === off)
    .map(({ path, text }) => {
      const isPlain = path === ".env" && envKeys(text).get("NODE_ENV")?.trim() !== "production";
      return finding(rule, path, lineOfKey(text, variable), isPlain ? "warning" : "unsafe");
    });
}

function inDeployment(rule: SwitchRule, { deploy }: Checkup): Finding[] {
  return deploy
    .filter(isForProduction)
    .flatMap((file) => assignedIn(file, [rule.variable]).map((one) => ({ file, ...one })))
    .filter(({ value, file }) => value === rule.off && !file.path.includes("workflows/"))
    .map(({ file, line }) => finding(rule, file.path, line, "unsafe"));
}

function inCode(rule: SwitchRule, checkup: Checkup): Finding[] {
  const { variable, names } = rule;
  const pattern = speaksOf([variable, ...names]);
  const wanted = ({ path, text }: { path: string; text: string }) =>
    pattern.test(text) && !isTest(path, checkup.record);
  const installed = recordedPaths(checkup.record);
  return codeOf(checkup, wanted).flatMap((code) => {
    const found = settingsIn(code, { variable, names: installed.has(code.path) ? names : [] });
    const off = found.filter(({ value }) => valuesOf(value, code).some((one) => isOff(one, rule.off)));
    return off.map(({ line }) => finding(rule, code.path, line, "unsafe"));
  });
}

/** Of `["off", "on"]` the first is what holds without the variable. */
function isOff(value: Node, off: string): boolean {
  if (value.type === "BooleanLiteral") return !value.value;
  if (value.type === "ArrayExpression") return Boolean(value.elements[0] && isOff(value.elements[0], off));
  return value.type === "StringLiteral" && value.value === off;
}

function finding(
  { check, what, why, fix }: SwitchRule,
  file: string,
  line: number | null,
  level: Finding["level"],
): Finding {
  return { check, level, file, line, what, why, fix };
}
