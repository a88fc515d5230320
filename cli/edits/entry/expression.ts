import type { CallExpression, Function as FunctionNode, Node } from "@babel/types";

/** The expression without what has no effect at run time, and without `await` and `void`. */
export function unwrap(node: Node): Node {
  const inner = withoutTypes(node);
  return inner.type === "AwaitExpression" || inner.type === "UnaryExpression" ? unwrap(inner.argument) : inner;
}

/** The expression without parentheses and types: they have no effect at run time. */
export function withoutTypes(node: Node): Node {
  switch (node.type) {
    case "TSAsExpression":
    case "TSSatisfiesExpression":
    case "TSNonNullExpression":
    case "TSTypeAssertion":
    case "TSInstantiationExpression":
    case "ParenthesizedExpression":
      return withoutTypes(node.expression);
    default:
      return node;
  }
}

/** `a.b.c` for identifiers, members and calls along the way (`a.b().c` too); "" for anything else. */
export function dottedName(expression: Node): string {
  const node = unwrap(expression);
  if (node.type === "Identifier") return node.name;
  if (node.type === "ThisExpression") return "this";
  if (isCall(node) || node.type === "NewExpression") return dottedName(node.callee);
  if (node.type !== "MemberExpression" && node.type !== "OptionalMemberExpression") return "";
  const object = dottedName(node.object);
  if (node.property.type === "PrivateName") return `${object}.#${node.property.id.name}`;
  return node.property.type === "Identifier" && !node.computed ? `${object}.${node.property.name}` : object;
}

/** The name of the method of `object.method(...)`, or "". */
export function methodName(call: CallExpression): string {
  const callee = unwrap(call.callee);
  return callee.type === "MemberExpression" && callee.property.type === "Identifier" ? callee.property.name : "";
}

export function isCall(node: Node): node is CallExpression {
  return node.type === "CallExpression" || node.type === "OptionalCallExpression";
}

export function isFunction(node: Node | null | undefined): node is FunctionNode {
  return (
    node?.type === "ArrowFunctionExpression" ||
    node?.type === "FunctionExpression" ||
    node?.type === "FunctionDeclaration" ||
    node?.type === "ClassMethod" ||
    node?.type === "ClassPrivateMethod" ||
    node?.type === "ObjectMethod"
  );
}

/** The specifier of `require("x")`, of `import("x")`, and of a member or call of one; null for anything else. */
export function requiredModule(expression: Node): string | null {
  const node = unwrap(expression);
  if (node.type === "MemberExpression") return requiredModule(node.object);
  if (!isCall(node)) return null;
  const [argument] = node.arguments;
  const isRequire =
    node.callee.type === "Import" || (node.callee.type === "Identifier" && node.callee.name === "require");
  return isRequire && argument?.type === "StringLiteral" ? argument.value : null;
}
