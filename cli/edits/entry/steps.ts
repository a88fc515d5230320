import type { CallExpression, Function as FunctionNode, MemberExpression, Node, Statement } from "@babel/types";
import { walk } from "../syntax.js";
import { aliasIn, appCalls, describe, hands, mentions } from "./app-reference.js";
import { kindOfAppCall, kindOfHelper } from "./call-kind.js";
import type { EntryFile } from "./entry-file.js";
import { dottedName, isCall, isFunction, unwrap } from "./expression.js";
import type { App } from "./find-app.js";
import { type Step, type StepKind, strongest } from "./step.js";

interface Reader {
  readonly file: EntryFile;
  readonly app: App;
  readonly mount: string;
  readonly visited: Set<FunctionNode>;
}

interface Scope {
  /** What the app is called here; the first is the one to write. */
  readonly names: readonly string[];
  readonly list: readonly Statement[];
  readonly called: boolean;
}

/** What the file does to its app, in the order in which it runs; functions that are called once are followed. */
export function readSteps(file: EntryFile, app: App, mount: string): readonly Step[] {
  const reader: Reader = { file, app, mount, visited: new Set() };
  const names = [app.name];
  const steps = homeSteps(names, reader);
  const answers = steps.some(({ kind }) => kind === "route" || kind === "shadow" || kind === "final");
  return answers ? steps : [...steps, ...uncalledSteps(names, reader)];
}

function homeSteps(names: readonly string[], reader: Reader): Step[] {
  const { home, creation, around } = reader.app;
  if (home.kind === "class") return classSteps(home.body, names, reader);
  const steps = listSteps({ names, list: home.list, called: false }, reader);
  if (creation === null || steps.some(({ kind }) => kind === "created")) return steps;
  return listSteps({ names, list: around, called: false }, reader);
}

function classSteps(body: Node, names: readonly string[], reader: Reader): Step[] {
  if (body.type !== "ClassBody") return [];
  const members = body.body;
  const steps: Step[] = [];
  for (const member of members) {
    const value = member.type === "ClassProperty" || member.type === "ClassPrivateProperty" ? member.value : null;
    if (value && unwrap(value) === reader.app.creation)
      steps.push({ ...step("created", "", member, { names, list: [], called: false }), list: null });
  }
  const maker = members.find((member) => member.type === "ClassMethod" && member.kind === "constructor");
  if (isFunction(maker)) steps.push(...bodySteps(maker, { names, list: [], called: false }, reader));
  return steps;
}

/** Functions of the file that use the app and that nothing in the file was seen to call, in source order. */
function uncalledSteps(names: readonly string[], reader: Reader): Step[] {
  return [...reader.file.functions.values()]
    .filter((one) => !reader.visited.has(one) && mentions(one.body, names) && !encloses(one, reader.app))
    .flatMap((one) => bodySteps(one, { names, list: [], called: true }, reader));
}

function encloses(one: FunctionNode, app: App): boolean {
  const inside = app.creation ?? (app.home.kind === "statements" ? app.home.list[0] : app.home.body);
  return inside != null && one.start! <= inside.start! && inside.end! <= one.end!;
}

function bodySteps(one: FunctionNode, scope: Scope, reader: Reader): Step[] {
  if (reader.visited.has(one)) return [];
  reader.visited.add(one);
  return one.body.type === "BlockStatement" ? listSteps({ ...scope, list: one.body.body }, reader) : [];
}

function listSteps(scope: Scope, reader: Reader): Step[] {
  let names = scope.names;
  return scope.list.flatMap((statement) => {
    const alias = aliasIn(statement, names);
    if (alias !== null) names = [alias, ...names];
    return statementSteps(statement, statement, { ...scope, names }, reader);
  });
}

function statementSteps(node: Node, statement: Statement, scope: Scope, reader: Reader): Step[] {
  switch (node.type) {
    case "BlockStatement":
      return listSteps({ ...scope, list: node.body }, reader);
    case "TryStatement":
      return listSteps({ ...scope, list: node.block.body }, reader);
    case "ExpressionStatement":
      return expressionSteps(node.expression, statement, scope, reader);
    case "ReturnStatement":
      return node.argument ? expressionSteps(node.argument, statement, scope, reader) : [];
    case "ExportNamedDeclaration":
      return node.declaration ? statementSteps(node.declaration, statement, scope, reader) : [];
    case "VariableDeclaration":
      return node.declarations.flatMap(({ init }) =>
        init && !isFunction(init) ? expressionSteps(init, statement, scope, reader) : [],
      );
    case "IfStatement":
    case "ForStatement":
    case "ForOfStatement":
    case "ForInStatement":
    case "WhileStatement":
    case "SwitchStatement":
      return compoundStep(node, statement, scope, reader);
    default:
      return [];
  }
}

function expressionSteps(expression: Node, statement: Statement, scope: Scope, reader: Reader): Step[] {
  const node = unwrap(expression);
  if (node === reader.app.creation) return [step("created", "", statement, scope)];
  if (scope.names.includes(dottedName(node)) && !isCall(node)) return [step("end", "", statement, scope)];
  if (node.type === "AssignmentExpression") {
    const setsApp = scope.names.some((name) => dottedName(node.left).startsWith(`${name}.`));
    return setsApp ? [step("setting", "", statement, scope)] : expressionSteps(node.right, statement, scope, reader);
  }
  if (node.type === "LogicalExpression" || node.type === "ConditionalExpression")
    return compoundStep(node, statement, scope, reader);
  if (node.type === "NewExpression" || isCall(node)) return callSteps(node as CallExpression, statement, scope, reader);
  if (node.type === "MemberExpression") return expressionSteps(node.object, statement, scope, reader);
  return [];
}

function callSteps(call: CallExpression, statement: Statement, scope: Scope, reader: Reader): Step[] {
  const chain = appCalls(call, scope.names, reader.app.creation);
  if (chain.length > 0) return chainSteps(chain, statement, scope, reader);
  const callee = unwrap(call.callee);
  if (isFunction(callee)) return bodySteps(callee, scope, reader);
  const before = callee.type === "MemberExpression" ? expressionSteps(callee.object, statement, scope, reader) : [];
  return [...before, ...calledSteps(call, dottedName(callee), statement, scope, reader)];
}

/** A chain that begins with `express()` makes the app in the same statement. */
function chainSteps(chain: readonly CallExpression[], statement: Statement, scope: Scope, reader: Reader): Step[] {
  const kinds = chain.map((one) => kindOfAppCall(one, reader.mount, reader.file));
  const router = chain[kinds.indexOf("shadow")];
  const creates = unwrap((chain[0]!.callee as MemberExpression).object) === reader.app.creation;
  const passes = kinds.length > 1 && (kinds.includes("middleware") || kinds.includes("unknown"));
  const kind = passes || creates ? kindOfChain(kinds) : strongest(kinds)!;
  const created = creates ? [step("created", "", statement, scope)] : [];
  return [...created, step(kind, describe(router ?? chain[0]!), statement, scope)];
}

function kindOfChain(kinds: readonly StepKind[]): StepKind {
  if (kinds.includes("final") || kinds.includes("guard")) return "chain";
  return kinds.includes("shadow") ? "routed" : "middleware";
}

/** The steps of a call that is not the app's own: its function where it stands in the file, else what its name says. */
function calledSteps(call: CallExpression, name: string, statement: Statement, scope: Scope, reader: Reader): Step[] {
  const local = reader.file.functions.get(name);
  const at = call.arguments.findIndex((argument) => hands(argument, scope.names));
  if (local !== undefined && reader.file.calls.get(name) === 1 && local.body.type === "BlockStatement") {
    const param = at === -1 ? undefined : local.params[at];
    const handed = param?.type === "Identifier" ? [param.name] : [];
    if (at === -1 || handed.length > 0) {
      const names = [...handed, ...scope.names.filter((one) => at === -1 || one.startsWith("this."))];
      return bodySteps(local, { ...scope, names, called: true }, reader);
    }
  }
  if (at !== -1) return [step(kindOfHelper(call.callee), name, statement, scope)];
  return call.arguments.flatMap((argument) => argumentSteps(argument, name, statement, scope, reader));
}

function argumentSteps(argument: Node, name: string, statement: Statement, scope: Scope, reader: Reader): Step[] {
  if (!isFunction(argument)) return isCall(argument) ? expressionSteps(argument, statement, scope, reader) : [];
  if (!mentions(argument.body, scope.names) && !holdsCreation(argument, reader)) return [];
  const repeats = /\.(forEach|map|filter|reduce|each)$/.test(name);
  if (repeats || argument.body.type !== "BlockStatement") return compoundStep(argument, statement, scope, reader);
  return bodySteps(argument, scope, reader);
}

function holdsCreation(node: Node, { app }: Reader): boolean {
  return app.creation !== null && node.start! <= app.creation.start! && app.creation.end! <= node.end!;
}

/** An `if`, a loop or a callback that touches the app is one step, of the strongest kind found in it. */
function compoundStep(node: Node, statement: Statement, scope: Scope, reader: Reader): Step[] {
  const kinds: StepKind[] = [];
  let what = "";
  walk(node, (inner) => {
    if (!isCall(inner) && inner.type !== "NewExpression") return;
    const call = inner as CallExpression;
    const [own] = appCalls(call, scope.names);
    const handed = call.arguments.some((argument) => hands(argument, scope.names));
    if (own !== undefined) kinds.push(kindOfAppCall(call, reader.mount, reader.file));
    else if (handed) kinds.push(kindOfHelper(call.callee));
    else return;
    what ||= own === undefined ? dottedName(call.callee) : describe(own);
  });
  const kind = strongest(kinds);
  return kind === null ? [] : [step(kind, what, statement, scope)];
}

function step(kind: StepKind, what: string, statement: Node, { names, list, called }: Scope): Step {
  return { kind, what, statement, list, app: names[0]!, inCalledFunction: called };
}
