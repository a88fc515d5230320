import type { Function as FunctionNode, Node } from "@babel/types";
import { walk } from "../syntax.js";
import type { EntryFile } from "./entry-file.js";
import { dottedName, isCall, isFunction, requiredModule, unwrap } from "./expression.js";

/**
 * What a handler does with a request that is for somebody else: `final` answers it (404, catch-all, error handler),
 * `guard` refuses it without a login, `router` may answer it, `passing` is well-known middleware, `unknown` most likely passes.
 */
export type HandlerKind = "final" | "guard" | "router" | "unknown" | "passing";

const strongestFirst: readonly HandlerKind[] = ["final", "guard", "router", "unknown", "passing"];

const finalName =
  /not_?found|404|error|exception|catch_?all|fallback|(unknown|invalid|unmatched|missing)_?(endpoint|route|path|url)|boom|proxy|history|(^|\.)(vite|nuxt|webpack\w*)\b|^next(app|handler|server)/i;
const guardName =
  /(^|\.)(require|ensure|check|verify|validate|enforce|is|needs?)_?(a?uth|log(in|ged)|sign(ed)?_?in|jwt|token|user|session|api_?key)|authenticat|(^|\.)authoriz|(^|\.)protect(ed)?(_?routes?|_?all|$)|auth_?(guard|middleware|handler|check|required)|(^|\.)(express_?)?jwt|(^|\.)auth(\.|$)|(?<!frame_?)guard$/i;
const routerName =
  /(rout(e|er|es|ers|ing)|controllers?|endpoints?|apis?)(\.|$)|graphql|yoga|trpc|expressMiddleware|open_?api|create(Next)?RequestHandler/i;
const passingName =
  /helmet|cors|compress|morgan|pino|winston|log(ger|ging|$)|body_?parser|json|urlencoded|(^|\.)(raw|text)$|cookie|session|method_?override|hpp|xss|sanitiz|limit|slow_?down|passport\.initialize|favicon|static|response_?time|request_?(id|handler)|correlation|i18n|flash|upload|user_?agent|csrf|csurf|metrics|trac(e|ing)|context/i;

const finalModule = /not_?found|404|error|fallback|history|proxy/i;
const routerModule = /^\..*\b(rout(e|er|es|ers)|controllers?|apis?)\b/i;

export function kindOfHandlers(handlers: readonly Node[], file: EntryFile): HandlerKind {
  const kinds = handlers.map((handler) => kindOfHandler(handler, file, 0));
  return strongestFirst.find((kind) => kinds.includes(kind)) ?? "unknown";
}

function kindOfHandler(expression: Node, file: EntryFile, depth: number): HandlerKind {
  const node = unwrap(expression);
  if (depth > 4) return "unknown";
  if (isFunction(node)) return kindOfFunction(node, file);
  if (node.type === "ArrayExpression")
    return kindOfHandlers(
      node.elements.filter((item) => item !== null),
      file,
    );
  if (node.type === "ConditionalExpression") return kindOfHandlers([node.consequent, node.alternate], file);
  if (node.type === "LogicalExpression") return kindOfHandlers([node.left, node.right], file);
  if (isCall(node) && dottedName(node).endsWith(".bind"))
    return kindOfHandler(boundObject(node.callee), file, depth + 1);

  const name = dottedName(node);
  const required = requiredModule(isCall(node) && !isRequire(node) ? node.callee : node);
  const byName = required === null ? kindOfName(name, file) : kindOfModule(required);
  if (byName !== "unknown") return byName;
  if (isCall(node)) {
    const inner = node.arguments.filter((argument) => isFunction(argument));
    return inner.length > 0 ? kindOfHandlers(inner, file) : "unknown";
  }
  const known = file.functions.get(name) ?? file.values.get(name);
  return known === undefined ? "unknown" : kindOfHandler(known, file, depth + 1);
}

function boundObject(callee: Node): Node {
  return callee.type === "MemberExpression" ? callee.object : callee;
}

function kindOfName(name: string, file: EntryFile): HandlerKind {
  const root = name.replace(/\..*/, "");
  if (file.express.has(name) || file.router.has(name)) return "router";
  if (isRouterOrApp(file.values.get(name), file)) return "router";
  if (finalName.test(name)) return "final";
  if (guardName.test(name)) return "guard";
  if (routerName.test(name)) return "router";
  if (passingName.test(name)) return "passing";
  return kindOfModule(file.origins.get(root) ?? "");
}

function isRouterOrApp(value: Node | undefined, file: EntryFile): boolean {
  if (value === undefined || !isCall(value)) return false;
  const maker = dottedName(value);
  return file.express.has(maker.replace(/\.Router$/, "")) || file.router.has(maker);
}

function kindOfModule(specifier: string): HandlerKind {
  const name = specifier.replaceAll("-", "_");
  if (finalModule.test(name)) return "final";
  if (routerModule.test(name)) return "router";
  return passingName.test(name) && !name.startsWith(".") ? "passing" : "unknown";
}

function isRequire(call: Node): boolean {
  return isCall(call) && requiredModule(call) !== null;
}

/** Express tells an error handler by its four parameters; one that never calls `next()` answers by itself. */
function kindOfFunction(handler: FunctionNode, file: EntryFile): HandlerKind {
  const { params, body } = handler;
  if (params.some((param) => param.type === "RestElement")) return "unknown";
  if (params.length >= 4) return "final";
  const next = params[2];
  if (next?.type !== "Identifier" || !passesOn(body, next.name)) return "final";
  const text = file.text.slice(body.start!, body.end!);
  if (/\b(sendFile|render)\b/.test(text)) return "final";
  return /\b401\b|unauthori[sz]ed/i.test(text) ? "guard" : "unknown";
}

/** `next(error)` alone does not pass a request on; `next()` and handing `next` to somebody else do. */
function passesOn(body: Node, next: string): boolean {
  let passes = false;
  walk(body, (node, parents) => {
    if (node.type !== "Identifier" || node.name !== next) return;
    const parent = parents.at(-1);
    const isCallee = parent !== undefined && isCall(parent) && parent.callee === node;
    if (!isCallee || parent.arguments.length === 0) passes = true;
  });
  return passes;
}
