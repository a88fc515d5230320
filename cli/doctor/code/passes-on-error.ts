import type { BlockStatement, CallExpression, File, Node, TryStatement } from "@babel/types";
import { dottedName, isCall, isFunction, methodName } from "../../edits/entry/expression.js";
import { walk } from "../../edits/syntax.js";
import { type Code, isTrue, nameOf, returnsOf } from "./values.js";

/** Functions that ask who a request is from, or whether that still holds. */
export interface Asking {
  readonly calls: readonly string[];
  /** Those of them whose "no", answered on error, opens too. */
  readonly denies: readonly string[];
}

/** What libraries call it. */
const library = /^jwtVerify$|(^|\.)(jwt|jsonwebtoken|jose)\.(verify|jwtVerify)$/;
/** A login that is only welcome is not a guard. */
const welcome = /optional|maybe|anonymous|guest|try|ifPresent/i;

/** What is known of a file. */
interface Guarding {
  readonly file: File;
  readonly asking: Asking;
  /** Variables that hold the answer, or its promise. */
  readonly answers: ReadonlySet<string>;
}

/** The lines where a guard goes on after an error as if there had been none. */
export function passesOnError({ file }: Code, asking: Asking): number[] {
  const known = { file, asking, answers: answersIn(file, asking) };
  const lines = new Set<number>();
  walk(file.program, (node, parents) => {
    if (isWelcome(node)) return false;
    const place =
      node.type === "TryStatement" ? openTry(node, parents, known) : isCall(node) ? openHandler(node, known) : null;
    if (place) lines.add(place.loc!.start.line);
    return undefined;
  });
  return [...lines];
}

function asks(name: string, { calls }: Asking): boolean {
  return calls.includes(name) || library.test(name);
}

function answersIn(file: File, asking: Asking): ReadonlySet<string> {
  const names = new Set<string>();
  walk(file.program, (node) => {
    const [name, value] =
      node.type === "VariableDeclarator"
        ? [nameOf(node.id), node.init]
        : node.type === "AssignmentExpression"
          ? [nameOf(node.left), node.right]
          : ["", null];
    if (name && value && !isFunction(value) && asks(calledName(value), asking)) names.add(name);
  });
  return names;
}

function calledName(node: Node): string {
  const bare = node.type === "AwaitExpression" ? node.argument : node;
  return isCall(bare) ? dottedName(bare.callee) : "";
}

function isWelcome(node: Node): boolean {
  const named = node.type === "FunctionDeclaration" || node.type === "VariableDeclarator";
  return named && Boolean(node.id) && welcome.test(nameOf(node.id!));
}

/** A catch that says `next()`, or leads to one behind it; a finally that says it. */
function openTry({ block, handler, finalizer }: TryStatement, parents: readonly Node[], known: Guarding): Node | null {
  if (!asksWho(block, known)) return null;
  if (finalizer && nextIn(finalizer, known)) return finalizer;
  if (!handler) return null;
  const said = nextIn(handler.body, known);
  if (said) return isFunction(said) ? said : handler;
  const goesOn = !leaves(handler.body) && following(parents, block).some((one) => nextIn(one, known));
  return goesOn || (denies(block, known) && saysNo(handler.body)) ? handler : null;
}

/** `.catch(() => next())`, `.then(done, () => next())`, `.finally(next)`, and callbacks: `(error) => { if (error) next() }`. */
function openHandler(node: CallExpression, known: Guarding): Node | null {
  if (asks(dottedName(node.callee), known.asking)) return openCallback(node.arguments, known);
  const object = "object" in node.callee ? node.callee.object : null;
  if (!object || !(asksWho(object, known) || known.answers.has(dottedName(object).split(".")[0]!))) return null;
  const method = methodName(node);
  const given =
    method === "then" ? node.arguments[1] : ["catch", "finally"].includes(method) ? node.arguments[0] : null;
  if (!given) return null;
  if (method === "finally" && nameOf(given) === "next") return given;
  const handler = functionOf(given, known);
  if (!handler) return null;
  return nextIn(handler.body, known) || (denies(object, known) && saysNo(handler)) ? handler : null;
}

/** The function that an expression is, or names. */
function functionOf(node: Node, { file }: Guarding) {
  if (isFunction(node)) return node;
  const name = nameOf(node);
  let found: Node | null = null;
  walk(file.program, (inner) => {
    if (inner.type === "FunctionDeclaration" && inner.id?.name === name) found = inner;
    if (inner.type === "VariableDeclarator" && nameOf(inner.id) === name && isFunction(inner.init)) found = inner.init;
  });
  return isFunction(found) ? found : null;
}

function openCallback(args: readonly Node[], known: Guarding): Node | null {
  const callback = args.find((one) => isFunction(one));
  if (!isFunction(callback)) return null;
  const error = callback.params[0] ? nameOf(callback.params[0]) : "";
  let found: Node | null = null;
  walk(callback.body, (node) => {
    if (node.type !== "IfStatement" || !error || nameOf(node.test) !== error) return;
    if (nextIn(node.consequent, known)) found = node;
  });
  return found;
}

function asksWho(node: Node, { asking }: Guarding): boolean {
  return some(node, (inner) => isCall(inner) && asks(dottedName(inner.callee), asking));
}

function denies(node: Node, { asking }: Guarding): boolean {
  return some(node, (inner) => isCall(inner) && asking.denies.includes(dottedName(inner.callee)));
}

/** The call of `next()` without an error, or the function of the file that is called here and makes it. */
function nextIn(node: Node, known: Guarding): Node | null {
  let found: Node | null = null;
  walk(node, (inner) => {
    if (found || !isCall(inner)) return;
    const called = inner.callee.type === "Identifier" ? functionOf(inner.callee, known) : null;
    if (isPlainNext(inner)) found = inner;
    else if (called && some(called.body, (deep) => isCall(deep) && isPlainNext(deep))) found = called;
  });
  return found;
}

function isPlainNext(call: CallExpression): boolean {
  return dottedName(call.callee) === "next" && call.arguments.every(isNothing);
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
