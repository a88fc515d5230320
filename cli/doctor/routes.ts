import type { CallExpression, Node } from "@babel/types";
import { dottedName, isCall, methodName, unwrap } from "../edits/entry/expression.js";
import { parseSource, walk } from "../edits/syntax.js";
import { guardName, mentions } from "./guards.js";

/** A route that a file registers. */
export interface Route {
  /** "get", "post", ... */
  readonly verb: string;
  readonly path: string;
  readonly line: number;
  /** Whether the guard stands before the handler, or before all routes of this router. */
  readonly guarded: boolean;
}

const verbs = /^(get|post|put|patch|delete|all)$/;

/** The routes of a file, in order; none where it does not parse. `guards` are the guard's names in it. */
export function routesIn(text: string, path: string, guards: readonly string[] = [guardName]): Route[] {
  const routes: Route[] = [];
  const covered = new Set<string>();
  try {
    walk(parseSource(text.replace(/^\uFEFF/, ""), path).program, (node) => {
      if (!isCall(node)) return;
      const receiver = receiverOf(node);
      if (methodName(node) === "use" && guardsAll(node, guards)) covered.add(receiver);
      const route = routeOf(node, guards);
      if (route) routes.push({ ...route, guarded: route.guarded || covered.has(receiver) });
    });
  } catch {
    return [];
  }
  return routes;
}

function routeOf(call: CallExpression, guards: readonly string[]): Route | null {
  const verb = methodName(call);
  if (!verbs.test(verb)) return null;
  const [first, ...rest] = call.arguments;
  const own = first ? textOf(first) : null;
  const path = own !== null && rest.length > 0 ? own : chainedPath(call);
  if (path === null || !/^[/*]/.test(path)) return null;
  return { verb, path, line: call.loc!.start.line, guarded: call.arguments.some((one) => mentions(one, guards)) };
}

/** The path of `router.route("/x").get(a).post(b)`. */
function chainedPath(call: CallExpression): string | null {
  const callee = unwrap(call.callee);
  const inner = callee.type === "MemberExpression" ? unwrap(callee.object) : null;
  if (!inner || !isCall(inner)) return null;
  const [first] = inner.arguments;
  return methodName(inner) === "route" && first ? textOf(first) : chainedPath(inner);
}

/** `router.use(protectedRoute)`: with a router behind it, it guards that one. */
function guardsAll(call: CallExpression, guards: readonly string[]): boolean {
  const handlers = call.arguments.filter((argument) => textOf(argument) === null);
  return handlers.length === 1 && handlers.some((one) => mentions(one, guards));
}

function receiverOf(call: CallExpression): string {
  const callee = unwrap(call.callee);
  return callee.type === "MemberExpression" ? (dottedName(callee.object).split(".")[0] ?? "") : "";
}

function textOf(node: Node): string | null {
  if (node.type === "StringLiteral") return node.value;
  return node.type === "TemplateLiteral" ? (node.quasis[0]?.value.cooked ?? null) : null;
}
