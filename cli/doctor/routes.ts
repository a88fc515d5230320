import type { CallExpression, Node } from "@babel/types";
import { dottedName, isCall, isFunction, methodName, unwrap } from "../edits/entry/expression.js";
import { parseSource, walk } from "../edits/syntax.js";

/** A route that a file registers. */
export interface Route {
  /** "get", "post", ... */
  readonly verb: string;
  readonly path: string;
  readonly line: number;
  /** Whether `protectedRoute` stands before the handler, or before all routes of this router. */
  readonly guarded: boolean;
}

const guard = "protectedRoute";
const verbs = /^(get|post|put|patch|delete|all)$/;

/** The routes of a file, in order; none where it does not parse. */
export function routesIn(text: string, path: string): Route[] {
  const routes: Route[] = [];
  const covered = new Set<string>();
  try {
    walk(parseSource(text.replace(/^\uFEFF/, ""), path).program, (node) => {
      if (!isCall(node)) return;
      const receiver = receiverOf(node);
      if (methodName(node) === "use" && guardsAll(node)) covered.add(receiver);
      const route = routeOf(node);
      if (route) routes.push({ ...route, guarded: route.guarded || covered.has(receiver) });
    });
  } catch {
    return [];
  }
  return routes;
}

function routeOf(call: CallExpression): Route | null {
  const verb = methodName(call);
  if (!verbs.test(verb)) return null;
  const [first, ...rest] = call.arguments;
  const own = first ? textOf(first) : null;
  const path = own !== null && rest.length > 0 ? own : chainedPath(call);
  if (path === null || !/^[/*]/.test(path)) return null;
  return { verb, path, line: call.loc!.start.line, guarded: call.arguments.some(mentionsGuard) };
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
function guardsAll(call: CallExpression): boolean {
  const handlers = call.arguments.filter((argument) => textOf(argument) === null);
  return handlers.length === 1 && handlers.some(mentionsGuard);
}

function mentionsGuard(node: Node): boolean {
  let found = false;
  walk(node, (inner) => {
    if (isFunction(inner)) return false;
    if (inner.type === "Identifier" && inner.name === guard) found = true;
    return undefined;
  });
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
