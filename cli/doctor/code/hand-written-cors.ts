import type { Node } from "@babel/types";
import { dottedName, isCall, isFunction, methodName } from "../../edits/entry/expression.js";
import { walk } from "../../edits/syntax.js";
import { type Code, nameOf, textOf, valuesOf } from "./values.js";

const setters = ["set", "header", "setHeader", "append", "appendHeader"];
const originHeader = "access-control-allow-origin";
const credentialsHeader = "access-control-allow-credentials";
/** `list.includes(origin)`, `pattern.test(origin)`, ... */
const questions = /\.(includes|has|some|test|indexOf|match|find|endsWith|startsWith|every)$|allow|permit|trust|valid/i;

/** The lines where a file hands back whatever origin asks, and lets credentials through, by headers of its own. */
export function handWrittenCors(code: Code): number[] {
  const headers = headersIn(code);
  const credentials = headers.some(
    ({ name, value }) => name === credentialsHeader && valuesOf(value, code).some((one) => isYes(one)),
  );
  if (!credentials) return [];
  return headers
    .filter(({ name, value, parents }) => name === originHeader && isAnyOrigin(value, code) && !isAsked(parents))
    .map(({ node }) => node.loc!.start.line);
}

interface Header {
  readonly name: string;
  readonly value: Node;
  readonly node: Node;
  readonly parents: readonly Node[];
}

/** Of `res.setHeader(name, value)`, and of objects with such members. */
function headersIn(code: Code): Header[] {
  const found: Header[] = [];
  walk(code.file.program, (node, parents) => {
    if (node.type === "ObjectProperty") {
      const name = (node.computed ? textOf(node.key, code) : nameOf(node.key)).toLowerCase();
      if (name.startsWith("access-control-")) found.push({ name, value: node.value, node, parents: [...parents] });
    }
    if (!isCall(node) || !setters.includes(methodName(node))) return;
    const [first, value] = node.arguments;
    if (first && value) found.push({ name: textOf(first, code).toLowerCase(), value, node, parents: [...parents] });
  });
  return found;
}

function isYes(node: Node): boolean {
  return (node.type === "StringLiteral" && node.value === "true") || (node.type === "BooleanLiteral" && node.value);
}

/** `*`, or what the request says its origin is. */
function isAnyOrigin(value: Node, code: Code): boolean {
  return valuesOf(value, code).some(
    (one) => (one.type === "StringLiteral" && one.value === "*") || isOriginOf(one, code),
  );
}

function isOriginOf(node: Node, code: Code): boolean {
  if (isCall(node)) {
    const [first] = node.arguments;
    return (
      ["get", "header"].includes(methodName(node)) && Boolean(first) && /^(origin|referer)$/i.test(textOf(first!, code))
    );
  }
  if (node.type === "TemplateLiteral")
    return node.expressions.some((one) => valuesOf(one, code).some((inner) => isOriginOf(inner, code)));
  if (node.type === "Identifier") return isTakenFromHeaders(node.name, code);
  return /headers\.(origin|referer)$/.test(dottedName(node)) || isComputedOrigin(node);
}

/** `const { origin } = req.headers` */
function isTakenFromHeaders(name: string, { file }: Code): boolean {
  let found = false;
  walk(file.program, (node) => {
    if (node.type !== "VariableDeclarator" || node.id.type !== "ObjectPattern" || !node.init) return;
    const taken = node.id.properties.some(
      (one) =>
        one.type === "ObjectProperty" && /^(origin|referer)$/.test(nameOf(one.key)) && nameOf(one.value) === name,
    );
    if (taken && /headers$/.test(dottedName(node.init))) found = true;
  });
  return found;
}

/** `req.headers["origin"]` */
function isComputedOrigin(node: Node): boolean {
  return (
    node.type === "MemberExpression" &&
    node.computed &&
    /headers$/.test(dottedName(node.object)) &&
    /^(origin|referer)$/i.test(nameOf(node.property))
  );
}

/** Whether the function around it asks anything about the origin but that there is one. */
function isAsked(parents: readonly Node[]): boolean {
  const around = parents.findLast((node) => isFunction(node));
  let asked = false;
  walk(around ?? parents[0]!, (node) => {
    const isTest = (node.type === "IfStatement" || node.type === "ConditionalExpression") && asks(node.test);
    const isAnd = node.type === "LogicalExpression" && node.operator === "&&" && asks(node.left);
    if (isTest || isAnd || (node.type === "SwitchStatement" && /origin/i.test(dottedName(node.discriminant))))
      asked = true;
  });
  return asked;
}

function asks(test: Node): boolean {
  let found = false;
  walk(test, (node) => {
    if (isCall(node) && questions.test(dottedName(node.callee))) found = true;
    if (node.type === "Identifier" && /allow|permit|trusted/i.test(node.name)) found = true;
    if (node.type !== "BinaryExpression" || !/^[!=]==?$/.test(node.operator)) return;
    const sides = [node.left, node.right];
    const isEmpty = sides.some((side) => side.type === "NullLiteral" || nameOf(side) === "undefined");
    if (!isEmpty && sides.some((side) => /origin/i.test(dottedName(side)))) found = true;
  });
  return found;
}
