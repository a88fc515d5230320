import type { Function as FunctionNode, Node, ObjectExpression } from "@babel/types";
import { dottedName, isCall, isFunction } from "../../../edits/entry/expression.js";
import { walk } from "../../../edits/syntax.js";
import type { Check, Finding } from "../../checkup.js";
import { handWrittenCors } from "../../code/hand-written-cors.js";
import { isTest } from "../../code/locate.js";
import { type Code, codeOf, isTrue, memberOf, nameOf, valuesOf } from "../../code/values.js";

/** CORS that lets every site act with a user's credentials, by the cors package or by headers. */
export const openCors: Check = {
  name: "open-cors",
  run: (checkup) =>
    codeOf(
      checkup,
      ({ path, text }) =>
        /cors|access-control/i.test(text) && /credentials/i.test(text) && !isTest(path, checkup.record),
    ).flatMap((code) => [...optionLines(code), ...handWrittenCors(code)].map((line) => finding(code.path, line))),
};

function optionLines(code: Code): number[] {
  const lines: number[] = [];
  const handed = namesHanded(code);
  walk(code.file.program, (node, parents) => {
    if (node.type === "ObjectExpression" && isOpen(node, code) && isForCors(parents, handed))
      lines.push(node.loc!.start.line);
  });
  return lines;
}

function isOpen(options: ObjectExpression, code: Code): boolean {
  const origin = memberOf(options, "origin");
  const credentials = memberOf(options, "credentials");
  if (!origin || !credentials || !valuesOf(credentials, code).some(isTrue)) return false;
  return valuesOf(origin, code).some(
    (value) =>
      isTrue(value) ||
      (value.type === "StringLiteral" && value.value === "*") ||
      (value.type === "RegExpLiteral" && matchesAll(value.pattern)) ||
      (value.type === "ArrayExpression" &&
        value.elements.some((one) => one?.type === "RegExpLiteral" && matchesAll(one.pattern))) ||
      (isFunction(value) && letsAllPass(value)),
  );
}

function matchesAll(pattern: string): boolean {
  return /^\^?\(?\.[*+]\)?\$?$|^$/.test(pattern);
}

/** `(origin, callback) => callback(null, true)`: it asks nothing, and says yes, or gives back what it was handed. */
function letsAllPass({ body, params }: FunctionNode): boolean {
  const [origin, callback] = params.map(nameOf);
  if (!callback) return false;
  let answers = 0;
  let open = true;
  walk(body, (node) => {
    if (["IfStatement", "ConditionalExpression", "SwitchStatement"].includes(node.type)) open = false;
    if (!isCall(node) || dottedName(node.callee) !== callback) return;
    answers += 1;
    const [, allowed] = node.arguments;
    if (!allowed || !(isTrue(allowed) || nameOf(allowed) === origin)) open = false;
  });
  return open && answers > 0;
}

/** The names that stand in calls of cors: `cors(options)`. */
function namesHanded({ file }: Code): ReadonlySet<string> {
  const names = new Set<string>();
  walk(file.program, (node) => {
    if (isCall(node) && isCors(node.callee)) for (const one of node.arguments) names.add(nameOf(one));
  });
  return names;
}

/** Handed to a call, `cors({...})`, or to a constant that is, or that has cors in its name. */
function isForCors(parents: readonly Node[], handed: ReadonlySet<string>): boolean {
  return parents.some(
    (node) =>
      (isCall(node) && isCors(node.callee)) ||
      (node.type === "VariableDeclarator" && (isCors(node.id) || handed.has(nameOf(node.id)))),
  );
}

function isCors(node: Node): boolean {
  return /cors/i.test(dottedName(node));
}

function finding(file: string, line: number): Finding {
  return {
    level: "unsafe",
    file,
    line,
    what: "CORS is open to every origin, with credentials",
    why: "any site that a user visits can call the API as that user",
    fix: 'list the origins that may: origin: ["https://app.example.com"]',
  };
}
