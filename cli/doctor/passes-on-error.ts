import type { BlockStatement, CallExpression, Node, TryStatement } from "@babel/types";
import { dottedName, isCall, isFunction, methodName } from "../edits/entry/expression.js";
import { walk } from "../edits/syntax.js";
import { type Code, isTrue, nameOf, returnsOf } from "./values.js";

/** What asks who a request is from, or whether that still holds. */
const guardCall =
  /^(authenticate|protectedRoute|verifyAccessToken|readBearerToken|bearerToken|isRevoked|isSessionLive|findRole|ageOfLogin|jwtVerify)$|(^|\.)(jwt|jsonwebtoken|jose)\.(verify|jwtVerify)$/;
/** `isRevoked`, answered "no" on error, opens too. */
const denials = /^isRevoked$/;
/** A login that is only welcome is not a guard. */
const welcome = /optional|maybe|anonymous|guest|try|ifPresent/i;

/** The lines where a guard goes on after an error as if there had been none. */
export function passesOnError({ file }: Code): number[] {
  const lines: number[] = [];
  walk(file.program, (node, parents) => {
    if (isWelcome(node)) return false;
    const place = node.type === "TryStatement" ? openTry(node, parents) : isCall(node) ? openHandler(node) : null;
    if (place) lines.push(place.loc!.start.line);
    return undefined;
  });
  return lines;
}

function isWelcome(node: Node): boolean {
  const named = node.type === "FunctionDeclaration" || node.type === "VariableDeclarator";
  return named && Boolean(node.id) && welcome.test(nameOf(node.id!));
}

/** A catch that says `next()`, or leads to one behind it; a finally that says it. */
function openTry({ block, handler, finalizer }: TryStatement, parents: readonly Node[]): Node | null {
  if (!asksWho(block)) return null;
  if (finalizer && saysNext(finalizer)) return finalizer;
  if (!handler) return null;
  if (saysNext(handler.body)) return handler;
  const goesOn = !leaves(handler.body) && saysNext(following(parents, block));
  return goesOn || (denies(block) && saysNo(handler.body)) ? handler : null;
}

/** `.catch(() => next())`, `.then(done, () => next())`, `.finally(next)`, and callbacks: `(error) => { if (error) next() }`. */
function openHandler(node: CallExpression): Node | null {
  const method = methodName(node);
  const handler = method === "catch" ? node.arguments[0] : method === "then" ? node.arguments[1] : null;
  const object = "object" in node.callee ? node.callee.object : null;
  if (object && handler && asksWho(object)) {
    if (isFunction(handler) && (saysNext(handler.body) || (denies(object) && saysNo(handler)))) return handler;
  }
  if (object && method === "finally" && asksWho(object)) {
    const [last] = node.arguments;
    if (last && (nameOf(last) === "next" || (isFunction(last) && saysNext(last.body)))) return last;
  }
  return guardCall.test(dottedName(node.callee)) ? openCallback(node.arguments) : null;
}

function openCallback(args: readonly Node[]): Node | null {
  const callback = args.find((one) => isFunction(one));
  if (!isFunction(callback)) return null;
  const error = callback.params[0] ? nameOf(callback.params[0]) : "";
  let found: Node | null = null;
  walk(callback.body, (node) => {
    if (node.type !== "IfStatement" || !error || nameOf(node.test) !== error) return;
    if (saysNext(node.consequent)) found = node;
  });
  return found;
}

function asksWho(node: Node): boolean {
  return some(node, (inner) => isCall(inner) && guardCall.test(dottedName(inner.callee)));
}

function denies(node: Node): boolean {
  return some(node, (inner) => isCall(inner) && denials.test(dottedName(inner.callee)));
}

/** `next()`, without an error; not in a function that is handed on. */
function saysNext(node: Node | readonly Node[]): boolean {
  const nodes = Array.isArray(node) ? node : [node];
  return nodes.some((one) =>
    some(one, (inner) => isCall(inner) && dottedName(inner.callee) === "next" && inner.arguments.every(isNothing)),
  );
}

function isNothing(node: Node): boolean {
  return node.type === "NullLiteral" || nameOf(node) === "undefined";
}

function saysNo(node: Node): boolean {
  const returned = isFunction(node) ? returnsOf(node) : [];
  if (node.type === "BlockStatement")
    walk(node, (inner) => {
      if (inner.type === "ReturnStatement" && inner.argument) returned.push(inner.argument);
    });
  return returned.some((one) => one.type === "BooleanLiteral" && !isTrue(one));
}

/** Whether a catch ends the request or the function: it returns, throws, answers or hands the error on. */
function leaves({ body }: BlockStatement): boolean {
  return body.some((statement) =>
    some(
      statement,
      (node) =>
        ["ReturnStatement", "ThrowStatement"].includes(node.type) ||
        (isCall(node) &&
          (/^res(ponse)?\b|^sendProblem$|^fail/.test(dottedName(node.callee)) || dottedName(node.callee) === "next")),
    ),
  );
}

/** The statements behind the `try` in its block. */
function following(parents: readonly Node[], block: Node): Node[] {
  const around = parents.at(-1);
  if (around?.type !== "BlockStatement") return [];
  return around.body.filter(({ start }) => start! > block.end!);
}

function some(node: Node, holds: (inner: Node) => boolean): boolean {
  let found = false;
  walk(node, (inner) => {
    if (found) return false;
    if (holds(inner)) found = true;
    return undefined;
  });
  return found;
}
