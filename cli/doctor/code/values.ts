import type { File, Node, ObjectExpression } from "@babel/types";
import { isFunction, withoutTypes } from "../../edits/entry/expression.js";
import { parseSource, walk } from "../../edits/syntax.js";
import { moduleOf } from "../../project/entry/module-path.js";
import type { SourceText } from "../../project/sources/source-files.js";
import type { Checkup } from "../checkup.js";

/** A file as it reads, and the way to what it imports. */
export interface Code {
  readonly path: string;
  readonly text: string;
  readonly file: File;
  /** The file that a specifier means, where it is one of the project. */
  readonly open: (specifier: string) => Code | null;
}

/** How far a name is followed: through constants, members and imports. */
const mostSteps = 8;

/** The files that a test holds for, each as it reads; what does not parse is the compiler's to report. */
export function codeOf(
  { sources, project }: Pick<Checkup, "sources" | "project">,
  wanted: (source: SourceText) => boolean,
): Code[] {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const paths = new Set(byPath.keys());
  const read = new Map<string, Code | null>();
  const open = (path: string): Code | null => {
    if (!read.has(path))
      read.set(
        path,
        parsed(byPath.get(path)!, (from) => moduleOf(path, from, project.aliases, paths), open),
      );
    return read.get(path)!;
  };
  return sources.filter(wanted).flatMap(({ path }) => open(path) ?? []);
}

function parsed(
  { path, text }: SourceText,
  find: (specifier: string) => string | null,
  open: (path: string) => Code | null,
): Code | null {
  try {
    const file = parseSource(text, path);
    return {
      path,
      text,
      file,
      open: (specifier) => {
        const found = find(specifier);
        return found === null ? null : open(found);
      },
    };
  } catch {
    return null;
  }
}

/** Every value that an expression may have, as far as constants tell: both sides of `a ? b : c`, `a ?? b` and the like. */
export function valuesOf(node: Node, code: Code, steps = mostSteps): Node[] {
  const bare = withoutTypes(node);
  const sides =
    bare.type === "ConditionalExpression"
      ? [bare.consequent, bare.alternate]
      : bare.type === "LogicalExpression"
        ? [bare.left, bare.right]
        : null;
  if (sides) return sides.flatMap((side) => valuesOf(side, code, steps));
  const found = steps > 0 ? meant(bare, code, steps) : null;
  return found ?? [bare];
}

/** Whether it is `true`, also when written `!0`. */
export function isTrue(node: Node): boolean {
  if (node.type === "BooleanLiteral") return node.value;
  return node.type === "UnaryExpression" && node.operator === "!" && isFalse(node.argument);
}

/** The number that an expression of literals and constants comes to, or null. Text that is one counts: `"8"`. */
export function numberOf(node: Node, code: Code): number | null {
  const bare = withoutTypes(node);
  if (bare.type === "NumericLiteral") return bare.value;
  if (bare.type === "StringLiteral") return /^\d+(\.\d+)?$/.test(bare.value) ? Number(bare.value) : null;
  if (bare.type !== "BinaryExpression") return null;
  const [left, right] = [bare.left, bare.right].map((side) => {
    const [value] = valuesOf(side, code);
    return value ? numberOf(value, code) : null;
  });
  if (left == null || right == null) return null;
  if (bare.operator === "*") return left * right;
  if (bare.operator === "/") return left / right;
  return bare.operator === "+" ? left + right : bare.operator === "-" ? left - right : null;
}

/** The value of a member of an object that is written out. */
export function memberOf({ properties }: ObjectExpression, name: string): Node | undefined {
  for (const property of properties) {
    if (property.type === "SpreadElement" || nameOf(property.key) !== name) continue;
    return property.type === "ObjectProperty" ? property.value : property;
  }
  return undefined;
}

/** A name or a text. */
export function nameOf(node: Node): string {
  return node.type === "StringLiteral" ? node.value : node.type === "Identifier" ? node.name : "";
}

/** The text that an expression is, followed through constants; "" for anything else. */
export function textOf(node: Node, code: Code): string {
  const [value] = valuesOf(node, code);
  if (value?.type === "TemplateLiteral" && value.quasis.length === 1) return value.quasis[0]!.value.cooked ?? "";
  return value?.type === "StringLiteral" ? value.value : "";
}

/** What a function gives back, as expressions; not what functions inside of it do. */
export function returnsOf(node: Node): Node[] {
  if (!isFunction(node)) return [];
  if (node.body.type !== "BlockStatement") return [node.body];
  const found: Node[] = [];
  walk(node.body, (inner) => {
    if (isFunction(inner)) return false;
    if (inner.type === "ReturnStatement" && inner.argument) found.push(inner.argument);
    return undefined;
  });
  return found;
}

function isFalse(node: Node): boolean {
  return (node.type === "NumericLiteral" && node.value === 0) || (node.type === "BooleanLiteral" && !node.value);
}

function meant(node: Node, code: Code, steps: number): Node[] | null {
  if (node.type === "Identifier") return declared(node.name, code, steps - 1);
  if (node.type !== "MemberExpression" || node.computed) return null;
  const found = valuesOf(node.object, code, steps - 1).flatMap((object) => {
    const value = object.type === "ObjectExpression" ? memberOf(object, nameOf(node.property)) : undefined;
    return value ? valuesOf(value, code, steps - 1) : [];
  });
  return found.length > 0 ? found : null;
}

function declared(name: string, code: Code, steps: number): Node[] | null {
  let found: Node[] | null = null;
  walk(code.file.program, (node) => {
    if (found) return false;
    if (node.type === "VariableDeclarator" && node.init && nameOf(node.id) === name)
      found = valuesOf(node.init, code, steps);
    if (node.type === "FunctionDeclaration" && node.id?.name === name) found = [node];
    if (node.type === "ImportDeclaration") {
      const one = node.specifiers.find(({ local }) => local.name === name);
      const from = one?.type === "ImportSpecifier" ? code.open(node.source.value) : null;
      if (from && one?.type === "ImportSpecifier") found = declared(nameOf(one.imported), from, steps);
    }
    return undefined;
  });
  return found;
}

/** The last part of `a.b` or `a["b"]`; "" for anything else. */
export function memberName(node: Node): string {
  const bare = withoutTypes(node);
  if (bare.type !== "MemberExpression" && bare.type !== "OptionalMemberExpression") return "";
  return bare.computed && bare.property.type === "Identifier" ? "" : nameOf(bare.property);
}

/** Whether an expression reads a variable of the environment: `process.env.NAME`, `Number(env["NAME"])`. */
export function isEnvRead(node: Node, variable: string): boolean {
  let found = false;
  walk(node, (inner) => {
    if (memberName(inner) === variable) found = true;
  });
  return found;
}
