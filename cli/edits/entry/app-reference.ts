import type { CallExpression, Node, Statement } from "@babel/types";
import { walk } from "../syntax.js";
import { dottedName, isCall, unwrap } from "./expression.js";

/** `const app = this.app` and `const { app } = this`. */
export function aliasIn(statement: Statement, names: readonly string[]): string | null {
  const declarator = statement.type === "VariableDeclaration" ? statement.declarations[0] : undefined;
  if (!declarator?.init) return null;
  if (declarator.id.type === "Identifier" && names.includes(dottedName(declarator.init))) return declarator.id.name;
  if (declarator.id.type !== "ObjectPattern" || declarator.init.type !== "ThisExpression") return null;
  const bound = declarator.id.properties.find(
    (property) => property.type === "ObjectProperty" && names.includes(`this.${dottedName(property.key)}`),
  );
  return bound?.type === "ObjectProperty" && bound.value.type === "Identifier" ? bound.value.name : null;
}

/** The calls of `app.a().b().c()`, or of `express().a().b()`, first to last; none where it does not start at the app. */
export function appCalls(call: CallExpression, names: readonly string[], creation?: Node | null): CallExpression[] {
  const callee = unwrap(call.callee);
  if (callee.type !== "MemberExpression") return [];
  const object = unwrap(callee.object);
  if (object === creation) return [call];
  if (isCall(object)) {
    const earlier = appCalls(object, names, creation);
    return earlier.length === 0 || dottedName(earlier[0]!.callee).endsWith(".route") ? earlier : [...earlier, call];
  }
  return names.includes(dottedName(object)) ? [call] : [];
}

/** Whether an argument is the app, or an object or list that holds it. */
export function hands(argument: Node, names: readonly string[]): boolean {
  const node = unwrap(argument);
  if (node.type === "ObjectExpression")
    return node.properties.some((property) => property.type === "ObjectProperty" && hands(property.value, names));
  if (node.type === "ArrayExpression") return node.elements.some((item) => item !== null && hands(item, names));
  return !isCall(node) && names.includes(dottedName(node));
}

/** Whether the app is named anywhere below `node`. */
export function mentions(node: Node, names: readonly string[]): boolean {
  let found = false;
  walk(node, (inner) => {
    const isName = inner.type === "Identifier" || inner.type === "MemberExpression";
    if (isName && names.includes(dottedName(inner))) found = true;
  });
  return found;
}

/** The handler of a call, for a message: `requireAuth`. */
export function describe(call: CallExpression): string {
  const last = call.arguments.findLast((argument) => dottedName(argument) !== "");
  return last === undefined ? dottedName(call.callee) : dottedName(last);
}
