import type { Node } from "@babel/types";
import { dottedName, isCall, methodName } from "../../../edits/entry/expression.js";
import { walk } from "../../../edits/syntax.js";
import { withoutComments } from "../../../project/sources/source-imports.js";
import type { Check } from "../../checkup.js";
import { isTest } from "../../code/locate.js";
import { type Code, codeOf, isTrue, returnsOf, textOf, valuesOf } from "../../code/values.js";

const setting = "trust proxy";
const written = /(["'`])trust proxy\1/;
/** Not where it is set at once: in a constant, which other files may set by its name. */
const held = /(?<![([]\s*)(["'`])trust proxy\1/;
const everyAddress = /(^|,)\s*(0\.0\.0\.0|::)\/0\s*(,|$)/;

/** An app that believes any X-Forwarded-For: by `true`, a constant or function that says so, or a range of every address. */
export const trustProxy: Check = {
  name: "trust-proxy",
  run: (checkup) => {
    const isHeld = checkup.sources.some(({ text }) => held.test(text) && held.test(withoutComments(text)));
    const speaksOf = (text: string) => written.test(text) || (isHeld && /\.(?:set|enable)\(/.test(text));
    return codeOf(checkup, ({ path, text }) => speaksOf(text) && !isTest(path, checkup.record)).flatMap((code) =>
      linesIn(code).map((line) => ({
        level: "unsafe" as const,
        file: code.path,
        line,
        what: "trust proxy is true",
        why: "a client then chooses its own address, and the limits on guesses from one address are void",
        fix: 'name what stands before the app: app.set("trust proxy", 1) for one proxy, or its addresses',
      })),
    );
  },
};

function linesIn(code: Code): number[] {
  const lines: number[] = [];
  walk(code.file.program, (node) => {
    const value = settingIn(node, code);
    if (value === "enabled" || (value && valuesOf(value, code).some((one) => trustsAll(one, code))))
      lines.push(node.loc!.start.line);
  });
  return lines;
}

/** What `trust proxy` is set to by this node, or null where it does no such thing. */
function settingIn(node: Node, code: Code): Node | "enabled" | null {
  if (node.type === "AssignmentExpression" && node.left.type === "MemberExpression") {
    const isSetting = /settings$/.test(dottedName(node.left.object)) && textOf(node.left.property, code) === setting;
    return isSetting ? node.right : null;
  }
  if (!isCall(node) || !node.arguments[0] || !["set", "enable"].includes(methodName(node))) return null;
  if (textOf(node.arguments[0], code) !== setting) return null;
  return methodName(node) === "enable" ? "enabled" : (node.arguments[1] ?? null);
}

function trustsAll(value: Node, code: Code): boolean {
  if (isTrue(value)) return true;
  if (value.type === "StringLiteral") return everyAddress.test(value.value);
  if (value.type === "ArrayExpression")
    return value.elements.some((one) => one && everyAddress.test(textOf(one, code)));
  if (value.type === "Identifier") return value.name === "Infinity";
  const returned = returnsOf(value);
  return returned.length > 0 && returned.every((one) => valuesOf(one, code).every(isTrue));
}
