import type { ArrayExpression, Identifier, ImportDeclaration, Node, Program, Statement } from "@babel/types";
import MagicString from "magic-string";
import type { Edit } from "./edit.js";
import { cutStatements, lineAfter, lineBefore } from "./entry/splice-line.js";
import { parseSource, syntaxProblem, walk } from "./syntax.js";

/** One entry of a list that a module of ours exports: `export const authenticators: Authenticator[] = [bearerToken];` */
export interface ListEntry {
  /** Path of the file, for messages and for its dialect. */
  readonly path: string;
  readonly list: string;
  /** The exported name that becomes an entry. */
  readonly entry: string;
  /** How the file imports the module that exports it. */
  readonly specifier: string;
  /** Other spellings of the same module. */
  readonly sameModule?: readonly string[];
}

/** Puts `entry` at the end of the list, and imports it: two lines change, whatever the user has made of the rest. */
export function appendListEntry(source: string, wanted: ListEntry): Edit {
  const file = open(source, wanted);
  if ("kind" in file) return file;
  const { text, program } = file;
  const imported = importOf(program, wanted);
  const local = imported?.local ?? wanted.entry;
  const found = listOf(program, wanted.list);
  if (!found && imported && isPassedOn(program, local)) return { kind: "already" };
  if (!found) return cannot(`it no longer declares ${wanted.list} as a list`, wanted);
  if (entryOf(found, local)) return imported ? { kind: "already" } : cannot(`it has another ${local}`, wanted);
  if (!imported && declares(program, local)) return cannot(`it has another ${local}`, wanted);

  const edited = new MagicString(text);
  const added: string[] = [];
  if (!imported) {
    const line = besideOthers(program, wanted) ?? importLine(text, program, wanted);
    if (line === null) return cannot("other code shares a line with its first or last import", wanted);
    edited.appendLeft(line.offset, line.text);
    added.push(line.line);
  }
  insertEntry(edited, text, found, local);
  added.push(local);
  return { kind: "applied", text: edited.toString(), added };
}

/** Takes `entry` out of the list again, and its import where nothing else uses it. */
export function removeListEntry(source: string, wanted: ListEntry): Edit {
  const file = open(source, wanted);
  if ("kind" in file) return file;
  const { text, program } = file;
  const imported = importOf(program, wanted);
  if (!imported) return { kind: "already" };
  const { local } = imported;
  const found = listOf(program, wanted.list);
  const entry = found && entryOf(found, local);
  const withoutEntry = found && entry ? cutEntry(text, found, entry) : text;
  const rest = parseSource(withoutEntry, wanted.path).program;
  if (usesOf(rest, local) > 0) return cannot(`it uses ${local} in another way too`, wanted);
  const after = cutImport(withoutEntry, importOf(rest, wanted)!);
  if (after === null) return cannot("other code shares a line with its import", wanted);
  return { kind: "applied", text: after, added: [local] };
}

/** Where in the list the entry is, from 0; null where it is not. */
export function placeInList(source: string, wanted: ListEntry): number | null {
  const file = open(source, wanted);
  if ("kind" in file) return null;
  const imported = importOf(file.program, wanted);
  const found = listOf(file.program, wanted.list);
  const entry = imported && found && entryOf(found, imported.local);
  return entry ? found.elements.indexOf(entry as (typeof found.elements)[number]) : null;
}

/** Whether the list has the entry. */
export function hasListEntry(source: string, wanted: ListEntry): boolean {
  return placeInList(source, wanted) !== null;
}

/** Whether the list is built in a way that can't be read here, and the entry goes into it as far as one can tell. */
export function isInBuiltList(source: string, wanted: ListEntry): boolean {
  const file = open(source, wanted);
  if ("kind" in file || listOf(file.program, wanted.list)) return false;
  const imported = importOf(file.program, wanted);
  return imported !== null && isPassedOn(file.program, imported.local);
}

type Opened = { text: string; program: Program };

function open(text: string, wanted: ListEntry): Opened | Edit {
  try {
    return { text, program: parseSource(text, wanted.path).program };
  } catch (error) {
    return cannot(syntaxProblem(error), wanted);
  }
}

interface Imported {
  readonly local: string;
  readonly node: ImportDeclaration;
  readonly only: boolean;
  readonly start: number;
  readonly end: number;
}

function importOf({ body }: Program, { entry, specifier, sameModule = [] }: ListEntry): Imported | null {
  for (const node of body) {
    if (node.type !== "ImportDeclaration" || node.importKind === "type") continue;
    if (![specifier, ...sameModule].includes(node.source.value)) continue;
    for (const one of node.specifiers) {
      if (one.type !== "ImportSpecifier" || one.importKind === "type" || nameOf(one.imported) !== entry) continue;
      const only = node.specifiers.length === 1;
      return { local: one.local.name, node, only, start: one.start!, end: one.end! };
    }
  }
  return null;
}

function nameOf(node: Node): string {
  return node.type === "StringLiteral" ? node.value : (node as Identifier).name;
}

function listOf(program: Program, name: string): ArrayExpression | null {
  for (const statement of program.body) {
    const declaration = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
    if (declaration?.type !== "VariableDeclaration") continue;
    for (const { id, init } of declaration.declarations) {
      if (id.type === "Identifier" && id.name === name) return arrayIn(init);
    }
  }
  return null;
}

/** The list itself, below `as const`, `satisfies X[]` and brackets. */
function arrayIn(node: Node | null | undefined): ArrayExpression | null {
  if (node?.type === "ArrayExpression") return node;
  const wrappers = ["TSAsExpression", "TSSatisfiesExpression", "TSNonNullExpression", "ParenthesizedExpression"];
  return node && wrappers.includes(node.type) ? arrayIn((node as { expression?: Node }).expression) : null;
}

function entryOf({ elements }: ArrayExpression, local: string): Node | null {
  return elements.find((element) => element?.type === "Identifier" && element.name === local) ?? null;
}

function declares({ body }: Program, name: string): boolean {
  return body.some((statement) => boundNames(statement).includes(name));
}

function boundNames(statement: Statement): string[] {
  const node = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
  if (node?.type === "ImportDeclaration") return node.specifiers.map(({ local }) => local.name);
  if (node?.type === "VariableDeclaration")
    return node.declarations.flatMap(({ id }) => (id.type === "Identifier" ? id.name : []));
  const { id } = (node ?? {}) as { id?: Node | null };
  return id?.type === "Identifier" ? [id.name] : [];
}

/** Into the braces of an import of the same module. */
function besideOthers({ body }: Program, { entry, specifier, sameModule = [] }: ListEntry) {
  for (const node of body) {
    if (node.type !== "ImportDeclaration" || node.importKind === "type") continue;
    const last = node.specifiers.at(-1);
    if (last?.type === "ImportSpecifier" && [specifier, ...sameModule].includes(node.source.value))
      return { offset: last.end!, text: `, ${entry}`, line: entry };
  }
  return null;
}

/** Where sorted imports would have it: before the first one of a later path, else below the last. */
function importLine(text: string, program: Program, { entry, specifier }: ListEntry) {
  const imports = program.body.filter((node) => node.type === "ImportDeclaration");
  const quote = imports.some(({ source }) => text[source.start!] === "'") ? "'" : '"';
  const semicolon = imports.every((node) => text[node.end! - 1] !== ";") && imports.length > 0 ? "" : ";";
  const code = `import { ${entry} } from ${quote}${specifier}${quote}${semicolon}`;
  const last = imports.at(-1);
  if (last) {
    const later = imports.find(({ source: { value } }) => value.startsWith(".") && value > specifier);
    return later ? lineBefore(text, later, code) : lineAfter(text, last, code);
  }
  const [first] = program.body;
  return first ? lineBefore(text, first, code) : null;
}

/** At the end: on a line of its own, below what a comment says about the entry before, where that has one. */
function insertEntry(edited: MagicString, text: string, list: ArrayExpression, local: string): void {
  const last = list.elements.findLast((element) => element !== null);
  if (!last) {
    edited.appendLeft(list.start! + 1, local);
    return;
  }
  const line = /(\r?\n)[ \t]*$/.exec(text.slice(0, last.start!))?.[0];
  if (line === undefined) {
    edited.appendLeft(last.end!, `, ${local}`);
    return;
  }
  const comma = /^\s*,/.exec(text.slice(last.end!))?.[0] ?? "";
  const comment = trailingComment.exec(text.slice(last.end! + comma.length))?.[0] ?? "";
  if (!comma) edited.appendLeft(last.end!, ",");
  edited.appendLeft(last.end! + comma.length + comment.length, `${line}${local}${comma && ","}`);
}

const trailingComment = /^[ \t]*(?:\/\/[^\r\n]*|\/\*[^\r\n]*?\*\/(?=[ \t]*\r?\n))/;

/** Without the entry, its comma, and the line it stood on alone. */
function cutEntry(text: string, { elements }: ArrayExpression, entry: Node): string {
  const at = elements.findIndex((element) => element?.start === entry.start);
  const [before, after] = [elements[at - 1], elements[at + 1]];
  const comma = /^\s*,/.exec(text.slice(entry.end!))?.[0] ?? "";
  const lead = /(?:\r?\n)[ \t]*$/.exec(text.slice(0, entry.start!))?.[0];
  const tail = /^[ \t]*(?:\/\/[^\r\n]*)?(?=\r?\n)/.exec(text.slice(entry.end! + comma.length))?.[0];
  const edited = new MagicString(text);
  if (before && !comma) edited.remove(...commaBefore(text, before, entry));
  if (lead !== undefined && tail !== undefined)
    edited.remove(entry.start! - lead.length, entry.end! + comma.length + tail.length);
  else if (before && comma) edited.remove(commaBefore(text, before, entry)[0], entry.end!);
  else if (before) edited.remove(commaBefore(text, before, entry)[1], entry.end!);
  else edited.remove(entry.start!, after?.start ?? entry.end! + comma.length);
  return edited.toString();
}

function commaBefore(text: string, before: Node, entry: Node): [number, number] {
  const between = text
    .slice(before.end!, entry.start!)
    .replace(/\/\*[\s\S]*?\*\/|\/\/[^\r\n]*/g, (comment) => " ".repeat(comment.length));
  const at = before.end! + between.indexOf(",");
  return [at, at + 1];
}

function cutImport(text: string, { node, only, start, end }: Imported): string | null {
  if (only) return cutStatements(text, [node]);
  const comma = /^\s*,\s*/.exec(text.slice(end));
  if (comma) return text.slice(0, start) + text.slice(end + comma[0].length);
  return text.slice(0, start).replace(/\s*,\s*$/, "") + text.slice(end);
}

/** Whether it is in an array, or given to a function: `[bearerToken].concat(badge)`. */
function isPassedOn(program: Program, name: string): boolean {
  let found = false;
  walk(program, (node) => {
    const items =
      node.type === "ArrayExpression" ? node.elements : node.type === "CallExpression" ? node.arguments : [];
    if (items.some((item) => item?.type === "Identifier" && item.name === name)) found = true;
  });
  return found;
}

/** How often the code says the name, but for the import of it. */
function usesOf(program: Program, name: string): number {
  let uses = 0;
  walk(program, (node, parents) => {
    if (node.type === "ImportDeclaration") return false;
    const parent = parents.at(-1);
    const isMember = parent?.type === "MemberExpression" && parent.property === node && !parent.computed;
    const isKey = parent?.type === "ObjectProperty" && parent.key === node && !parent.shorthand;
    if (node.type === "Identifier" && node.name === name && !isMember && !isKey) uses++;
    return undefined;
  });
  return uses;
}

function cannot(reason: string, { path, list, entry, specifier }: ListEntry): Edit {
  return {
    kind: "cannot",
    reason,
    place: `at the top of ${path}, and at the end of the list ${list}`,
    paste: [`import { ${entry} } from "${specifier}";`, entry],
  };
}
