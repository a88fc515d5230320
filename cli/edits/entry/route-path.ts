import type { Node } from "@babel/types";
import type { EntryFile } from "./entry-file.js";
import { dottedName, unwrap } from "./expression.js";

/** How a path given to the app stands to the mount: it answers everything, may answer what is ours, or can't. */
export type Reach = "everything" | "ours" | "other";

/** The text of a path expression where it can be known: literals, templates, sums and constants of the same file. */
export function pathText(expression: Node, file: EntryFile, depth = 0): string | null {
  const node = unwrap(expression);
  if (node.type === "StringLiteral") return node.value;
  if (node.type === "Identifier" && depth < 5) {
    const value = file.values.get(node.name);
    return value === undefined ? null : pathText(value, file, depth + 1);
  }
  if (node.type === "BinaryExpression" && node.operator === "+")
    return concat([pathText(node.left, file, depth), pathText(node.right, file, depth)]);
  if (node.type !== "TemplateLiteral") return null;
  const parts = node.quasis.flatMap((quasi, at) => {
    const inner = node.expressions[at];
    return [quasi.value.cooked ?? null, inner === undefined ? "" : pathText(inner, file, depth)];
  });
  return concat(parts);
}

function concat(parts: readonly (string | null)[]): string | null {
  return parts.includes(null) ? null : parts.join("");
}

/** Whether the first argument of `app.use(a, b)` is a path. */
export function isPath(expression: Node, file: EntryFile, isAlone: boolean): boolean {
  const node = unwrap(expression);
  if (node.type === "RegExpLiteral" || pathText(node, file) !== null) return true;
  if (node.type === "TemplateLiteral" || node.type === "BinaryExpression") return true;
  if (node.type === "ArrayExpression") return node.elements.some((item) => item !== null && isPath(item, file, true));
  return !isAlone && /(path|prefix|base|basename|uri|url|endpoint|root|mount)$/i.test(dottedName(node));
}

/** `prefix`: as `app.use` matches, by the beginning of the path; else as `app.get` does, by the whole. */
export function reachOf(expression: Node, mount: string, prefix: boolean, file: EntryFile): Reach {
  const node = unwrap(expression);
  if (node.type === "RegExpLiteral") return "everything";
  if (node.type === "ArrayExpression") {
    const reaches = node.elements.map((item) => (item === null ? "other" : reachOf(item, mount, prefix, file)));
    return reaches.find((reach) => reach === "everything") ?? reaches.find((reach) => reach === "ours") ?? "other";
  }
  const path = pathText(node, file);
  return path === null ? "ours" : reachOfText(path, mount, prefix);
}

function reachOfText(path: string, mount: string, prefix: boolean): Reach {
  const theirs = segments(path);
  const ours = segments(mount);
  const open = theirs.findIndex((segment) => /[*({?+]/.test(segment));
  const fixed = open === -1 ? theirs : theirs.slice(0, open);
  const fits = fixed.slice(0, ours.length).every((segment, at) => segment.startsWith(":") || segment === ours[at]);
  if (open === 0) return "everything";
  if (!fits) return "other";
  if (open !== -1) return "ours";
  if (prefix) return fixed.length <= ours.length ? "ours" : "other";
  return fixed.length > ours.length && fixed.some((segment) => segment.startsWith(":")) ? "ours" : "other";
}

/** The parts of a path as Express compares them: without case and without a trailing slash. */
export function segments(path: string): readonly string[] {
  return path.toLowerCase().split("/").filter(Boolean);
}
