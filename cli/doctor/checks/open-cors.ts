import type { Function as FunctionNode, Node, ObjectExpression } from "@babel/types";
import { dottedName, isCall, isFunction } from "../../edits/entry/expression.js";
import { parseSource, walk } from "../../edits/syntax.js";
import type { Check, Finding } from "../checkup.js";
import { isTest } from "../locate.js";

/** CORS that lets every site act with a user's credentials. */
export const openCors: Check = {
  name: "open-cors",
  run: ({ sources, record }) =>
    sources
      .filter(({ path, text }) => /cors/i.test(text) && /credentials/.test(text) && !isTest(path, record))
      .flatMap(({ path, text }) => linesIn(text, path).map((line) => finding(path, line))),
};

function linesIn(text: string, path: string): number[] {
  const lines: number[] = [];
  try {
    walk(parseSource(text.replace(/^\uFEFF/, ""), path).program, (node, parents) => {
      if (node.type === "ObjectExpression" && isOpen(node) && isForCors(parents)) lines.push(node.loc!.start.line);
    });
  } catch {
    return [];
  }
  return lines;
}

function isOpen(options: ObjectExpression): boolean {
  const origin = member(options, "origin");
  const credentials = member(options, "credentials");
  if (credentials?.type !== "BooleanLiteral" || !credentials.value) return false;
  return (
    (isFunction(origin) && letsAllPass(origin)) ||
    (origin?.type === "BooleanLiteral" && origin.value) ||
    (origin?.type === "StringLiteral" && origin.value === "*")
  );
}

/** `(origin, callback) => callback(null, true)`, and nothing else. */
function letsAllPass({ body, params }: FunctionNode): boolean {
  const only = body.type === "BlockStatement" && body.body.length === 1 ? body.body[0]! : body;
  const call =
    only.type === "ReturnStatement" ? only.argument : only.type === "ExpressionStatement" ? only.expression : only;
  if (!call || !isCall(call) || params[1]?.type !== "Identifier" || dottedName(call.callee) !== params[1].name)
    return false;
  const [error, allowed] = call.arguments;
  return error?.type === "NullLiteral" && allowed?.type === "BooleanLiteral" && allowed.value;
}

function member({ properties }: ObjectExpression, name: string): Node | undefined {
  const found = properties.find(
    (property) =>
      property.type === "ObjectProperty" &&
      (dottedName(property.key) === name || (property.key.type === "StringLiteral" && property.key.value === name)),
  );
  return found?.type === "ObjectProperty" ? found.value : undefined;
}

/** Handed to a call, `cors({...})`, or to a constant that has cors in its name. */
function isForCors(parents: readonly Node[]): boolean {
  return parents.some(
    (node) =>
      (isCall(node) && /cors/i.test(dottedName(node.callee))) ||
      (node.type === "VariableDeclarator" && /cors/i.test(dottedName(node.id))),
  );
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
