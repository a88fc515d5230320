import type { CallExpression, Node } from "@babel/types";
import { type EntryFile, readEntryFile } from "../../edits/entry/entry-file.js";
import { dottedName, isCall, isFunction, unwrap } from "../../edits/entry/expression.js";
import { isCreation } from "../../edits/entry/find-app.js";
import { walk } from "../../edits/syntax.js";
import type { SourceText } from "../../project/sources/source-files.js";
import { attempt } from "../../text/attempt.js";

/** A file with a handler that sets `req.auth`. */
export interface Setting {
  readonly path: string;
  readonly file: EntryFile;
  /** The names in the file whose handler, or whose call, sets it; "default" for a default export without a name. */
  readonly names: ReadonlySet<string>;
  /** Where it is first set. */
  readonly line: number;
  /** The package that sets it; null where the file does so itself. */
  readonly library: string | null;
}

/** Parses a file and finds what sets `req.auth` in it; `libraries` are the packages that do. Null for a file that doesn't. */
export function readSetting({ path, text }: SourceText, libraries: readonly string[]): Setting | null {
  if (!/\bauth\b/.test(text) && !libraries.some((name) => text.includes(name))) return null;
  const file = tryRead(text, path);
  const first = file && firstSetting(file.program, file, libraries);
  if (!file || !first) return null;
  const library = isCall(first) ? (libraryOf(first, file, libraries) ?? null) : null;
  return { path, file, names: settingNames(file, libraries), line: first.loc!.start.line, library };
}

/** What does not parse is the compiler's to report. */
export function tryRead(text: string, path: string): EntryFile | null {
  return attempt(() => readEntryFile(text, path));
}

/** Whether an expression sets `req.auth` when it is used as a handler: by itself, or by a name that does. */
export function setsAuth(
  node: Node,
  file: EntryFile,
  libraries: readonly string[],
  names: ReadonlySet<string>,
): boolean {
  let found = firstSetting(node, file, libraries) !== null;
  walk(node, (inner) => {
    if (inner.type === "Identifier" && names.has(inner.name)) found = true;
  });
  return found;
}

function settingNames(file: EntryFile, libraries: readonly string[]): Set<string> {
  const names = new Set<string>();
  for (const [name, node] of [...file.functions, ...file.values])
    if (!isRouterOrApp(node, file) && firstSetting(node, file, libraries)) names.add(name);
  walk(file.program, (node) => {
    if (node.type === "ClassDeclaration" && node.id && firstSetting(node, file, libraries)) names.add(node.id.name);
    if (node.type === "ExportDefaultDeclaration" && setsAuth(node.declaration, file, libraries, names))
      names.add("default");
  });
  for (const [name, value] of file.values)
    if (value.type === "NewExpression" && names.has(dottedName(value.callee))) names.add(name);
  return names;
}

function isRouterOrApp(node: Node, file: EntryFile): boolean {
  return isCreation(node, file) || /(^|\.)Router$/.test(dottedName(node));
}

/** The first assignment to `auth` of a request, or call of a package that makes one, below a node. */
function firstSetting(node: Node, file: EntryFile, libraries: readonly string[]): Node | null {
  let found: Node | null = null;
  walk(node, (inner, parents) => {
    if (found) return false;
    const sets = isCall(inner) ? libraryOf(inner, file, libraries) !== undefined : isAssignment(inner, parents);
    if (sets) found = inner;
    return true;
  });
  return found;
}

/** `express-jwt` may be told another property than `auth`. */
function libraryOf(call: CallExpression, file: EntryFile, libraries: readonly string[]): string | undefined {
  const origin = file.origins.get(dottedName(call.callee).replace(/\..*/, "")) ?? "";
  return libraries.find((name) => name === origin) && !setsOtherProperty(call) ? origin : undefined;
}

function setsOtherProperty({ arguments: [options] }: CallExpression): boolean {
  if (options?.type !== "ObjectExpression") return false;
  return options.properties.some(
    (property) =>
      property.type === "ObjectProperty" &&
      /^(request|user)Property$/.test(dottedName(property.key)) &&
      property.value.type === "StringLiteral" &&
      property.value.value.split(".")[0] !== "auth",
  );
}

/** `req.auth = ...`, `(req as X).auth = ...`, `req["auth"] = ...`, where `req` is called so or is a handler's first parameter. */
function isAssignment(node: Node, parents: readonly Node[]): boolean {
  if (node.type !== "AssignmentExpression" || node.left.type !== "MemberExpression") return false;
  const { object, property } = node.left;
  const isAuth = property.type === "StringLiteral" ? property.value === "auth" : dottedName(property) === "auth";
  const name = dottedName(object);
  return isAuth && unwrap(object).type === "Identifier" && (/^req(uest)?$/.test(name) || isFirstOf(name, parents));
}

function isFirstOf(name: string, parents: readonly Node[]): boolean {
  return parents.some((parent) => {
    if (!isFunction(parent) || parent.params.length < 2) return false;
    const [first] = parent.params;
    return first?.type === "Identifier" && first.name === name;
  });
}
