import type { Node } from "@babel/types";
import { envKeys } from "../../../edits/dotenv.js";
import type { Check, Checkup, Finding } from "../../checkup.js";
import { settingsIn } from "../../code/code-settings.js";
import { isTest, lineOfKey } from "../../code/locate.js";
import { codeOf, valuesOf } from "../../code/values.js";
import { assignedIn, isForProduction } from "../../deploy/deploy-values.js";
import { isInUse } from "../../deploy/secrets.js";

const variable = "AUTH_RATE_LIMIT";
const names = { variable, held: /^rateLimit$/ };

/** The limits on guesses of a password, switched off: in an environment file, where it is deployed, or by the code itself. */
export const rateLimitOff: Check = {
  name: "rate-limit-off",
  run: (checkup) => [...inEnvironment(checkup), ...inDeployment(checkup), ...inCode(checkup)],
};

/** `.env` may be of a developer's own machine. */
function inEnvironment({ env }: Checkup): Finding[] {
  return env
    .filter((file) => isInUse(file) && !/\.(local|dev|development)\b/.test(file.path))
    .filter(({ text }) => envKeys(text).get(variable)?.trim() === "off")
    .map(({ path, text }) => {
      const isPlain = path === ".env" && envKeys(text).get("NODE_ENV")?.trim() !== "production";
      return finding(path, lineOfKey(text, variable), isPlain ? "warning" : "unsafe");
    });
}

function inDeployment({ deploy }: Checkup): Finding[] {
  return deploy
    .filter(isForProduction)
    .flatMap((file) => assignedIn(file, [variable]).map((one) => ({ file, ...one })))
    .filter(({ value, file }) => value === "off" && !file.path.includes("workflows/"))
    .map(({ file, line }) => finding(file.path, line, "unsafe"));
}

function inCode(checkup: Checkup): Finding[] {
  const wanted = ({ path, text }: { path: string; text: string }) =>
    /AUTH_RATE_LIMIT|rateLimit/.test(text) && !isTest(path, checkup.record);
  const installed = new Set(Object.values(checkup.record.items).flatMap(({ files }) => Object.keys(files)));
  return codeOf(checkup, wanted).flatMap((code) => {
    const found = settingsIn(code, installed.has(code.path) ? names : { ...names, held: /(?!)/ });
    const off = found.filter(({ value }) => valuesOf(value, code).some(isOff));
    return off.map(({ line }) => finding(code.path, line, "unsafe"));
  });
}

/** Of `["off", "on"]` the first is what holds without the variable. */
function isOff(value: Node): boolean {
  if (value.type === "BooleanLiteral") return !value.value;
  if (value.type === "ArrayExpression") return Boolean(value.elements[0] && isOff(value.elements[0]));
  return value.type === "StringLiteral" && value.value === "off";
}

function finding(file: string, line: number | null, level: Finding["level"]): Finding {
  return {
    level,
    file,
    line,
    what: "the limits on guesses of a password are off",
    why: "passwords can be tried as quickly as the server answers",
    fix: `${variable}=on, or without it; off is for tests`,
  };
}
