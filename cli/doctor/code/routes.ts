import type { CallExpression, Node } from "@babel/types";
import { dottedName, isCall, methodName, unwrap } from "../../edits/entry/expression.js";
import { parseSource, walk } from "../../edits/syntax.js";
import { mentions } from "./guards.js";

/** A route that a file registers. */
export interface Route {
  /** "get", "post", ... */
  readonly verb: string;
  readonly path: string;
  readonly line: number;
  /** Whether the guard stands before the handler, or before all routes of this router. */
  readonly guarded: boolean;
  /** The names of those guards, each once. */
  readonly guards: readonly string[];
}

const verbs = /^(get|post|put|patch|delete|all)$/;

/** The routes of a file, in order; none where it does not parse. `guards` are the names of guards in it. */
export function routesIn(text: string, path: string, guards: readonly string[]): Route[] {
  const routes: Route[] = [];
  const covered = new Map<string, readonly Cover[]>();
  try {
    walk(parseSource(text, path).program, (node) => {
      if (!isCall(node)) return;
      const receiver = receiverOf(node);
      const before = covered.get(receiver) ?? [];
      if (methodName(node) === "use") covered.set(receiver, [...before, ...guardsOfAll(node, guards)]);
      const route = routeOf(node, guards, before);
      if (route) routes.push(route);
    });
  } catch {
    return [];
  }
  return routes;
}

/** A guard before all routes of a router, or before those below a path. */
interface Cover {
  readonly guard: string;
  readonly below: string;
}

function routeOf(call: CallExpression, guards: readonly string[], covers: readonly Cover[]): Route | null {
  const verb = methodName(call);
  if (!verbs.test(verb)) return null;
  const [first, ...rest] = call.arguments;
  const text = first ? textOf(first) : null;
  const path = text !== null && rest.length > 0 ? text : chainedPath(call);
  if (path === null || !/^[/*]/.test(path)) return null;
  const own = guards.filter((name) => call.arguments.some((one) => mentions(one, [name])));
  const ofAll = covers.filter(({ below }) => isBelow(path, below)).map(({ guard }) => guard);
  const all = [...new Set([...ofAll, ...own])];
  return { verb, path, line: call.loc!.start.line, guarded: all.length > 0, guards: all };
}

/** The path of `router.route("/x").get(a).post(b)`. */
function chainedPath(call: CallExpression): string | null {
  const callee = unwrap(call.callee);
  const inner = callee.type === "MemberExpression" ? unwrap(callee.object) : null;
  if (!inner || !isCall(inner)) return null;
  const [first] = inner.arguments;
  return methodName(inner) === "route" && first ? textOf(first) : chainedPath(inner);
}

/** `router.use(guard)`, `app.use("/api", guard)`: with a router behind it, it guards that one. */
function guardsOfAll(call: CallExpression, guards: readonly string[]): Cover[] {
  const handlers = call.arguments.filter((argument) => textOf(argument) === null);
  if (handlers.length !== 1) return [];
  const below = (call.arguments[0] && textOf(call.arguments[0])) ?? "/";
  return guards.filter((name) => mentions(handlers[0]!, [name])).map((guard) => ({ guard, below }));
}

function isBelow(path: string, place: string): boolean {
  const start = place.replace(/\/+$/, "");
  return path === start || path.startsWith(`${start}/`) || path === "*";
}

/** Whether a file mounts a router behind a guard: `app.use("/notes", guard, notes)`. */
export function mountsGuarded(text: string, path: string, guards: readonly string[]): boolean {
  let found = false;
  try {
    walk(parseSource(text, path).program, (node) => {
      if (!isCall(node) || methodName(node) !== "use" || guardsOfAll(node, guards).length > 0) return;
      if (node.arguments.some((one) => mentions(one, guards))) found = true;
    });
  } catch {
    return false;
  }
  return found;
}

function receiverOf(call: CallExpression): string {
  const callee = unwrap(call.callee);
  return callee.type === "MemberExpression" ? (dottedName(callee.object).split(".")[0] ?? "") : "";
}

function textOf(node: Node): string | null {
  if (node.type === "StringLiteral") return node.value;
  return node.type === "TemplateLiteral" ? (node.quasis[0]?.value.cooked ?? null) : null;
}
