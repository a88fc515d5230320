import type { Node, ObjectExpression, Program, Statement } from "@babel/types";
import { parseSource } from "../../edits/syntax.js";
import { attempt } from "../../text/attempt.js";

/** What can't be told without running the file. */
export const unknown = Symbol("unknown");

/** A value as a configuration file writes it. An object with `...other` in it has what is known of it. */
export type Value =
  | string
  | number
  | boolean
  | null
  | typeof unknown
  | readonly Value[]
  | { readonly [key: string]: Value };

/** What a configuration file exports, as far as it can be read without running it. `folder` stands for `__dirname`. */
export function exportedValue(text: string, path: string, folder: string): Value {
  const file = attempt(() => parseSource(text, path));
  if (file === null) return unknown;
  const scope = { declared: declarations(file.program), folder, depth: 0 };
  const exported = file.program.body.flatMap((statement) => exportedNode(statement) ?? []).at(-1);
  return exported ? read(exported, scope) : unknown;
}

/** A member of a value; undefined where it has none. */
export function member(value: Value | undefined, name: string): Value | undefined {
  return isRecord(value) ? value[name] : undefined;
}

/** Whether a value is an object. */
export function isRecord(value: Value | undefined): value is { readonly [key: string]: Value } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A text or a list of texts as a list; unknown where a part of it is. */
export function texts(value: Value): readonly string[] | typeof unknown {
  const list: readonly Value[] = Array.isArray(value) ? value : [value as Value];
  const known = list.filter((one) => typeof one === "string");
  return known.length === list.length ? known : unknown;
}

interface Scope {
  readonly declared: ReadonlyMap<string, Node>;
  readonly folder: string;
  readonly depth: number;
}

function declarations({ body }: Program): Map<string, Node> {
  const found = new Map<string, Node>();
  for (const statement of body) {
    const declaration = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
    if (declaration?.type !== "VariableDeclaration") continue;
    for (const { id, init } of declaration.declarations) if (id.type === "Identifier" && init) found.set(id.name, init);
  }
  return found;
}

function exportedNode(statement: Statement): Node | null {
  if (statement.type === "ExportDefaultDeclaration") return statement.declaration;
  if (statement.type === "TSExportAssignment") return statement.expression;
  const expression = statement.type === "ExpressionStatement" ? statement.expression : null;
  if (expression?.type !== "AssignmentExpression" || expression.left.type !== "MemberExpression") return null;
  const { object, property } = expression.left;
  const isExports = object.type === "Identifier" && object.name === "module" && property.type === "Identifier";
  return isExports && property.name === "exports" ? expression.right : null;
}

function read(node: Node, scope: Scope): Value {
  if (scope.depth > 20) return unknown;
  const inner = (next: Node) => read(next, { ...scope, depth: scope.depth + 1 });
  switch (node.type) {
    case "StringLiteral":
    case "NumericLiteral":
    case "BooleanLiteral":
      return node.value;
    case "NullLiteral":
      return null;
    case "TemplateLiteral":
      return joined(
        node.quasis.flatMap((quasi, at) => [
          quasi.value.cooked ?? "",
          ...node.expressions.slice(at, at + 1).map(inner),
        ]),
      );
    case "BinaryExpression":
      return node.operator === "+" ? joined([inner(node.left), inner(node.right)]) : unknown;
    case "ArrayExpression":
      return node.elements.flatMap((one) => listed(one, inner));
    case "ObjectExpression":
      return recordOf(node, inner);
    case "TSAsExpression":
    case "TSSatisfiesExpression":
    case "ParenthesizedExpression":
    case "AwaitExpression":
      return inner(node.type === "AwaitExpression" ? node.argument : node.expression);
    case "Identifier":
      return named(node.name, scope, inner);
    case "MemberExpression":
      return memberOf(node.object, node.property, scope, inner);
    case "CallExpression":
      return called(node.callee, node.arguments, scope, inner);
    case "ArrowFunctionExpression":
    case "FunctionExpression":
    case "FunctionDeclaration":
      return returned(node.body, inner);
    default:
      return unknown;
  }
}

function joined(parts: readonly Value[]): Value {
  return parts.every((part) => typeof part === "string") ? parts.join("") : unknown;
}

/** What the runner itself leaves out (`...configDefaults.exclude`) names no folder of tests. */
function listed(one: Node | null, inner: (node: Node) => Value): readonly Value[] {
  if (one === null) return [];
  if (one.type !== "SpreadElement") return [inner(one)];
  const spread = inner(one.argument);
  return Array.isArray(spread) ? spread : [unknown];
}

function recordOf(node: ObjectExpression, inner: (node: Node) => Value): Value {
  const found: Record<string, Value> = {};
  for (const property of node.properties) {
    if (property.type === "SpreadElement") Object.assign(found, spreadable(inner(property.argument)));
    else if (property.type === "ObjectProperty" && !property.computed) {
      if (property.key.type === "Identifier") found[property.key.name] = inner(property.value);
      if (property.key.type === "StringLiteral") found[property.key.value] = inner(property.value);
    }
  }
  return found;
}

function spreadable(value: Value): object {
  return isRecord(value) ? value : {};
}

function named(name: string, { declared, folder }: Scope, inner: (node: Node) => Value): Value {
  if (name === "__dirname") return folder;
  const init = declared.get(name);
  return init ? inner(init) : unknown;
}

function memberOf(object: Node, property: Node, { folder }: Scope, inner: (node: Node) => Value): Value {
  const name = property.type === "Identifier" ? property.name : "";
  if (object.type === "MetaProperty" && name === "dirname") return folder;
  if (object.type === "Identifier" && object.name === "configDefaults") return [];
  return member(inner(object), name) ?? unknown;
}

/** `defineConfig({...})`, `mergeConfig(base, {...})`, `path.join(__dirname, "src")`, `createDefaultPreset()`. */
function called(callee: Node, args: readonly Node[], { folder }: Scope, inner: (node: Node) => Value): Value {
  const name = callee.type === "MemberExpression" ? callee.property : callee;
  const word = name.type === "Identifier" ? name.name : "";
  const values = args.map(inner);
  if (word === "cwd") return "";
  if (/^(join|resolve)$/.test(word)) {
    const parts = word === "resolve" && values[0] !== folder ? [folder, ...values] : values;
    return parts.every((part) => typeof part === "string") ? parts.filter((part) => part !== "").join("/") : unknown;
  }
  if (/^merge/.test(word)) return merged(values);
  return /^define/.test(word) ? (values[0] ?? unknown) : unknown;
}

/** As Vitest merges: members of members, lists one after the other. */
function merged(values: readonly Value[]): Value {
  return values.reduce((all, next) => mergeTwo(all, next), {});
}

function mergeTwo(one: Value, two: Value): Value {
  if (Array.isArray(one) && Array.isArray(two)) return [...one, ...two];
  if (!isRecord(one) || !isRecord(two)) return isRecord(one) && two === unknown ? one : two;
  const names = [...new Set([...Object.keys(one), ...Object.keys(two)])];
  const both = (name: string) =>
    name in one && name in two ? mergeTwo(one[name]!, two[name]!) : (two[name] ?? one[name]!);
  return Object.fromEntries(names.map((name) => [name, both(name)]));
}

function returned(body: Node, inner: (node: Node) => Value): Value {
  if (body.type !== "BlockStatement") return inner(body);
  const last = body.body.findLast((statement) => statement.type === "ReturnStatement");
  return last?.type === "ReturnStatement" && last.argument ? inner(last.argument) : unknown;
}
