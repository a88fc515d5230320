import type { Node } from "@babel/types";
import { dottedName, isCall } from "../../edits/entry/expression.js";
import { walk } from "../../edits/syntax.js";
import { type Code, isEnvRead, memberName, nameOf, numberOf, valuesOf } from "../code/values.js";

/** Where the code itself decides a setting. */
export interface CodeSetting {
  readonly value: Node;
  readonly line: number;
}

/** How code may say what a setting is, other than by its variable. */
export interface SettingNames {
  /** The environment variable, whose default is looked for. */
  readonly variable: string;
  /** Constants and members that hold it: `auditDays`, in any case. */
  readonly names: readonly string[];
}

/** What the code takes where the environment says nothing, and what it has instead of asking. */
export function settingsIn(code: Code, { variable, names }: SettingNames): CodeSetting[] {
  const found: CodeSetting[] = [];
  const held = new RegExp(`^(?:${names.map(anyCase).join("|") || "(?!)"})$`, "i");
  walk(code.file.program, (node) => {
    const value = defaultIn(node, variable) ?? heldIn(node, held);
    if (value) found.push({ value, line: value.loc!.start.line });
  });
  return found;
}

/** Whether a text may say what such a setting is: what does not is not parsed. */
export function speaksOf(names: readonly string[]): RegExp {
  return new RegExp(names.map(anyCase).join("|") || "(?!)", "i");
}

/** `auditDays` is also `AUDIT_DAYS` and `audit_days`. */
function anyCase(name: string): string {
  return name.replaceAll("$", "\\$").replace(/(?<=[a-z])(?=[A-Z])/g, "_?");
}
/** The numbers that such a value may be. */
export function numbersIn(value: Node, code: Code): number[] {
  return valuesOf(value, code).flatMap((one) => numberOf(one, code) ?? []);
}

/** `read(env, "NAME", value)`, `process.env.NAME ?? value`, `{ NAME = value } = process.env`, `NAME: z.number().default(value)`. */
function defaultIn(node: Node, variable: string): Node | null {
  if (isCall(node)) {
    const at = node.arguments.findIndex((one) => one.type === "StringLiteral" && one.value === variable);
    return at < 0 ? null : (node.arguments[at + 1] ?? null);
  }
  if (node.type === "LogicalExpression" && node.operator !== "&&")
    return isEnvRead(node.left, variable) ? node.right : null;
  if (node.type === "AssignmentExpression" && memberName(node.left) === variable) return node.right;
  if (node.type !== "ObjectProperty" || nameOf(node.key) !== variable) return null;
  if (node.value.type === "AssignmentPattern") return node.value.right;
  return isCall(node.value) && dottedName(node.value).endsWith(".default") ? (node.value.arguments[0] ?? null) : null;
}

function heldIn(node: Node, held: RegExp): Node | null {
  if (node.type === "ObjectProperty" && held.test(nameOf(node.key))) return node.value;
  return node.type === "VariableDeclarator" && node.init && held.test(nameOf(node.id)) ? node.init : null;
}
